"""What a column without cards says: why, and where the deals are that could come."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pipeline.models import Layout, Stage, StageKind
from pipeline.tabs import address

if TYPE_CHECKING:
    from pipeline.board import Board


def emptiness(board: Board, stage: Stage) -> dict[str, Any]:
    """The words for an empty column, and the list of those that wait before its gate."""
    if stage.kind == StageKind.WON:
        return {"title": "Nothing closed yet", "text": "What is won or lost this month stands here."}
    if board.asked.on or board.asked.view:
        return {"title": "None of these deals", "text": "What you look for is not in this stage."}
    before = _before(board, stage)
    if before is None:
        return {"title": "Nothing here", "text": "New deals begin in this stage."}
    title = "No deal is behind this gate"
    waiting = board.sums[before.pk].shown
    if not waiting:
        return {"title": title, "text": f"Nobody waits in {before.name} either."}
    query = board.asked.place | {"stage": before.public_id}
    words = f"{waiting} deal{' waits' if waiting == 1 else 's wait'} in {before.name}."
    return {"title": title, "text": words, "url": address(Layout.LIST, query)}


def _before(board: Board, stage: Stage) -> Stage | None:
    earlier = [one for one in board.stages if one.position < stage.position and one.kind == StageKind.OPEN]
    return earlier[-1] if earlier else None
