"""One mail on its way: planned, sending (committed, with its Message-ID), handed to SMTP, sent. Never twice."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from events import mail
from events.kinds import Kind
from events.record import SYSTEM, record
from followups.links import over_us
from followups.models import EndReason, Message, MessageState, Purpose, Touch, TouchState
from followups.opting_out import unsubscribe_url
from followups.stopping import standings, stop_reason
from leads.models import Contact, Lead
from routing.calendars import calendar_of
from tenancy import clock
from tenancy.models import Account
from tenancy.scope import current_account, scope

CRASHED = "Tollgate stopped while it handed this mail over; nobody knows whether it went."
SECOND = "There is another automatic mail today."
ELSEWHERE = "The address has changed."


def deliver(account: Account, message_id: UUID) -> None:
    """Send one planned message, outside of any transaction. Raises NotNow to be called again later."""
    with scope(account):
        ready = take(message_id)
    if ready is None:
        return
    try:
        mail.send(ready)
    except mail.NotNow as error:
        with scope(account):
            _settle(message_id, MessageState.PLANNED, str(error))
        raise
    except mail.Refused as error:
        with scope(account):
            _settle(message_id, MessageState.FAILED, str(error))
    except mail.Unconfirmed as error:
        with scope(account):
            _settle(message_id, MessageState.UNCONFIRMED, str(error))
    else:
        with scope(account):
            _settle(message_id, MessageState.SENT)


def take(message_id: UUID) -> mail.Mail | None:
    """Mark a planned message as being sent, if it still may go; None if there is nothing to send.

    Everything that can stop it is asked now, under the locks that an opt-out or a change of the lead needs too.
    """
    found = Message.objects.filter(pk=message_id).values_list("contact_id", "lead_id").first()
    if found is None:
        return None
    # Locked before anything is asked: an opt-out either came first and is seen, or waits until we are committed.
    contact = Contact.objects.select_for_update().get(pk=found[0])
    Lead.objects.select_for_update(of=("self",)).get(pk=found[1])
    message = Message.objects.select_for_update(of=("self",)).select_related("touch__enrolment").get(pk=message_id)
    # Somebody committed to sending it and never said what came of it. To send again might be to send twice.
    if message.state == MessageState.SENDING:
        _settle(message_id, MessageState.UNCONFIRMED, CRASHED)
        return None
    if message.state != MessageState.PLANNED:
        return None
    refusal = _refusal(message, contact)
    if refusal or not _claimed(message):
        _skip(message, refusal or SECOND)
        return None
    return _mail(message)


def _refusal(message: Message, contact: Contact) -> str:
    """Why the message must not go any more; empty if it may."""
    enrolment = message.touch.enrolment if message.touch else None
    if contact.email_norm != message.recipient:
        return ELSEWHERE
    if enrolment and enrolment.ended_at and enrolment.end_reason != EndReason.DONE:
        return f"The cadence ended: {enrolment.get_end_reason_display()}."
    since = enrolment.started_at if enrolment else message.created_at
    reason = stop_reason(standings([message.lead_id])[message.lead_id], since)
    return f"Stopped: {reason}." if reason else ""


def _claimed(message: Message) -> bool:
    """Commit to sending it today, unless today's automatic mail has been taken."""
    today = clock.now().astimezone(calendar_of(current_account()).zone).date()
    try:
        with transaction.atomic():
            Message.objects.filter(pk=message.pk).update(state=MessageState.SENDING, day=today, error="")
    except IntegrityError:
        return False
    return True


def _skip(message: Message, why: str) -> None:
    Message.objects.filter(pk=message.pk).update(state=MessageState.SKIPPED, error=why)
    if message.touch_id:
        Touch.objects.filter(pk=message.touch_id).update(state=TouchState.SKIPPED, note=why[:80])


def _mail(message: Message) -> mail.Mail:
    account = current_account()
    return mail.Mail(
        recipient=message.recipient,
        subject=message.subject,
        text=message.text,
        html=over_us(message),
        message_id=message.message_id,
        sender_name=message.sender,
        reply_to=mail.reply_address(account, message.lead_id),
        unsubscribe_url=unsubscribe_url(account, message.contact_id),
        automatic="auto-replied" if message.purpose == Purpose.INSTANT_REPLY else "auto-generated",
    )


def _settle(message_id: UUID, state: MessageState, error: str = "") -> None:
    """What became of a message that was being sent. One that a slow worker did send is sent, whatever was feared."""
    open_states = [MessageState.SENDING] + ([MessageState.UNCONFIRMED] if state == MessageState.SENT else [])
    sent_at = clock.now() if state == MessageState.SENT else None
    settled = Message.objects.filter(pk=message_id, state__in=open_states)
    if settled.update(state=state, error=error[:500], sent_at=sent_at) and state != MessageState.PLANNED:
        _record(Message.objects.get(pk=message_id))


def _record(message: Message) -> None:
    body: dict[str, Any] = {
        "purpose": message.purpose,
        "title": message.subject,
        "recipient": message.recipient,
        "automatic": message.automatic,
    }
    if message.state == MessageState.SENT:
        record(Kind.MESSAGE_SENT, message, by=SYSTEM, lead_id=message.lead_id, text=message.text[:500], **body)
    else:
        body |= {"state": message.state, "error": message.error}
        record(Kind.MESSAGE_FAILED, message, by=SYSTEM, lead_id=message.lead_id, **body)
