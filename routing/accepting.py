"""An owner answers: I take this lead, or I pass it on, and why."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from accounts.models import Member
from events.kinds import Kind
from events.record import By, Happening, record, record_all
from leads.models import Lead, Status
from routing import breaches, windows
from routing.models import Acceptance, Decision, Settled
from routing.reasons import Reason
from routing.reassignment import DECLINED, CannotPassOn, charge, hold, keep, owner_of, reassign, reroute, said


def accept(lead: Lead, member: Member, *, by: By) -> Decision | None:
    """`member` takes an open lead that is theirs, or nobody's. Returns the decision that gave it to them.

    A second time changes nothing. Raises CannotPassOn for a closed lead, and for one that somebody else owns.
    """
    held = hold(lead)
    if held.status != Status.OPEN:
        raise CannotPassOn("This lead is closed. Reopen it before you take it.")
    if held.owner_id not in (None, member.pk):
        raise CannotPassOn(f"{held.owner} owns this lead. Ask them, or a manager, to pass it on.")
    if held.owner_id is None:
        reassign(held, member, reason=Reason.HANDOVER, by=by)
    given = given_by(held, member)
    if not Acceptance.objects.filter(lead=held, member=member, decision=given, taken=True).exists():
        Acceptance.objects.create(lead=held, member=member, decision=given, taken=True)
        record(Kind.LEAD_ACCEPTED, held, by=by, lead_id=held.pk, member=member.name)
    return given


def decline(lead: Lead, member: Member, *, reason: Reason, by: By, note: str = "") -> Decision:
    """`member` passes an own, open lead on to whomever the published rules choose next, nobody who declined it before.

    Where there is nobody it stays, and the managers are told. Returns the decision. Raises CannotPassOn.
    """
    held = _open(lead)
    if held.owner_id != member.pk:
        raise CannotPassOn(f"{member.name} does not own this lead.")
    answer = Acceptance(
        lead=held, member=member, decision=given_by(held, member), taken=False, reason=reason, note=note[:200]
    )
    decision = _to_next(held, reason, by)
    answer.vain = decision is None
    Acceptance.objects.filter(lead=held, vain=True).update(vain=False)
    answer.save()
    to = decision.body["member"] if decision else ""
    told = {"member": member.name, "reason": reason.value, "note": note[:200], "to": to}
    record_all([Happening(Kind.LEAD_DECLINED, held.pk, held.pk, by, told)])
    return decision or _stays(held, member, reason, by)


def pass_to_next(lead: Lead, *, reason: Reason, by: By) -> Decision:
    """A manager gives an open lead to whomever the rules choose next. Raises CannotPassOn where there is nobody."""
    decision = _to_next(held := _open(lead), reason, by)
    if decision is None:
        raise CannotPassOn("The rules have nobody else who could take it now. Choose somebody.")
    breaches.settle([held.pk], Settled.REASSIGNED, by=by, reason=reason.label)
    return decision


def _open(lead: Lead) -> Lead:
    held = hold(lead)
    if held.status != Status.OPEN:
        raise CannotPassOn("This lead is closed. Reopen it before you pass it on.")
    return held


def _to_next(lead: Lead, reason: Reason, by: By) -> Decision | None:
    """The rules' choice, kept; None where they have nobody. The rules that erred are charged in any case."""
    told, because = said(lead, reason, by), f"{by.name} passed it on: {reason.label.lower()}."
    charge(lead, reason)
    for made in reroute([lead], {lead.pk: _declined_by(lead) | owner_of(lead)}):
        made.record.body |= {"because": DECLINED, **told}
        made.record.sentence = f"{because} {made.record.sentence}"[:300]
        keep([made], by)
        windows.give_time(lead)
        return made.record
    return None


def _stays(lead: Lead, member: Member, reason: Reason, by: By) -> Decision:
    why = f"{by.name} passed it on: {reason.label.lower()}. Nobody else could take it:"
    decision: Decision = Decision.objects.create(
        lead=lead,
        member=member,
        reason=DECLINED,
        sentence=f"{why} it stays with {member.name} until a manager decides."[:300],
        body={"member": member.name, "because": DECLINED, **said(lead, reason, by)},
    )
    return decision


def given_by(lead: Lead, member: Member) -> Decision | None:
    """The newest decision that gave a lead to a member."""
    found: Decision | None = Decision.objects.filter(lead=lead, member=member).order_by("-decided_at", "-id").first()
    return found


def answer_to(lead: Lead) -> Acceptance | None:
    """What the owner of now has said since the lead is theirs."""
    if lead.owner is None:
        return None
    given = given_by(lead, lead.owner)
    found: Acceptance | None = (
        Acceptance.objects.filter(lead=lead, member=lead.owner, decision=given).order_by("-answered_at", "-id").first()
    )
    return found


def in_vain() -> Sequence[Acceptance]:
    """Leads that were passed on and that nobody could take, with those who still have them; the oldest first."""
    rows = Acceptance.objects.filter(vain=True, lead__status=Status.OPEN).order_by("answered_at", "id")
    people = rows.select_related("member", "lead__contact", "lead__company", "lead__owner")
    return [row for row in people if row.lead.owner_id == row.member_id]


def _declined_by(lead: Lead) -> set[UUID]:
    return set(Acceptance.objects.filter(lead=lead, taken=False).values_list("member_id", flat=True))
