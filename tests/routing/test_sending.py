"""Notices leave the house: in one mail or message, once, and never to a private address."""

from __future__ import annotations

import json
from datetime import time, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.core import mail as letters

from accounts.models import Member
from events import mail, outgoing
from events.jobs import Later
from events.models import Notification
from routing.models import NoticeSettings
from routing.reaching import give
from routing.sending import post, send_mail
from tenancy import clock
from tenancy.models import Account
from tenancy.scope import scope
from tests.factories import a_lead

pytestmark = pytest.mark.django_db
HOOK = "https://hooks.example/services/T0/B0/x"


class Hook:
    """A webhook that answers what it is told to, and remembers what came."""

    def __init__(self) -> None:
        self.came: list[str] = []
        self.answer: int | Exception = 200

    def fetch(self, url: str, *, method: str, headers: dict[str, str], body: bytes) -> outgoing.Answer:
        assert (url, method, headers["Content-Type"]) == (HOOK, "POST", "application/json")
        if isinstance(self.answer, Exception):
            raise self.answer
        self.came.append(json.loads(body)["text"])
        return outgoing.Answer(self.answer, b"ok")


@pytest.fixture
def hook(monkeypatch: pytest.MonkeyPatch) -> Hook:
    hook = Hook()
    monkeypatch.setattr("events.outgoing.fetch", hook.fetch)
    return hook


def tell(account: Account, member: Member, *texts: str, **columns: Any) -> None:
    with scope(account):
        give([Notification(member_id=member.pk, text=text, **columns) for text in texts])


def wishes(account: Account, member: Member, **columns: Any) -> None:
    with scope(account):
        NoticeSettings.objects.create(member=member, **columns)


def complaint(account: Account, member: Member) -> str:
    with scope(account):
        return str(NoticeSettings.objects.get(member=member).post_error)


def test_what_came_together_is_one_mail_and_is_sent_once(account: Account, cast: SimpleNamespace) -> None:
    with scope(account):
        lead = a_lead()
    tell(account, cast.rita, "Jonas is yours now.", lead_id=lead.pk)
    tell(account, cast.rita, "Raj acts for you.", path="covers/cov_1/")
    for _ in range(2):
        send_mail(account, cast.rita.pk)
    (letter,) = letters.outbox
    assert letter.to == [cast.rita.email]
    assert letter.subject == "2 notices from Acme"
    assert f"Jonas is yours now.\n{account.url(f'leads/{lead.public_id}/')}" in letter.body
    assert account.url("covers/cov_1/") in letter.body
    assert account.url("notifications/settings/") in letter.body
    assert letter.extra_headers["Auto-Submitted"] == "auto-generated"


def test_one_notice_is_its_own_subject(account: Account, cast: SimpleNamespace) -> None:
    tell(account, cast.rita, "Jonas is yours now.")
    send_mail(account, cast.rita.pk)
    assert [letter.subject for letter in letters.outbox] == ["Jonas is yours now."]


def test_of_hundreds_a_mail_tells_thirty_and_the_number(account: Account, cast: SimpleNamespace) -> None:
    tell(account, cast.rita, *[f"Lead {number} is yours now." for number in range(40)])
    send_mail(account, cast.rita.pk)
    (letter,) = letters.outbox
    assert letter.body.count("is yours now.") == 30
    assert "And 10 more: " in letter.body


def test_what_was_read_meanwhile_or_waits_for_the_morning_is_not_sent(account: Account, cast: SimpleNamespace) -> None:
    wishes(account, cast.raj, quiet_from=time(9), quiet_until=time(12))
    tell(account, cast.rita, "Jonas is yours now.")
    tell(account, cast.raj, "Petra is yours now.")
    with scope(account):
        Notification.objects.filter(member_id=cast.rita.pk).update(read_at=clock.now())
    for member in (cast.rita, cast.raj):
        send_mail(account, member.pk)
    assert not letters.outbox
    with clock.at(clock.now() + timedelta(hours=3)):
        send_mail(account, cast.raj.pk)
    assert len(letters.outbox) == 1


def test_who_left_gets_no_mail(account: Account, cast: SimpleNamespace) -> None:
    tell(account, cast.rita, "Jonas is yours now.")
    with scope(account):
        Member.objects.filter(pk=cast.rita.pk).update(left_at=clock.now())
    send_mail(account, cast.rita.pk)
    assert not letters.outbox


def test_while_the_mail_server_is_away_notices_wait(
    account: Account, cast: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(letter: mail.Mail) -> None:
        raise mail.NotNow("No mail server.")

    tell(account, cast.rita, "Jonas is yours now.")
    with monkeypatch.context() as patched:
        patched.setattr("events.mail.send", away)
        with pytest.raises(Later):
            send_mail(account, cast.rita.pk)
    send_mail(account, cast.rita.pk)
    assert len(letters.outbox) == 1


def test_a_mail_of_which_nobody_knows_is_not_sent_twice(
    account: Account, cast: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(letter: mail.Mail) -> None:
        raise mail.Unconfirmed("The connection broke.")

    tell(account, cast.rita, "Jonas is yours now.")
    with monkeypatch.context() as patched:
        patched.setattr("events.mail.send", broken)
        send_mail(account, cast.rita.pk)
    send_mail(account, cast.rita.pk)
    assert not letters.outbox


def test_slack_gets_links_and_nobodys_name_mentions_the_channel(
    account: Account, cast: SimpleNamespace, hook: Hook
) -> None:
    wishes(account, cast.rita, post_url=HOOK)
    with scope(account):
        lead = a_lead()
    tell(account, cast.rita, "<!channel> & Sons|Co is yours now.", lead_id=lead.pk)
    for _ in range(2):
        post(account, cast.rita.pk)
    link = account.url(f"leads/{lead.public_id}/")
    assert hook.came == [f"<{link}|&lt;!channel&gt; &amp; Sons¦Co is yours now.>"]


@pytest.mark.parametrize("answer", [503, 429, outgoing.Unreachable("hooks.example does not answer")])
def test_a_webhook_that_is_away_is_tried_again(
    account: Account, cast: SimpleNamespace, hook: Hook, answer: int | Exception
) -> None:
    wishes(account, cast.rita, post_url=HOOK)
    tell(account, cast.rita, "Jonas is yours now.")
    hook.answer = answer
    with pytest.raises(Later):
        post(account, cast.rita.pk)
    assert complaint(account, cast.rita)
    hook.came, hook.answer = [], 200
    post(account, cast.rita.pk)
    assert len(hook.came) == 1
    assert complaint(account, cast.rita) == ""


def test_a_webhook_that_is_gone_is_not_tried_again_and_the_member_can_read_why(
    account: Account, cast: SimpleNamespace, hook: Hook
) -> None:
    wishes(account, cast.rita, post_url=HOOK)
    tell(account, cast.rita, "Jonas is yours now.")
    hook.answer = 404
    post(account, cast.rita.pk)
    hook.came, hook.answer = [], 200
    post(account, cast.rita.pk)
    assert not hook.came
    assert "404" in complaint(account, cast.rita)


@pytest.mark.parametrize("url", ["http://127.0.0.1:6379/", "http://169.254.169.254/latest/", "http://[::1]/"])
def test_a_webhook_in_our_own_network_is_never_called(account: Account, cast: SimpleNamespace, url: str) -> None:
    wishes(account, cast.rita, post_url=url)
    tell(account, cast.rita, "Jonas is yours now.")
    post(account, cast.rita.pk)
    assert "is not a public address" in complaint(account, cast.rita)
