"""A lead changes hands: a person passes it on, its owner declines it, or nobody answered it.

The promise to it runs on: a new owner never restarts it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from accounts.models import Member
from accounts.roles import Function
from events.record import SYSTEM, By
from leads.models import Lead, Status
from leads.records import AssignmentRow, record_assignments
from routing import assignment, breaches, windows
from routing.assignment import Made
from routing.book import published
from routing.models import Correction, Decision, Settled
from routing.reasons import Reason
from tenancy.inserting import insert_all

UNANSWERED, DECLINED = "unanswered", "declined"


class CannotPassOn(Exception):
    """Why this lead can't go to that member, in one sentence."""


def may_pass_on(member: Member, lead: Lead) -> bool:
    """Managers reassign any lead; a rep passes on the own ones."""
    if member.may(Function.REASSIGN):
        return True
    return member.may(Function.WORK_LEADS) and lead.owner_id == member.pk


def reassign(lead: Lead, member: Member, *, reason: Reason, by: By) -> Decision:
    """Give an open lead another owner. Returns the decision that says who did it and why.

    Raises CannotPassOn for a closed lead, a member who left, or the owner of now. A corrective reason is charged to the
    rules' version that chose the owner before.
    """
    held = hold(lead)
    _check(held, member)
    charged = charge(held, reason)
    decision: Decision = Decision.objects.create(
        lead=held,
        version_id=charged.version_id if charged else None,
        rule_id=charged.rule_id if charged else None,
        member=member,
        reason="reassigned",
        sentence=f"{by.name} gave it to {member.name}: {reason.label.lower()}."[:300],
        body={"member": member.name, **said(held, reason, by)},
    )
    record_assignments([AssignmentRow(held.pk, member.pk, member.name, decision.sentence)], by)
    windows.give_time(held)
    taken = by.id == member.pk
    breaches.settle([held.pk], Settled.TAKEN if taken else Settled.REASSIGNED, by=by, reason=reason.label)
    return decision


def hold(lead: Lead) -> Lead:
    """The lead with all that rules read, locked."""
    held: Lead = Lead.objects.with_people().select_for_update(of=("self",), no_key=True).get(pk=lead.pk)
    return held


def said(lead: Lead, reason: Reason, by: By) -> dict[str, Any]:
    """What a decision of a person's making keeps: whose it was, why, and who said so."""
    before = lead.owner.name if lead.owner else ""
    return {"before": before, "reason": reason.value, "corrective": reason.is_corrective, "by": by.name}


def charge(lead: Lead, reason: Reason) -> Decision | None:
    """The rules' decision that gave the lead to its owner, if they did; a corrective reason is charged to it."""
    by_rules = Decision.objects.filter(lead=lead, reason="routed").order_by("-decided_at", "-id")
    erred: Decision | None = by_rules.filter(member_id=lead.owner_id).first() or by_rules.first()
    if erred and reason.is_corrective:
        Correction.objects.bulk_create([Correction(lead=lead, decision=erred, reason=reason)], ignore_conflicts=True)
    return erred


def hand_on(leads: Sequence[Lead]) -> list[Decision]:
    """Nobody answered these locked, open leads: each goes to somebody else by the published rules.

    Who had one already gets it back only when there is nobody else, and its owner of now never. Returns the decisions
    that changed something; a lead stays where it is while nobody can take it.
    """
    had = _owners_so_far(leads)
    made = reroute(leads, had)
    left = [lead for lead in leads if lead.pk not in {one.lead.pk for one in made} and len(had[lead.pk]) > 1]
    made += reroute(left, {lead.pk: owner_of(lead) for lead in left})
    for one in made:
        before = one.lead.owner.name if one.lead.owner else ""
        one.record.body |= {"because": UNANSWERED, "before": before}
        one.record.sentence = f"{before or 'Nobody'} had not answered in time. {one.record.sentence}"[:300]
    keep(made, SYSTEM)
    return [one.record for one in made]


def reroute(leads: Sequence[Lead], but: Mapping[UUID, set[UUID]]) -> list[Made]:
    """Whom the published rules choose for locked leads, apart from some members: where they have somebody, unsaved."""
    book = published() if leads else None
    return [one for one in assignment.decide(book, leads, but) if one.chosen.person] if book else []


def keep(made: Sequence[Made], by: By) -> None:
    """Write what was decided, and give the leads their owners."""
    insert_all([one.record for one in made])
    record_assignments([assignment.row_of(one) for one in made], by)


def owner_of(lead: Lead) -> set[UUID]:
    return {lead.owner_id} if lead.owner_id else set()


def _owners_so_far(leads: Sequence[Lead]) -> dict[UUID, set[UUID]]:
    found = {lead.pk: owner_of(lead) for lead in leads}
    past = Decision.objects.filter(lead_id__in=list(found), member__isnull=False)
    for lead_id, member_id in past.values_list("lead_id", "member_id"):
        found[lead_id].add(member_id)
    return found


def _check(lead: Lead, member: Member) -> None:
    if lead.status != Status.OPEN:
        raise CannotPassOn("This lead is closed. Reopen it before you pass it on.")
    if member.left_at is not None:
        raise CannotPassOn(f"{member.name} has left. Choose somebody who is here.")
    if lead.owner_id == member.pk:
        raise CannotPassOn(f"{member.name} owns this lead already. Choose somebody else.")
