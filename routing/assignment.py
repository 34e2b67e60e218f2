"""Who owns a lead: the batch that gives new leads their owners."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from events.jobs import HANDLERS, reschedule_all
from events.kinds import Kind
from events.record import By, Happening, record_all
from leads.models import Lead
from leads.records import AssignmentRow, record_assignments
from routing import turns
from routing.book import published
from routing.choice import choose, take
from routing.models import Decision
from routing.rulebook import Book, Books
from routing.rulebook import Decision as Chosen
from routing.state import books_for, facts_for
from routing.told import body_of
from tenancy import clock
from tenancy.inserting import draft, insert_all

RETRIED = 500  # leads in one transaction when somebody joins
TRY_AGAIN = timedelta(minutes=15)  # what nobody can take: a capacity may have come free


@dataclass(frozen=True)
class Made:
    """What was decided about a lead, and its unsaved record."""

    lead: Lead
    chosen: Chosen
    record: Decision


@dataclass
class Round:
    """A batch of decisions at one moment; the books change from one lead to the next."""

    book: Book
    books: Books
    now: datetime

    def decide(self, lead: Lead, but: Iterable[UUID] = ()) -> Made:
        """Choose for one lead, somebody who is not among `but`, and take the turn."""
        began, facts = time.perf_counter(), facts_for(self.book, lead)
        chosen = choose(self.book, self.books, facts, self.now, frozenset(but))
        milliseconds = round((time.perf_counter() - began) * 1000, 3)
        body = body_of(chosen, self.book, milliseconds)
        take(chosen, self.books)
        return Made(lead, chosen, self._record(lead, chosen, body))

    def _record(self, lead: Lead, chosen: Chosen, body: dict[str, Any]) -> Decision:
        """After the turn was taken: it knows its number."""
        return draft(
            Decision,
            lead=lead,
            version_id=self.book.version_id,
            rule_id=chosen.rule.id if chosen.rule else None,
            member_id=chosen.person.id if chosen.person else None,
            pool_id=chosen.answer.pool.id if chosen.answer.pool and chosen.person else None,
            reason=chosen.outcome,
            sentence=chosen.sentence[:300],
            turn=chosen.answer.seat.last_turn if chosen.answer.seat else None,
            minutes=chosen.case.minutes,
            body=body,
            decided_at=self.now,
        )


def route(lead_ids: Sequence[UUID], *, by: By) -> list[Decision]:
    """Give the open, unowned leads among `lead_ids` their owners by the published rules; others are left alone.

    Leads first, then pools, each in the order of ids: two batches never wait for each other in a circle.
    Returns the decisions made; a lead for whom nothing changed gets none.
    """
    book = published()
    leads = unowned(lead_ids)
    if book is None or not leads:
        return []
    made = decide(book, leads)
    assigned, others = [one for one in made if one.chosen.person], [one for one in made if not one.chosen.person]
    _try_later(others)
    told = [*assigned, *news(others)]
    insert_all([one.record for one in told])
    record_assignments([row_of(one) for one in assigned], by)
    record_all([happening for one in told for happening in _happenings(one, by)])
    return [one.record for one in told]


def retry(*, by: By) -> bool:
    """Route the longest-waiting of those for whom there was nobody; whether there are more to try."""
    waiting = Lead.objects.open().filter(owner=None, decisions__reason__in=["nobody", "waiting"]).distinct()
    batch = list(waiting.order_by("captured_at", "id").values_list("pk", flat=True)[:RETRIED])
    made = route(batch, by=by)
    return len(batch) == RETRIED and any(one.member_id for one in made)


def unowned(lead_ids: Sequence[UUID]) -> list[Lead]:
    """Those that are open and have no owner, locked, with all that rules read; the longest waiting first."""
    leads = Lead.objects.open().with_people().filter(pk__among=lead_ids, owner=None)
    locked = leads.select_for_update(of=("self",), no_key=True).order_by("id")
    return sorted(locked, key=lambda lead: (lead.captured_at, lead.pk))


def decide(book: Book, leads: Sequence[Lead], but: Mapping[UUID, Iterable[UUID]] | None = None) -> list[Made]:
    """A decision about each lead, in turn, with its unsaved record; the turns taken are saved.

    `but` says, by lead, who must not get it.
    """
    this_round = Round(book, *books_for(book, leads, lock=True))
    made = [this_round.decide(lead, (but or {}).get(lead.pk, ())) for lead in leads]
    turns.save(this_round.books.pools.values())
    return made


def news(made: Sequence[Made]) -> list[Made]:
    """Those that say something else than the lead's last decision: waiting on isn't told again and again."""
    if not made:
        return []
    past = Decision.objects.filter(lead_id__among=[one.lead.pk for one in made]).order_by("decided_at", "id")
    before = {lead_id: said for lead_id, *said in past.values_list("lead_id", "reason", "sentence")}
    return [one for one in made if before.get(one.lead.pk) != [one.record.reason, one.record.sentence]]


def _try_later(made: Iterable[Made]) -> None:
    """Those who wait are routed again when somebody is back, or a while later."""
    due = [(one.lead.pk, one.chosen.back_at or clock.now() + TRY_AGAIN) for one in made if _waits(one)]
    if due:
        reschedule_all(HANDLERS["routing.route_unrouted_leads"], due)


def _waits(made: Made) -> bool:
    return made.chosen.outcome in ("waiting", "nobody")


def row_of(made: Made) -> AssignmentRow:
    """What the lead is told of it."""
    person, rule, place = made.chosen.person, made.chosen.rule, made.chosen.place
    assert person
    return AssignmentRow(
        made.lead.pk,
        person.id,
        person.name,
        made.record.sentence,
        territory=place.name if place else "",
        pipeline_id=rule.pipeline_id if rule else None,
        stage_id=rule.stage_id if rule else None,
    )


def _happenings(made: Made, by: By) -> Iterable[Happening]:
    lead_id, record = made.lead.pk, made.record
    if made.chosen.person is None:
        body = {"reason": record.reason, "sentence": record.sentence}
        yield Happening(Kind.LEAD_UNASSIGNED, lead_id, lead_id, by, body)
    if made.chosen.alarm and made.chosen.rule:
        why = [f"“{rule.label}”: {answer.why}" for rule, answer in made.chosen.passed]
        body = {"rule": made.chosen.rule.label, "member": record.body["member"], "why": "; ".join(why)}
        yield Happening(Kind.LEAD_FELL_THROUGH, lead_id, lead_id, by, body)
