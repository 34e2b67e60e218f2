"""Engagement fades: in full for 48 hours, then half of it every half-life. Ages are in microseconds."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from math import exp2, fsum, log2

HOUR = 3_600_000_000
IN_FULL = 48 * HOUR
PRECISION = timedelta(seconds=1)


def shares(ages: Sequence[int], half_life_hours: int) -> list[float]:
    """How much of signals of these ages (0 and more) still counts, 0-1 each."""
    life = half_life_hours * HOUR
    return [1.0 if age <= IN_FULL else exp2((IN_FULL - age) / life) for age in ages]


def worth(points: int, ages: Sequence[int], half_life_hours: int | None, cap: int | None) -> int:
    """Whole points of signals of these ages, at most `cap`; halves count up. Without a half-life they never fade."""
    # Summed exactly, so that the order in which signals came never makes another sum of floats.
    counted = fsum(shares(ages, half_life_hours)) if half_life_hours else len(ages)
    total = _whole(points * counted)
    return total if cap is None else min(total, cap)


def next_change(points: int, ages: Sequence[int], half_life_hours: int | None, cap: int | None) -> timedelta | None:
    """In how long `worth` is another whole number; None if it never changes again.

    Between two moments at which a signal begins to fade the sum is `full + fading * 2^-(t / half-life)`, which is
    solved for the sum at which the rounding tips.
    """
    present = abs(worth(points, ages, half_life_hours, cap))
    if not half_life_hours or present == 0:
        return None
    tips_at, life = (present - 0.5) / abs(points), half_life_hours * HOUR
    ages = sorted(ages)  # the newest first
    full = sum(age <= IN_FULL for age in ages)
    fading = sum(shares(ages[full:], half_life_hours))
    passed = 0.0  # from now on to where this stretch begins
    for age in [*reversed(ages[:full]), None]:
        ends = None if age is None else IN_FULL - age
        if fading and tips_at > full:
            tips = passed + life * log2(fading / (tips_at - full))
            if ends is None or tips <= ends:
                return timedelta(microseconds=max(tips, 0)) + PRECISION
        if ends is not None:
            fading = fading * exp2((passed - ends) / life) + 1
            full, passed = full - 1, ends
    return None


def _whole(number: float) -> int:
    return int(number + 0.5) if number >= 0 else -int(-number + 0.5)
