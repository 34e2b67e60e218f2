from __future__ import annotations

import smtplib
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest

from events import mail
from events.kinds import Kind
from events.models import Event
from events.record import SYSTEM
from followups import sending
from followups.jobs import reply_instantly
from followups.models import Message, MessageState
from followups.opting_out import unsubscribe
from leads.models import Contact, Lead
from tenancy import clock
from tenancy.scope import current_account
from tests.factories import a_lead
from tests.followups.stage import an_enrolled, delivered, send_planned, touch_on_time

pytestmark = pytest.mark.usefixtures("cadences")


@pytest.fixture
def message() -> Message:
    lead = a_lead(email="jonas@kestrel.example")
    reply_instantly([lead.pk])
    planned: Message = Message.objects.get(lead=lead)
    return planned


def deliver(message: Message) -> Message:
    sending.deliver(current_account(), message.pk)
    message.refresh_from_db()
    return message


def failing(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    def send(_mail: mail.Mail) -> None:
        raise error

    monkeypatch.setattr(mail, "send", send)


def test_it_is_committed_as_being_sent_before_smtp_hears_of_it(
    message: Message, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[str] = []
    monkeypatch.setattr(mail, "send", lambda _mail: seen.append(Message.objects.get(pk=message.pk).state))
    deliver(message)
    assert seen == [MessageState.SENDING]
    assert message.state == MessageState.SENT
    assert message.sent_at is not None


def test_sent_is_on_the_record(message: Message) -> None:
    deliver(message)
    event = Event.objects.get(kind=Kind.MESSAGE_SENT)
    assert event.lead_id == message.lead_id
    assert event.body["automatic"] is True


def test_a_second_run_sends_nothing(message: Message) -> None:
    deliver(message)
    deliver(message)
    assert len(delivered()) == 1
    assert Event.objects.filter(kind=Kind.MESSAGE_SENT).count() == 1


def test_a_crash_after_handing_over_is_shown_as_unconfirmed_and_never_repeated(
    message: Message, monkeypatch: pytest.MonkeyPatch
) -> None:
    handed: list[mail.Mail] = []

    def crash(ready: mail.Mail) -> None:
        handed.append(ready)
        raise KeyboardInterrupt

    monkeypatch.setattr(mail, "send", crash)
    with pytest.raises(KeyboardInterrupt):
        deliver(message)
    deliver(message)
    assert message.state == MessageState.UNCONFIRMED
    deliver(message)
    assert len(handed) == 1
    assert Event.objects.get(kind=Kind.MESSAGE_FAILED).body["state"] == "unconfirmed"


def test_a_slow_worker_that_did_send_it_says_so(message: Message, monkeypatch: pytest.MonkeyPatch) -> None:
    def overtaken(_mail: mail.Mail) -> None:
        sending.deliver(current_account(), message.pk)  # the sweep gave the job to another worker meanwhile

    monkeypatch.setattr(mail, "send", overtaken)
    assert deliver(message).state == MessageState.SENT


def test_a_refusal_for_now_is_tried_again(message: Message, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        failing(patch, mail.NotNow("451 Try later"))
        with pytest.raises(mail.NotNow):
            deliver(message)
    message.refresh_from_db()
    assert (message.state, message.error) == (MessageState.PLANNED, "451 Try later")
    assert deliver(message).state == MessageState.SENT
    assert len(delivered()) == 1


def test_a_refusal_for_good_is_visible(message: Message, monkeypatch: pytest.MonkeyPatch) -> None:
    failing(monkeypatch, mail.Refused("550 No such mailbox"))
    assert deliver(message).state == MessageState.FAILED
    assert Event.objects.get(kind=Kind.MESSAGE_FAILED).body["error"] == "550 No such mailbox"


def test_a_broken_connection_is_unconfirmed(message: Message, monkeypatch: pytest.MonkeyPatch) -> None:
    failing(monkeypatch, mail.Unconfirmed("The connection broke"))
    assert deliver(message).state == MessageState.UNCONFIRMED


def the_prospect_opts_out(lead: Lead) -> None:
    unsubscribe(Contact.objects.get(pk=lead.contact_id))


STOPS: dict[str, Callable[[Any], object]] = {
    "opt-out": the_prospect_opts_out,
    "reply": lambda lead: lead.log_activity(kind="email", direction="in", by=SYSTEM),
    "call": lambda lead: lead.log_activity(kind="call", outcome="spoke", by=SYSTEM),
    "disqualified": lambda lead: lead.disqualify(reason="No budget", by=SYSTEM),
    "erased": lambda lead: Contact.objects.filter(pk=lead.contact_id).update(email="", email_norm=""),
    "won": lambda lead: Lead.objects.filter(pk=lead.pk).update(status="won"),
}


@pytest.mark.parametrize("stop", STOPS)
def test_what_was_committed_before_it_goes_stops_it(message: Message, stop: str) -> None:
    STOPS[stop](Lead.objects.get(pk=message.lead_id))
    assert deliver(message).state == MessageState.SKIPPED
    assert not delivered()


@pytest.mark.parametrize("stop", STOPS)
def test_a_cadences_mail_is_stopped_even_before_its_job_has_run(monday: object, stop: str) -> None:
    touch = touch_on_time(an_enrolled())
    STOPS[stop](Lead.objects.get(pk=touch.lead_id))
    assert [message.state for message in send_planned()] == [MessageState.SKIPPED]
    touch.refresh_from_db()
    assert touch.state == "skipped"
    assert not delivered()


def test_nobody_gets_two_automatic_mails_on_one_day(message: Message) -> None:
    deliver(message)
    other = Message.objects.get(pk=message.pk)
    twin = Message(**{field.attname: getattr(other, field.attname) for field in Message._meta.concrete_fields})
    twin.pk, twin.dedupe_key, twin.state, twin.day = None, "another", "planned", clock.now().date().replace(year=2020)
    twin.id = UUID(int=7)
    twin.save(force_insert=True)
    assert deliver(twin).state == MessageState.SKIPPED
    assert len(delivered()) == 1


@pytest.mark.parametrize(
    ("error", "meaning"),
    [
        (smtplib.SMTPRecipientsRefused({"a@b.c": (451, b"later")}), mail.NotNow),
        (smtplib.SMTPRecipientsRefused({"a@b.c": (550, b"never")}), mail.Refused),
        (smtplib.SMTPDataError(452, b"full"), mail.NotNow),
        (smtplib.SMTPDataError(554, b"spam"), mail.Refused),
        (smtplib.SMTPSenderRefused(550, b"you", "x@y.z"), mail.Refused),
        (smtplib.SMTPServerDisconnected("gone"), mail.Unconfirmed),
        (TimeoutError("slow"), mail.Unconfirmed),
    ],
)
def test_what_smtp_answers_and_what_it_means(
    monkeypatch: pytest.MonkeyPatch, error: Exception, meaning: type[Exception]
) -> None:
    class Broken:
        def open(self) -> None: ...

        def send_messages(self, _messages: object) -> None:
            raise error

        def close(self) -> None:
            raise smtplib.SMTPServerDisconnected

    monkeypatch.setattr(mail, "get_connection", Broken)
    with pytest.raises(meaning):
        mail.send(mail.Mail("a@b.c", "Hello", "Text", "<1@x>"))


def test_no_server_is_not_now(monkeypatch: pytest.MonkeyPatch) -> None:
    class Nobody:
        def open(self) -> None:
            raise ConnectionRefusedError

    monkeypatch.setattr(mail, "get_connection", Nobody)
    with pytest.raises(mail.NotNow):
        mail.send(mail.Mail("a@b.c", "Hello", "Text", "<1@x>"))
