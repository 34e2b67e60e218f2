"""A pool at work: who in it is free, whose turn it is, and what taking a turn changes. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from operator import attrgetter
from uuid import UUID

from routing.turn_order import STRATEGIES, Facts, Seat, Turn, middle_of, order

WEIGHTED = "weighted"
MIDNIGHT = timedelta(days=1)
A_YEAR = timedelta(days=366)


@dataclass(eq=False)
class Pool:
    """Seats who take turns. `free` remembers its answer until somebody's hours, pause or day end, or a seat is full."""

    id: UUID
    name: str
    strategy: str = "round_robin"
    seats: Sequence[Seat] = ()
    touched: set[Seat] = field(default_factory=set)  # seats whose turns changed
    _free: list[Seat] | None = None
    _since: datetime | None = None
    _until: datetime | None = None
    _last: Seat | None = None

    def free(self, now: datetime, minutes: int = 0) -> list[Seat]:
        """The seats that could take a lead of so many minutes of estimated work at `now` (aware)."""
        free = self._free_at(now)
        if minutes and self._by_minutes:
            return [seat for seat in free if not seat.why_full(now, minutes)]
        return free

    def _free_at(self, now: datetime) -> list[Seat]:
        if self._free is None or self._since is None or self._until is None or not self._since <= now < self._until:
            self._free = sorted((seat for seat in self.seats if not self.is_out(seat, now)), key=order)
            self._since, self._until = now, min((_changes(seat, now) for seat in self.seats), default=now + A_YEAR)
        return self._free

    def is_out(self, seat: Seat, now: datetime) -> bool:
        return seat.paused or not seat.person.is_there(now) or bool(seat.why_full(now))

    def why_out(self, seat: Seat, now: datetime, minutes: int = 1) -> str:
        """Why a seat takes no lead of so many minutes at `now`; "" when it could."""
        full = seat.why_full(now, max(minutes, 1))
        return ("paused in this pool" if seat.paused else "") or seat.person.why_away(now) or full

    def next(self, free: Sequence[Seat], facts: Facts) -> Turn:
        """Whose turn it is among `free`, which holds somebody."""
        return STRATEGIES[self.strategy](free, facts)

    def take(self, seat: Seat, now: datetime) -> None:
        """`seat` has its turn: it goes to the end of the order; who is away keeps up with the pool by weight."""
        if self.strategy == WEIGHTED:
            self._keep_up(seat, now)
            seat.passed += seat.stride
        if self.strategy == "round_robin" and seat.credit:
            seat.credit -= 1  # an extra turn: the place in the order stays
            self.forget()
        else:
            seat.last_turn = self.last.last_turn + 1 if self.last else 1
            self._last = seat
            if self._free and seat in self._free:
                self._free.remove(seat)
                self._free.append(seat)
        seat.turns += 1
        self.touched.add(seat)

    def forget(self) -> None:
        """Something of a seat changed: who is free, and in what order, is to be looked up again."""
        self._free = None

    @property
    def last(self) -> Seat | None:
        """Who had the last turn."""
        self._last = self._last or max(self.seats, key=attrgetter("last_turn"), default=None)
        return self._last if self._last and self._last.last_turn else None

    @cached_property
    def _by_minutes(self) -> bool:
        return any(seat.capacity_minutes is not None for seat in self.seats)

    def _keep_up(self, taking: Seat, now: datetime) -> None:
        free = self.free(now)
        if len(free) == len(self.seats):
            return
        here, level = set(free), middle_of(free or [taking])
        for seat in self.seats:
            if seat not in here and seat is not taking and seat.passed < level:
                seat.passed = level
                self.touched.add(seat)


def _changes(seat: Seat, now: datetime) -> datetime:
    """Until when a seat is as free as at `now`, unless it is given something."""
    until = seat.person.same_until(now)
    if seat.capacity_day is None and seat.capacity_minutes is None:
        return until
    local = now.astimezone(seat.person.calendar.zone)
    tomorrow = (local + MIDNIGHT).replace(hour=0, minute=0, second=0, microsecond=0)
    return min(until, tomorrow)
