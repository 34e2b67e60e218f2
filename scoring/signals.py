"""Engagement as the rules count it: the kinds a signal stands for, bots left out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

AGAIN = timedelta(hours=48)


@dataclass(frozen=True)
class Seen:
    """One signal: its kind as sent, where, when (aware), and whether a machine did it."""

    kind: str
    occurred_at: datetime
    url: str = ""
    bot: bool = False


def by_kind(signals: Iterable[Seen], now: datetime) -> dict[str, list[datetime]]:
    """Times of human signals up to `now` by what they stand for; a view of the pricing page also is `pricing_page`.

    The second view of the pricing page within 48 hours of the one before is `pricing_page_again`.
    """
    times: dict[str, list[datetime]] = {}
    for signal in signals:
        if signal.bot or signal.occurred_at > now:
            continue
        times.setdefault(signal.kind, []).append(signal.occurred_at)
        if signal.kind == "page_view" and "pric" in signal.url.lower():
            times.setdefault("pricing_page", []).append(signal.occurred_at)
    if again := _again(sorted(times.get("pricing_page", []))):
        times["pricing_page_again"] = again
    return times


def _again(views: Sequence[datetime]) -> list[datetime]:
    return [later for earlier, later in pairwise(views) if later - earlier <= AGAIN]
