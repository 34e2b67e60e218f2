"""How the events of followups sound on a timeline."""

from events.kinds import Kind
from events.models import Event
from followups.models import EndReason, MessageState, Purpose
from leads.timeline import Telling, describes


@describes(Kind.CADENCE_STARTED)
def started(event: Event) -> Telling:
    return Telling("repeat", f"Cadence started: {event.body.get('cadence', '')}")


@describes(Kind.CADENCE_ENDED)
def ended(event: Event) -> Telling:
    reason = event.body.get("reason", "")
    label = EndReason(reason).label if reason in EndReason.values else reason
    return Telling("repeat", f"Cadence ended: {event.body.get('cadence', '')}", str(label).capitalize())


@describes(Kind.CADENCE_RESUMED)
def resumed(event: Event) -> Telling:
    return Telling("repeat", f"Cadence goes on: {event.body.get('cadence', '')}", "What had ended it was undone")


@describes(Kind.MESSAGE_SENT)
def sent(event: Event) -> Telling:
    what = "Instant reply" if event.body.get("purpose") == Purpose.INSTANT_REPLY else "E-mail"
    return Telling("mail", f"{what} sent (automatic): {event.body.get('title', '')}", event.body.get("text", ""))


@describes(Kind.MESSAGE_FAILED)
def failed(event: Event) -> Telling:
    subject = event.body.get("title", "")
    if event.body.get("state") == MessageState.UNCONFIRMED:
        return Telling("circle-alert", f"E-mail unconfirmed: {subject}", event.body.get("error", ""))
    return Telling("circle-alert", f"E-mail could not be sent: {subject}", event.body.get("error", ""))


@describes(Kind.STEP_PLANNED)
def planned(event: Event) -> Telling:
    title = event.body.get("title", "")
    return Telling("calendar", f"Next step: {title}" if title else "No next step is planned")


@describes(Kind.CONTACT_RESUBSCRIBED)
def resubscribed(event: Event) -> Telling:
    return Telling("mail", "Takes e-mail again", event.body.get("note", ""))
