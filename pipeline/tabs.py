"""The tabs above the board: views that everybody has, then the saved ones; and the other pipelines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.urls import reverse

from pipeline.filters import VIEWS
from pipeline.models import BoardView, Layout, Stage

if TYPE_CHECKING:
    from pipeline.board import Board

PAGES = {Layout.BOARD: "board", Layout.LIST: "board-list"}
WHOLE = "all"  # a view's name in the address that means no view, also to who begins with another one


def address(layout: str, query: Mapping[str, str]) -> str:
    """The board or its list, with a query string."""
    base = reverse(PAGES[Layout(layout)])
    said = urlencode({name: value for name, value in query.items() if value})
    return f"{base}?{said}" if said else base


def url_of(view: BoardView) -> str:
    return address(view.layout, dict(sorted(view.query.items())) | {"saved": view.public_id})


def tabs(board: Board, layout: str) -> list[dict[str, Any]]:
    """Each as {name, url, current, count, view (its id, if it was saved)}; a tab of everybody's keeps the filters."""
    asked, here, saved = board.asked, board.asked.place.get("saved", ""), board.names.views
    plain = {name: value for name, value in asked.query.items() if name != "saved"}
    known = here in {view.public_id for view in saved}
    fixed = [
        {
            "name": name,
            "url": address(layout, plain | {"view": key or WHOLE}),
            "current": key == asked.view and not known,
            "count": board.by_view[key],
        }
        for key, name in VIEWS
    ]
    kept = [
        {
            "name": view.name,
            "url": url_of(view),
            "current": view.public_id == here,
            "count": "",
            "view": view.public_id,
            "shared": view.shared,
        }
        for view in saved
    ]
    return fixed + kept


def pipelines(stages: Sequence[Stage], board: Board, layout: str) -> list[dict[str, Any]]:
    """Every pipeline with stages, as {name, url, current}."""
    found = {stage.pipeline_id: stage.pipeline for stage in stages}
    return [
        {
            "name": one.name,
            "url": address(layout, {"pipeline": one.public_id, "order": board.asked.query.get("order", "")}),
            "current": one.pk == board.pipeline.pk,
        }
        for one in found.values()
    ]
