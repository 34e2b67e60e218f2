"""What stands above the board and above its list: the pipeline, tabs, sums, filters."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.urls import reverse

from accounts.models import Member
from accounts.roles import Function
from events.live_here import place_ticket
from pipeline.board import Board
from pipeline.choices import chips
from pipeline.models import Layout, Stage
from pipeline.tabs import WHOLE, address, pipelines, tabs

ICONS = {Layout.BOARD: "square-kanban", Layout.LIST: "list"}


def head(board: Board, stages: Sequence[Stage], me: Member, layout: str) -> dict[str, Any]:
    """The context that templates/pipeline/board_head.html names; `stages` of all pipelines."""
    query = board.asked.query
    return {
        "pipeline": board.pipeline,
        "here": place_ticket(me.pk, board.pipeline.public_id),
        "pipelines": pipelines(stages, board, layout),
        "totals": board.totals,
        "views": tabs(board, layout),
        "save_url": reverse("board-views"),
        "layouts": [(address(one, query), one.label, one == layout, ICONS[one]) for one in Layout],
        "filter": {
            "q": board.asked.text,
            "on": board.asked.on,
            "count": len(board.asked.chosen),
            "kept": list((board.asked.place | {"view": board.asked.view}).items()),
            "chips": chips(board, ordered=layout == Layout.BOARD),
            "clear_url": address(layout, board.asked.place | {"view": board.asked.view or WHOLE}),
        },
        "hidden": board.hidden,
        "stages": [(stage.public_id, stage.name) for stage in board.stages],
        "may_work": me.may(Function.WORK_LEADS),
        "may_move": me.may(Function.MOVE_DEALS),
        "new_lead_url": reverse("new-lead") if me.may(Function.CAPTURE) else "",
        "ways_in": ways_in(me),
    }


def ways_in(me: Member) -> list[tuple[str, str, str]]:
    """How a first deal can come, for who has none yet: address, words and icon of what this member may do."""
    found = [("new-lead", "Add a first lead", "plus")] if me.may(Function.CAPTURE) else []
    if me.may(Function.MANAGE_CAPTURE):
        found += [("imports", "Import a file", "upload"), ("settings-forms", "Connect a form", "plug")]
    return [(reverse(name), words, icon) for name, words, icon in found]
