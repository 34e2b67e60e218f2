"""A member leaves: whom would the rules give their leads to, and then they do."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Q

from accounts.models import Member
from events.jobs import HANDLERS, schedule
from events.kinds import Kind
from events.models import Event
from events.record import SYSTEM
from leads.models import Lead
from leads.records import AssignmentRow, record_assignments, release
from routing import assignment, covering
from routing.assignment import Round
from routing.book import published
from routing.models import Cover, Decision
from routing.reasons import Reason
from routing.state import books_for
from tenancy import clock

AT_ONCE = 200  # leads in one transaction
LOOKED_AT = 2000  # for a preview: more would say the same


@dataclass(frozen=True)
class Preview:
    """Who would get how many of a member's `count` open leads; `nobody`: those that would wait. Of `looked_at`."""

    count: int
    looked_at: int
    shares: list[tuple[str, int]]
    nobody: int


def preview(member: Member) -> Preview:
    """What the published rules would do with a member's open leads if they left now. Nothing is written."""
    book, owned = published(), owned_by(member)
    leads = list(owned.with_people().order_by("captured_at", "id")[:LOOKED_AT])
    count = len(leads) if len(leads) < LOOKED_AT else owned.count()
    if book is None:
        return Preview(count, len(leads), [], len(leads))
    on_paper = Round(book, *books_for(book, leads, lock=False))
    chosen = [on_paper.decide(lead, {member.pk}).chosen.person for lead in leads]
    shares = Counter(person.name for person in chosen if person)
    return Preview(count, len(leads), shares.most_common(), sum(person is None for person in chosen))


def still_moving() -> int:
    """How many open leads are still with members who have left."""
    count: int = Lead.objects.open().filter(owner__left_at__isnull=False).count()
    return count


def owned_by(member: Member) -> Any:
    return Lead.objects.open().filter(owner=member)


def move_leads(member_ids: Sequence[UUID]) -> None:
    """Members left: the next of their leads go on, and their covers end; again until there are none left."""
    for member in Member.objects.exclude(left_at=None).filter(pk__in=member_ids).order_by("id"):
        _end_covers(member)
        leads = list(owned_by(member).select_for_update(of=("self",), no_key=True).order_by("id")[:AT_ONCE])
        to = _heir(member)
        if to:
            _give(leads, to, member)
        else:
            _by_rules(leads)
        if len(leads) == AT_ONCE:
            schedule(HANDLERS["routing.move_leads_of_leavers"], member.pk, clock.now())


def _by_rules(leads: Sequence[Lead]) -> None:
    """The published rules decide, as about new leads: where they have nobody a lead waits, and managers hear of it."""
    ids = [lead.pk for lead in leads]
    release(ids)
    assignment.route(ids, by=SYSTEM)


def _give(leads: Sequence[Lead], to: Member, member: Member) -> None:
    sentence = f"{member.name} left, and {to.name} took over."
    body = {"member": to.name, "before": member.name, "reason": Reason.HANDOVER.value, "corrective": False}
    Decision.objects.bulk_create(
        [Decision(lead=lead, member=to, reason="reassigned", sentence=sentence, body=body) for lead in leads]
    )
    record_assignments([AssignmentRow(lead.pk, to.pk, to.name, sentence, quiet=True) for lead in leads], SYSTEM)


def _heir(member: Member) -> Member | None:
    """Who was named to take everything over, if somebody was who is still here."""
    left = Event.objects.filter(kind=Kind.MEMBER_LEFT, subject_id=member.pk).order_by("-recorded_at", "-id").first()
    named = left.body.get("to") if left else None
    heir: Member | None = Member.objects.active().filter(pk=named).first() if named else None
    return heir


def _end_covers(member: Member) -> None:
    """What they act on goes back; what somebody acts on for them stays there."""
    for cover in Cover.objects.standing().filter(Q(acting=member) | Q(member=member)).order_by("id"):
        covering.end(cover, by=SYSTEM)
