"""Engagement as the rules count it: how long ago people did what. Pure, but for the words in SQL."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from scoring.decay import HOUR

AGAIN = 48 * HOUR
PRICING, PRICING_AGAIN = "pricing_page", "pricing_page_again"
# What counts as more than the kind it was sent as, of a row of the table of signals.
STANDS_FOR = {PRICING: "kind = 'page_view' AND lower(url) LIKE '%%pric%%'"}

EPOCH, MICROSECOND = datetime(1970, 1, 1, tzinfo=UTC), timedelta(microseconds=1)

# Whole microseconds, as PostgreSQL keeps times: since 1970, or ago.
Signals = Mapping[str, Sequence[int] | None]
Ages = Mapping[str, Sequence[int]]


def moment(at: datetime) -> int:
    """An aware time as microseconds since 1970."""
    return (at - EPOCH) // MICROSECOND


def kinds_behind(kinds: frozenset[str]) -> frozenset[str]:
    """The kinds to be read for rules that count `kinds`."""
    return kinds - {PRICING_AGAIN} | {PRICING} if PRICING_AGAIN in kinds else kinds


def ages_of(signals: Signals, now: int) -> Ages:
    """How long ago the signals up to the moment `now` were seen, by kind; the second view of the pricing page within
    48 hours of the one before is `pricing_page_again`."""
    ages = {kind: [now - at for at in seen if at <= now] for kind, seen in signals.items() if seen}
    if again := _again(sorted(ages.get(PRICING, ()))):
        ages[PRICING_AGAIN] = again
    return ages


def _again(views: Sequence[int]) -> list[int]:
    return [later for later, earlier in pairwise(views) if earlier - later <= AGAIN]
