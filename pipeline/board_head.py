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
        "layouts": [(address(one, query), Layout(one).label, one == layout) for one in Layout],
        "filter": {
            "q": board.asked.text,
            "on": board.asked.on,
            "kept": list((board.asked.place | {"view": board.asked.view}).items()),
            "chips": chips(board, ordered=layout == Layout.BOARD),
            "clear_url": address(layout, board.asked.place | {"view": board.asked.view or WHOLE}),
        },
        "hidden": board.hidden,
        "stages": [(stage.public_id, stage.name) for stage in board.stages],
        "may_work": me.may(Function.WORK_LEADS),
        "may_move": me.may(Function.MOVE_DEALS),
        "new_lead_url": reverse("new-lead") if me.may(Function.CAPTURE) else "",
    }
