"""The whole way through real SMTP, and races on real transactions."""

from __future__ import annotations

import random
import socket
import threading
import time
from collections.abc import Callable, Iterator
from email import message_from_bytes
from types import SimpleNamespace
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from django.db import connection

from events import drain, mail
from events.models import Job
from events.record import SYSTEM
from followups import sending
from followups.defaults import install
from followups.jobs import reply_instantly
from followups.models import Enrolment, Message
from followups.opting_out import unsubscribe
from leads.capture import capture
from leads.models import Contact, Lead
from pipeline.models import Deal
from tenancy import clock
from tenancy.models import Account
from tenancy.scope import scope
from tests.factories import a_lead, a_source
from workspace.opening import open_account

pytestmark = pytest.mark.django_db(transaction=True)
ROUNDS = 40


class Sink:
    """A mail server that answers as told: each of `answers` once, then 250."""

    def __init__(self) -> None:
        self.received: list[bytes] = []
        self.answers: list[str] = []

    async def handle_DATA(self, server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
        answer = self.answers.pop(0) if self.answers else "250 OK"
        if answer.startswith("2") or answer == "drop":
            self.received.append(envelope.content)
        if answer == "drop":
            server.transport.close()
        return answer

    @property
    def mails(self) -> list[Any]:
        return [message_from_bytes(raw) for raw in self.received]


@pytest.fixture
def sink(settings: Any) -> Iterator[Sink]:
    handler, port = Sink(), free_port()
    controller = Controller(handler, hostname="127.0.0.1", port=port, ready_timeout=20)
    controller.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
    yield handler
    controller.stop()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


@pytest.fixture
def acme(account: Account) -> Account:
    with scope(account):
        install()
    return account


def an_enquiry(account: Account, **facts: Any) -> Lead:
    with scope(account):
        payload = {"name": "Jonas Weidmann", "email": "jonas@kestrel.example"} | facts
        return capture(payload, source=a_source("API", "api"), channel="api", by=SYSTEM).lead


def states(account: Account) -> list[tuple[str, str]]:
    with scope(account):
        return list(Message.objects.order_by("id").values_list("state", "error"))


def again(account: Account) -> None:
    """Let time pass, so that what was put off is due."""
    with scope(account):
        Job.objects.filter(state="pending", run_at__gt=clock.now()).update(run_at=clock.now())
    drain.drain()


def test_an_enquiry_is_answered_through_smtp(acme: Account, sink: Sink) -> None:
    lead = an_enquiry(acme)
    drain.drain()
    (received,) = sink.mails
    assert received["To"] == "jonas@kestrel.example"
    assert received["Auto-Submitted"] == "auto-replied"
    assert received["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert "/u/" in received["List-Unsubscribe"]
    assert mail.lead_in(acme, received["Message-ID"]) == lead.pk
    assert mail.lead_in(acme, received["Reply-To"]) == lead.pk
    assert states(acme) == [("sent", "")]


def test_a_server_that_says_later_gets_it_later_and_once(acme: Account, sink: Sink) -> None:
    sink.answers = ["451 Greylisted"]
    an_enquiry(acme)
    drain.drain()
    assert states(acme) == [("planned", "451 Greylisted")]
    again(acme)
    assert states(acme) == [("sent", "")]
    assert len(sink.received) == 1


def test_a_server_that_says_no_is_not_asked_again(acme: Account, sink: Sink) -> None:
    sink.answers = ["550 No such mailbox"]
    an_enquiry(acme)
    drain.drain()
    again(acme)
    assert states(acme) == [("failed", "550 No such mailbox")]
    assert sink.received == []


def test_a_connection_that_breaks_after_the_text_is_unconfirmed_and_never_repeated(acme: Account, sink: Sink) -> None:
    sink.answers = ["drop"]
    an_enquiry(acme)
    drain.drain()
    again(acme)
    assert [state for state, _ in states(acme)] == ["unconfirmed"]
    assert len(sink.received) == 1


def test_without_a_server_it_waits(acme: Account, sink: Sink, settings: Any) -> None:
    port, settings.EMAIL_PORT = settings.EMAIL_PORT, 1
    an_enquiry(acme)
    drain.drain()
    assert [state for state, _ in states(acme)] == ["planned"]
    settings.EMAIL_PORT = port
    again(acme)
    assert len(sink.received) == 1


def test_a_name_full_of_headers_adds_none(acme: Account, sink: Sink) -> None:
    an_enquiry(acme, name="Jonas\r\nBcc: eve@example.com", company="Kestrel\nSubject: Win")
    drain.drain()
    (received,) = sink.mails
    assert received["Bcc"] is None
    assert len(received.get_all("Subject")) == 1


def together(*works: Callable[[], object]) -> None:
    """Run them at the same moment, each on a connection of its own."""
    barrier = threading.Barrier(len(works))

    def run(work: Callable[[], object]) -> None:
        barrier.wait()
        time.sleep(random.uniform(0, 0.004))
        try:
            work()
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


@pytest.fixture
def handed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The addresses that SMTP was handed, instead of SMTP."""
    found: list[str] = []
    monkeypatch.setattr(mail, "send", lambda ready: found.append(ready.recipient))
    return found


def planned(account: Account) -> Message:
    with scope(account):
        lead = a_lead()
        reply_instantly([lead.pk])
        message: Message = Message.objects.get(lead=lead)
        return message


def test_two_workers_send_it_once(acme: Account, handed: list[str]) -> None:
    for number in range(ROUNDS):
        message = planned(acme)
        together(*[lambda pk=message.pk: sending.deliver(acme, pk)] * 3)
        assert len(handed) == number + 1


def test_what_is_committed_before_it_fires_stops_it(acme: Account, handed: list[str]) -> None:
    """An opt-out races a sending: whoever commits first wins, and an opt-out in time is never passed over."""
    outcomes = set()
    for _ in range(ROUNDS):
        message, seen = planned(acme), SimpleNamespace(out=float("inf"), fired=0.0)
        contact_id = message.contact_id

        def opt_out(seen: Any = seen, contact_id: Any = contact_id) -> None:
            with scope(acme):
                unsubscribe(Contact.objects.get(pk=contact_id))
            seen.out = time.monotonic()

        def fire(seen: Any = seen, message: Message = message) -> None:
            seen.fired = time.monotonic()
            sending.deliver(acme, message.pk)

        together(opt_out, fire)
        went = message.recipient in handed
        assert not (went and seen.out < seen.fired)
        outcomes.add(went)
        with scope(acme):
            message.refresh_from_db()
            assert message.state == ("sent" if went else "skipped")
    assert outcomes  # which of the two wins is chance


def test_two_replies_planned_at_once_are_one(acme: Account) -> None:
    for _ in range(10):
        with scope(acme):
            lead = a_lead()

        def plan(pk: Any = lead.pk) -> None:
            with scope(acme):
                reply_instantly([pk])

        together(plan, plan, plan)
        with scope(acme):
            assert Message.objects.filter(lead=lead).count() == 1


def test_an_enquiry_runs_through_all_apps_into_a_cadence(sink: Sink) -> None:
    acme = open_account(name="Acme", email="ada@acme.example", template="it_services").account
    lead = an_enquiry(acme, company="Kestrel Logistics", phone="+49405550142", message="We need a service desk.")
    drain.drain()
    assert [mail["To"] for mail in sink.mails].count("jonas@kestrel.example") == 1
    with scope(acme):
        enrolment = Enrolment.objects.select_related("cadence").get(lead=lead, ended_at=None)
        deal = Deal.objects.get(lead=lead)
        ahead = enrolment.touches.get(state="planned")
        assert (deal.next_step, deal.next_step_at) == (ahead.title, ahead.due_at)
        Lead.objects.get(pk=lead.pk).log_activity(kind="call", outcome="spoke", by=SYSTEM)
    drain.drain()
    with scope(acme):
        enrolment.refresh_from_db()
        assert enrolment.end_reason == "answered"
        deal.refresh_from_db()
        assert deal.next_step == ""
