"""When to leave a provider alone that does not answer. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

PATIENCE = 5  # failures in a row
PAUSE = timedelta(minutes=5)
LONGEST = timedelta(hours=1)


@dataclass(frozen=True)
class Breaker:
    """`failures` in a row; while `open_until` (aware) lies ahead nobody asks. After it one question is tried."""

    failures: int = 0
    open_until: datetime | None = None

    def lets_through(self, now: datetime) -> bool:
        return self.open_until is None or now >= self.open_until

    def failed(self, now: datetime) -> Breaker:
        """One more failure: from the fifth on a pause, doubled each time, an hour at most."""
        failures = self.failures + 1
        if failures < PATIENCE:
            return Breaker(failures)
        pause = min(PAUSE * 2 ** min(failures - PATIENCE, 10), LONGEST)
        return Breaker(failures, now + pause)

    def answered(self) -> Breaker:
        return Breaker()
