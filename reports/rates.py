"""A share that says how sure it is."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

ENOUGH = 20  # below, a rate is grey and shows its interval
Z95 = 1.959964  # the normal quantile of a two-sided 95 % interval


@dataclass(frozen=True)
class Rate:
    """`part` of `whole`, both counts of distinct things."""

    part: int
    whole: int

    @property
    def value(self) -> float | None:
        """Between 0 and 1; None of nothing."""
        return self.part / self.whole if self.whole else None

    @property
    def thin(self) -> bool:
        return self.whole < ENOUGH

    @property
    def percent(self) -> str:
        """`66.7 %`; of few `67 %`; a dash of none."""
        if self.value is None:
            return "–"
        return f"{self.value * 100:.{0 if self.thin else 1}f} %"

    @property
    def whole_percent(self) -> str:
        """`67 %`, of many too."""
        return "–" if self.value is None else f"{self.value * 100:.0f} %"

    @property
    def interval(self) -> tuple[float, float]:
        """Wilson's 95 % score interval (Wilson 1927): where the true share may well lie."""
        if not self.whole:
            return 0.0, 1.0
        n, p, z = self.whole, self.part / self.whole, Z95
        middle, reach = p + z * z / (2 * n), z * sqrt(p * (1 - p) / n + z * z / (4 * n * n))
        scale = 1 + z * z / n
        return max(0.0, (middle - reach) / scale), min(1.0, (middle + reach) / scale)

    @property
    def interval_words(self) -> str:
        """`24–76 %`."""
        low, high = self.interval
        return f"{low * 100:.0f}–{high * 100:.0f} %"

    def points_over(self, other: Rate | None) -> float | None:
        """Percentage points above `other`; None where either is of nothing."""
        if other is None or self.value is None or other.value is None:
            return None
        return (self.value - other.value) * 100

    def as_json(self) -> dict[str, object]:
        low, high = self.interval
        rate = None if self.value is None else round(self.value, 4)
        return {"part": self.part, "n": self.whole, "rate": rate, "low": round(low, 4), "high": round(high, 4)}
