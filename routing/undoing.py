"""A lead that was given to somebody goes back to whose it was."""

from accounts.models import Member
from events.kinds import Kind
from events.models import Event
from events.record import By
from leads.models import Lead
from leads.undoing import CannotUndo, undoes
from routing.reasons import Reason
from routing.reassignment import CannotPassOn, reassign


@undoes(Kind.LEAD_ASSIGNED)
def assignment(event: Event, by: By) -> None:
    lead = Lead.objects.get(pk=event.lead_id)
    before = Member.objects.active().filter(pk=event.body.get("before")).first()
    if str(lead.owner_id) != event.body.get("member_id"):
        raise CannotUndo("Somebody else owns it by now.")
    if before is None:
        raise CannotUndo("Nobody owned it before.")
    try:
        reassign(lead, before, reason=Reason.HANDOVER, by=by)
    except CannotPassOn as refusal:
        raise CannotUndo(str(refusal)) from refusal
