"""Who owns a lead: the batch that gives new leads their owners, and the person who passes one on."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from uuid import UUID

from accounts.models import Member
from events.kinds import Kind
from events.record import By, Happening, record_all
from leads.facts import facts_of
from leads.models import Lead
from leads.records import AssignmentRow, record_assignments
from routing import choice, turns
from routing.book import Book, published
from routing.models import Decision
from routing.told import body_of
from tenancy import clock

RETRIED = 500  # leads in one transaction when somebody joins


@dataclass
class Round:
    """The books as they change from one lead of a batch to the next."""

    book: Book
    books: choice.Books
    taken: Counter[UUID] = field(default_factory=Counter)

    def decide(self, lead: Lead) -> Decision:
        """Choose for one lead and take the turn. Returns the unsaved decision record."""
        began = time.perf_counter()
        facts = facts_of(lead) | {"company_id": lead.company_id}
        chosen = choice.choose(self.book.rules, self.books, facts, clock.now())
        self._remember(chosen, lead)
        milliseconds = round((time.perf_counter() - began) * 1000, 3)
        return Decision(
            lead=lead,
            version_id=self.book.version_id,
            rule_id=chosen.rule.id if chosen.rule else None,
            member_id=chosen.member_id,
            reason=chosen.outcome,
            sentence=chosen.sentence[:300],
            body=body_of(chosen, self.book.number, milliseconds),
        )

    def _remember(self, chosen: choice.Decision, lead: Lead) -> None:
        owners, pools = self.books.company_owners, self.books.pools
        if lead.company_id and chosen.member_id and self.book.asks_company:
            owners = {**owners, lead.company_id: chosen.member_id}
        if chosen.seat and chosen.pool_id:
            self.taken[chosen.seat.id] += 1
            pools = {**pools, chosen.pool_id: turns.taken(pools[chosen.pool_id], chosen.seat)}
        self.books = replace(self.books, company_owners=owners, pools=pools)


def route(lead_ids: Sequence[UUID], *, by: By) -> list[Decision]:
    """Give the open, unowned leads among `lead_ids` their owners by the published rules; others are left alone.

    Leads first, then pools, each in the order of ids: two batches never wait for each other in a circle.
    Returns the decisions made; a lead for whom nothing changed gets none.
    """
    book = published()
    leads = unowned(lead_ids)
    if book is None or not leads:
        return []
    decisions = decide(book, leads)
    decisions = [one for one in decisions if one.member_id] + news(one for one in decisions if not one.member_id)
    Decision.objects.bulk_create(decisions)
    record_assignments([_row(one) for one in decisions if one.member_id], by)
    record_all([_unassigned(one, by) for one in decisions if not one.member_id])
    return decisions


def retry(*, by: By) -> bool:
    """Route the longest-waiting of those for whom there was nobody; whether there are more to try."""
    waiting = Lead.objects.open().filter(owner=None, decisions__reason="nobody").distinct()
    batch = list(waiting.order_by("captured_at", "id").values_list("pk", flat=True)[:RETRIED])
    made = route(batch, by=by)
    return len(batch) == RETRIED and any(one.member_id for one in made)


def unowned(lead_ids: Sequence[UUID]) -> list[Lead]:
    """Those that are open and have no owner, locked, with all that rules read; the longest waiting first."""
    leads = Lead.objects.open().with_people().filter(pk__in=lead_ids, owner=None)
    locked = leads.select_for_update(of=("self",), no_key=True).order_by("id")
    return sorted(locked, key=lambda lead: (lead.captured_at, lead.pk))


def decide(book: Book, leads: Sequence[Lead]) -> list[Decision]:
    """One unsaved decision for each lead, in turn; the turns taken are saved."""
    members = list(Member.objects.active())
    books = choice.Books(
        pools=turns.lock(book.pool_ids, members),
        members={member.pk: member.name for member in members},
        company_owners=company_owners(leads) if book.asks_company else {},
    )
    this_round = Round(book, books)
    decisions = [this_round.decide(lead) for lead in leads]
    turns.save(this_round.taken)
    return decisions


def company_owners(leads: Iterable[Lead]) -> dict[UUID, UUID]:
    """Who owns the newest assigned lead of each of the leads' companies."""
    companies = {lead.company_id for lead in leads if lead.company_id}
    owned = Lead.objects.filter(company_id__in=companies).exclude(owner=None)
    return dict(owned.order_by("assigned_at").values_list("company_id", "owner_id"))


def news(decisions: Iterable[Decision]) -> list[Decision]:
    """Those that say something else than the lead's last decision: waiting on isn't told again and again."""
    decisions = list(decisions)
    if not decisions:
        return []
    past = Decision.objects.filter(lead_id__in=[one.lead_id for one in decisions]).order_by("decided_at", "id")
    before = {lead_id: said for lead_id, *said in past.values_list("lead_id", "reason", "sentence")}
    return [one for one in decisions if before.get(one.lead_id) != [one.reason, one.sentence]]


def _row(decision: Decision) -> AssignmentRow:
    assert decision.member_id
    return AssignmentRow(decision.lead_id, decision.member_id, decision.body["member"], decision.sentence)


def _unassigned(decision: Decision, by: By) -> Happening:
    body = {"reason": decision.reason, "sentence": decision.sentence}
    return Happening(Kind.LEAD_UNASSIGNED, decision.lead_id, decision.lead_id, by, body)
