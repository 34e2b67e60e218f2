"""What the board's filters offer."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from pipeline.filters import AGES, PROMISES, SCORES, TIERS
from pipeline.orders import ATTENTION, ORDERS

if TYPE_CHECKING:
    from pipeline.board import Board

Offer = tuple[str, str, str, Iterable[tuple[str, str]]]


def chips(board: Board, *, ordered: bool = True) -> list[dict[str, Any]]:
    """The filters in the shape that templates/components/filter.html names; with the order of the cards if `ordered`.

    A filter that has nothing to offer is left out.
    """
    chosen = board.asked.chosen
    made = [
        {
            "name": name,
            "label": label,
            "icon": icon,
            "on": name in chosen,
            "options": [(value, words, chosen.get(name) == value) for value, words in options],
        }
        for name, label, icon, options in _offers(board)
        if options
    ]
    return [*made, _order(board)] if ordered else made


def _offers(board: Board) -> list[Offer]:
    known = board.names
    owners = [(member.public_id, member.name) for member in known.members.values()]
    teams = [(team.public_id, team.name) for team in known.teams.values()]
    stages = [(stage.public_id, stage.name) for stage in board.stages]
    sources = [(source.public_id, source.name) for source in known.sources.values()]
    products = [(name, name) for name in known.products]
    return [
        ("tier", "Tier", "signal", TIERS),
        ("owner", "Owner", "user-round", [("me", "Me"), ("none", "Nobody"), *owners]),
        ("team", "Team", "users-round", [("mine", "My team"), *teams] if teams else []),
        ("stage", "Stage", "columns-3", stages),
        ("source", "Source", "plug", sources),
        ("product", "Product", "tag", products),
        ("score", "Score", "gauge", SCORES),
        ("age", "Age", "timer", AGES),
        ("promise", "Promise", "clock-alert", PROMISES),
    ]


def _order(board: Board) -> dict[str, Any]:
    order = board.asked.order
    return {
        "name": "order",
        "label": "Order",
        "empty": ATTENTION.words,
        "icon": "arrow-up-down",
        "on": order is not ATTENTION,
        "options": [(one.name, one.words, one is order) for one in ORDERS.values() if one is not ATTENTION],
    }
