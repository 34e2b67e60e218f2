"""Leads of the past, given out once more by other rules, on paper. Pure: the same decision as the real one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from heapq import heappop, heappush
from typing import Any
from uuid import UUID

from routing.choice import choose, take
from routing.people import Person
from routing.rulebook import Book, Books, Decision, Facts


@dataclass(frozen=True)
class Past:
    """A lead as it came: its facts, when (aware), when an answer was due, and when it was closed, if it was."""

    id: UUID
    name: str
    facts: Facts
    at: datetime
    due_at: datetime | None = None
    closed_at: datetime | None = None


@dataclass
class Share:
    """What one member was given, and the most they held at once."""

    name: str
    leads: int = 0
    most: int = 0


@dataclass
class Simulation:
    """One version's rules at work on past leads, in order; what came out so far."""

    book: Book
    books: Books
    closing: list[tuple[datetime, UUID]] = field(default_factory=list)  # a heap: who will hold one lead less, and when
    outcomes: Counter[str] = field(default_factory=Counter)
    hits: Counter[UUID] = field(default_factory=Counter)  # by rule: decided
    matched: Counter[UUID] = field(default_factory=Counter)  # by rule: decided, or matched and had nobody
    shares: dict[UUID, Share] = field(default_factory=dict)
    promised: int = 0
    late: int = 0  # promises that nobody could keep: whoever got it works only after the answer was due
    closed: int = 0  # given out while nobody worked

    def give(self, lead: Past) -> Decision:
        """Decide about the next lead, and count."""
        self._release(lead.at)
        decision = choose(self.book, self.books, lead.facts, lead.at)
        take(decision, self.books)
        self.outcomes[decision.outcome] += 1
        for rule, _ in decision.passed:
            self.matched[rule.id] += 1
        if decision.rule:
            self.hits[decision.rule.id] += 1
            self.matched[decision.rule.id] += decision.rule.id not in {rule.id for rule, _ in decision.passed}
        self.closed += decision.outcome == "routed" and decision.back_at is not None
        self._count_promise(lead, decision)
        if decision.person:
            self._count_share(decision.person, lead)
        return decision

    def _count_promise(self, lead: Past, decision: Decision) -> None:
        if lead.due_at is None or decision.outcome in ("queue", "nurture"):
            return
        self.promised += 1
        begins = decision.back_at or (lead.at if decision.person else None)
        self.late += begins is None or begins >= lead.due_at

    def _count_share(self, person: Person, lead: Past) -> None:
        share = self.shares.setdefault(person.id, Share(person.name))
        share.leads, share.most = share.leads + 1, max(share.most, person.holds)
        if lead.closed_at and lead.closed_at > lead.at:
            heappush(self.closing, (lead.closed_at, person.id))

    def _release(self, now: datetime) -> None:
        """What was closed by `now` is off their hands."""
        while self.closing and self.closing[0][0] <= now:
            at, person_id = heappop(self.closing)
            person = self.books.people.get(person_id)
            if person is None:
                continue
            full = [pool for pool, seat in self.books.seats.get(person_id, ()) if seat.why_full(at)]
            person.holds = max(person.holds - 1, 0)
            for pool in full:
                pool.forget()

    def as_json(self) -> dict[str, Any]:
        shares = sorted(self.shares.values(), key=lambda share: (-share.leads, share.name))
        return {
            "version": self.book.number,
            "outcomes": dict(self.outcomes),
            "rules": [
                {
                    "key": str(rule.key),
                    "position": rule.position,
                    "label": rule.label,
                    "fallback": rule.is_fallback,
                    "decided": self.hits[rule.id],
                    "matched": self.matched[rule.id],
                }
                for rule in self.book.rules
            ],
            "members": [{"name": share.name, "leads": share.leads, "most_open": share.most} for share in shares],
            "promised": self.promised,
            "late": self.late,
            "while_closed": self.closed,
        }


@dataclass
class Comparison:
    """What is live and a draft, side by side; `changes` are leads that would go to somebody else, the first of them."""

    live: Simulation
    draft: Simulation
    leads: int = 0
    changed: int = 0
    changes: list[dict[str, str]] = field(default_factory=list)

    SHOWN = 20
    FEW = 20  # leads, of which no share says anything

    def give_all(self, leads: Iterable[Past]) -> None:
        for lead in leads:
            before, after = self.live.give(lead), self.draft.give(lead)
            self.leads += 1
            if _who(before) != _who(after):
                self.changed += 1
                if len(self.changes) < self.SHOWN:
                    self.changes.append(
                        {"id": str(lead.id), "name": lead.name, "live": _who(before), "draft": _who(after)}
                    )

    def as_json(self) -> dict[str, Any]:
        return {
            "leads": self.leads,
            "few": self.leads < self.FEW,
            "changed": self.changed,
            "changes": self.changes,
            "live": self.live.as_json(),
            "draft": self.draft.as_json(),
        }


def _who(decision: Decision) -> str:
    words = {"queue": "The intake queue", "nurture": "Nurture", "waiting": "Waits", "nobody": "Nobody"}
    return decision.person.name if decision.person else words[decision.outcome]
