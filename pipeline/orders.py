"""In which order the cards of a column stand, and where a slice of them goes on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.utils.dateparse import parse_datetime

from pipeline.attention import BITS
from pipeline.models import Deal
from pipeline.ranks import LAST_MICROSECOND
from tenancy.ids import from_public, public_id

WIDTH = len(str(32 << BITS))  # digits of the largest `attention`


@dataclass(frozen=True)
class Order:
    """By one column and the id, `down` or up. `write` and `read` say the column's value in a link; `key` says it so
    that texts stand in the order of the cards."""

    name: str
    words: str
    column: str
    down: bool
    write: Callable[[Any], str]
    read: Callable[[str], Any]
    key: Callable[[Any], str]

    @property
    def by(self) -> tuple[str, str]:
        sign = "-" if self.down else ""
        return f"{sign}{self.column}", f"{sign}id"

    def beneath(self, value: Any, deal_id: UUID) -> Q:
        """What stands below the card with this value and id."""
        way = "lt" if self.down else "gt"
        # The first half is what the index can use.
        there = Q(**{f"{self.column}__{way}e": value})
        return there & (Q(**{f"{self.column}__{way}": value}) | Q(**{f"id__{way}": deal_id}))

    def key_of(self, row: Any) -> str:
        return self.key(getattr(row, self.column))

    def cursor(self, row: Any) -> str:
        """Where the cards below this one begin."""
        return f"{self.write(getattr(row, self.column))}~{public_id(Deal.PREFIX, row.id)}"

    def position(self, cursor: str) -> tuple[Any, UUID]:
        """What `cursor` says. Raises ValueError for anything that this order did not write."""
        value, _, deal = cursor.partition("~")
        return self.read(value), from_public(Deal.PREFIX, deal)


def _time(text: str) -> datetime:
    moment = parse_datetime(text)
    if moment is None or moment.tzinfo is None:
        raise ValueError("A time with its zone is wanted.")
    return moment


def _number(text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > WIDTH:
        raise ValueError("A number is wanted.")
    return int(text)


def _rank(text: str) -> str:
    if set(text) - set("0123456789abcdef"):
        raise ValueError("Hexadecimal digits are wanted.")
    return text


def _newer(moment: datetime) -> str:
    return f"{LAST_MICROSECOND - int(moment.timestamp() * 1_000_000):016d}"


ATTENTION = Order("attention", "Attention first", "attention", False, str, _number, lambda value: f"{value:0{WIDTH}d}")
BY_HAND = Order("hand", "By hand", "rank", False, str, _rank, str)
NEWEST = Order("newest", "Newest in the stage", "entered_stage_at", True, datetime.isoformat, _time, _newer)
CLOSED = Order("closed", "Closed last", "closed_at", True, datetime.isoformat, _time, _newer)
ORDERS = {order.name: order for order in (ATTENTION, BY_HAND, NEWEST)}
