"""A mailbox is looked into again and again; each mail is taken once, and stays where it is."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from events import drain
from events.models import Job
from leads.inbound.mailboxes import poll, unwatch, watch
from leads.models import Lead, Mailbox, Payload
from tenancy import clock
from tenancy.models import Account
from tenancy.scope import scope
from tests.factories import a_source
from tests.leads.inbound.imap import Imap, imap_server
from tests.leads.inbound.mailroom import mail_named

pytestmark = pytest.mark.django_db


@pytest.fixture
def mailbox(account: Account, settings: Any) -> Iterator[Mailbox]:
    with imap_server(mail_named("new_sender"), mail_named("list")) as port:
        settings.OUTGOING_PRIVATE_HOSTS = [f"127.0.0.1:{port}"]
        columns = {"host": "127.0.0.1", "port": port, "tls": False, "username": "sales", "password": "right"}
        with scope(account):
            found = Mailbox.objects.create(source=a_source("Inbox", "email"), **columns)
        yield found


def state(mailbox: Mailbox) -> Mailbox:
    with scope(mailbox.account):
        found: Mailbox = Mailbox.objects.get(pk=mailbox.pk)
        return found


def test_what_lies_there_is_taken_once_and_left_there(mailbox: Mailbox) -> None:
    assert [poll(mailbox.account, mailbox.pk) for _ in range(2)] == [2, 0]
    assert (state(mailbox).last_uid, state(mailbox).problem) == (2, "")
    with scope(mailbox.account):
        assert list(Lead.objects.values_list("contact__email", flat=True)) == ["jonas@kestrel.example"]
        assert Payload.objects.count() == 2
    changing = {"STORE", "EXPUNGE", "COPY", "MOVE", "SELECT", "DELETE", "CLOSE"}
    assert not {word for said in Imap.said for word in said.upper().split()} & changing
    assert all("PEEK" in said for said in Imap.said if "FETCH" in said)


def test_new_mail_is_found_by_the_timer(mailbox: Mailbox) -> None:
    with scope(mailbox.account):
        watch(mailbox)
    drain.drain()
    assert state(mailbox).last_uid == 2
    Imap.mails[3] = mail_named("html_only").replace(b"jonas@", b"klara@")
    drain.drain()
    assert state(mailbox).last_uid == 2  # it is not time yet
    with clock.at(clock.now() + timedelta(minutes=3)):
        drain.drain()
    assert state(mailbox).last_uid == 3
    with scope(mailbox.account):
        assert Lead.objects.count() == 2


def test_a_server_that_counts_anew_makes_nothing_twice(mailbox: Mailbox) -> None:
    poll(mailbox.account, mailbox.pk)
    Imap.validity = 2
    Imap.mails = {10: mail_named("new_sender")}
    poll(mailbox.account, mailbox.pk)
    assert (state(mailbox).last_uid, state(mailbox).validity) == (10, "2")
    with scope(mailbox.account):
        assert Payload.objects.count() == 2


@pytest.mark.parametrize(("columns", "problem"), [({"password": "no"}, "wrong"), ({"port": 1}, "not a public address")])
def test_what_is_wrong_is_shown_and_tried_again(mailbox: Mailbox, columns: dict[str, Any], problem: str) -> None:
    with scope(mailbox.account):
        Mailbox.objects.update(**columns)
    assert poll(mailbox.account, mailbox.pk) == 0
    assert problem in state(mailbox).problem
    with scope(mailbox.account):
        assert Job.objects.filter(kind="leads.poll_mailbox", state="pending").exists()


def test_a_mailbox_that_is_let_go_is_left_alone(mailbox: Mailbox) -> None:
    with scope(mailbox.account):
        watch(mailbox)
        unwatch(mailbox)
    with clock.at(clock.now() + timedelta(hours=1)):
        drain.drain()
    assert Imap.said == []
