"""How fast one inlet may be sent to. High enough for every honest sender; who is told to wait loses nothing.

Counted in each process by itself: no store has to be asked, and none that is down refuses a lead.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from math import ceil
from threading import Lock
from uuid import UUID

A_SECOND, AT_ONCE = 50.0, 3000.0  # a bucket that holds 3,000 and is filled up with 50 a second
MOST_BUCKETS = 10_000


class TooFast(Exception):
    """`seconds` to wait before the next one is taken."""

    def __init__(self, seconds: int) -> None:
        super().__init__("Too many came within a short time.")
        self.seconds = seconds


@dataclass
class Bucket:
    left: float
    at: float  # of time.monotonic()


_buckets: dict[UUID, Bucket] = {}
_lock = Lock()


def keep_pace(inlet_id: UUID, now: float | None = None) -> None:
    """Let one more through, at `now` of time.monotonic(). Raises TooFast."""
    at = time.monotonic() if now is None else now
    with _lock:
        if len(_buckets) >= MOST_BUCKETS:
            _buckets.clear()  # who was too fast may be so once more; memory is bounded
        bucket = _buckets.setdefault(inlet_id, Bucket(AT_ONCE, at))
        bucket.left = min(AT_ONCE, bucket.left + (at - bucket.at) * A_SECOND)
        bucket.at = at
        if bucket.left < 1:
            raise TooFast(ceil((1 - bucket.left) / A_SECOND))
        bucket.left -= 1
