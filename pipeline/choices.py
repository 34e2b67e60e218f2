"""What the board's filters offer."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from pipeline.filters import AGES, PROMISES, SCORES, TIERS

if TYPE_CHECKING:
    from pipeline.board import Board


def chips(board: Board) -> list[dict[str, Any]]:
    """The filters in the shape that templates/pipeline/board_filter.html names."""
    owners = [(member.public_id, member.name) for member in board.names.members.values()]
    stages = [(stage.public_id, stage.name) for stage in board.stages]
    sources = [(source.public_id, source.name) for source in board.names.sources.values()]
    offered: list[tuple[str, str, str, Iterable[tuple[str, str]]]] = [
        ("tier", "Tier", "signal", TIERS),
        ("owner", "Owner", "user-round", owners),
        ("stage", "Stage", "columns-3", stages),
        ("source", "Source", "plug", sources),
        ("score", "Score", "gauge", SCORES),
        ("age", "Age", "timer", AGES),
        ("promise", "Promise", "clock-alert", PROMISES),
    ]
    chosen = board.asked.chosen
    return [
        {
            "name": name,
            "label": label,
            "icon": icon,
            "on": name in chosen,
            "options": [(value, words, chosen.get(name) == value) for value, words in options],
        }
        for name, label, icon, options in offered
    ]
