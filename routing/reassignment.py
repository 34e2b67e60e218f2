"""A person passes a lead on. The promise to the lead runs on: a new owner never restarts it."""

from __future__ import annotations

from accounts.models import Member
from accounts.roles import Function
from events.record import By
from leads.models import Lead, Status
from leads.records import AssignmentRow, record_assignments
from routing.models import Decision
from routing.reasons import Reason


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
    held = Lead.objects.select_related("owner").select_for_update(of=("self",), no_key=True).get(pk=lead.pk)
    _check(held, member)
    charged = Decision.objects.filter(lead=held, reason="routed").order_by("-decided_at", "-id").first()
    before = held.owner.name if held.owner else ""
    sentence = f"{by.name} gave it to {member.name}: {reason.label.lower()}."
    decision: Decision = Decision.objects.create(
        lead=held,
        version_id=charged.version_id if charged else None,
        rule_id=charged.rule_id if charged else None,
        member=member,
        reason="reassigned",
        sentence=sentence[:300],
        body={
            "member": member.name,
            "before": before,
            "reason": reason.value,
            "corrective": reason.is_corrective,
            "by": by.name,
        },
    )
    record_assignments([AssignmentRow(held.pk, member.pk, member.name, decision.sentence)], by)
    return decision


def _check(lead: Lead, member: Member) -> None:
    if lead.status != Status.OPEN:
        raise CannotPassOn("This lead is closed. Reopen it before you pass it on.")
    if member.left_at is not None:
        raise CannotPassOn(f"{member.name} has left. Choose somebody who is here.")
    if lead.owner_id == member.pk:
        raise CannotPassOn(f"{member.name} owns this lead already. Choose somebody else.")
