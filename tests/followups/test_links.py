"""Links in our mails: over us, to where they led and nowhere else; who clicks is known, machines are seen through."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.core import mail as outbox
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import ApiKey
from accounts.roles import Scope
from events.record import SYSTEM
from followups.jobs import reply_instantly
from followups.links import addresses_in, place_behind
from followups.merge import as_html
from followups.models import Message, Template
from followups.sending import deliver
from leads.models import Lead
from scoring.defaults import publish_default_model
from scoring.jobs import score_leads
from scoring.models import Signal, Visitor
from scoring.tickets import LASTS, lead_on, ticket
from tenancy import clock
from tenancy.models import Account
from tenancy.scope import scope
from tests.factories import a_lead, an_account

OURS, THEIRS = "https://www.acme.example", "https://partner.example/a?b=1&c=2"
BODY = f"Hello,\n\nsee {OURS}/pricing?from=mail#plans and {THEIRS} or jonas@kestrel.example."
PERSON = "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0"


@pytest.fixture
def key(account: Account) -> str:
    with scope(account):
        return ApiKey.issue("Website", [Scope.SIGNALS_WRITE], by=SYSTEM, origins=[OURS])[1]


@pytest.fixture
def sent(account: Account) -> Message:
    with scope(account):
        Template.objects.create(name="Reply", purpose="instant_reply", subject="Hello", body=BODY)
        lead = a_lead(email="jonas@kestrel.example")
        reply_instantly([lead.pk])
        message: Message = Message.objects.select_related("lead").get()
        deliver(account, message.pk)
        message.refresh_from_db()
        return message


def html() -> str:
    mail: Any = outbox.outbox[-1]
    return str(mail.alternatives[0].content)


def all_links() -> list[str]:
    return [urlsplit(found).path for found in re.findall(r'href="(http[^"]+/l/[^"]+)"', html())]


def links() -> list[str]:
    """Those that people see."""
    return [path for path in all_links() if path != trap()]


def trap() -> str:
    [found] = re.findall(r'<a href="(http[^"]+/l/[^"]+)"[^>]*></a>', html())
    return str(urlsplit(found).path)


def click(path: str, agent: str = PERSON, after: float = 60) -> Any:
    with clock.at(clock.now() + timedelta(seconds=after)):
        return Client().get(path, headers={"User-Agent": agent})


def signals(account: Account) -> list[Signal]:
    with scope(account):
        return list(Signal.objects.order_by("id"))


@pytest.mark.parametrize("broken", ["http://[", "https://[::1", "http://", "https:///a", "http://a]b["])
def test_what_no_browser_understands_goes_as_it_is_and_counts_for_nothing(broken: str) -> None:
    assert addresses_in(f'<a href="{broken}">x</a> <a href="{THEIRS}">y</a>') == [THEIRS]


def test_each_link_goes_over_us_but_for_the_way_out_and_addresses(sent: Message) -> None:
    assert len(links()) == 2
    assert "/u/" in html()
    assert "mailto:jonas@kestrel.example" in html()
    assert f">{OURS}/pricing?from=mail#plans</a>" in html()
    assert f"{OURS}/pricing?from=mail#plans" in str(outbox.outbox[-1].body)
    assert "/l/" not in sent.html  # what people read of it stays as it was written


def test_it_leads_to_the_address_that_stood_in_the_mail(sent: Message, account: Account) -> None:
    assert [click(path)["Location"] for path in links()] == [f"{OURS}/pricing?from=mail#plans", THEIRS]
    assert [(row.kind, row.url, row.bot, row.lead_id) for row in signals(account)] == [
        ("email_click", f"{OURS}/pricing?from=mail#plans", False, sent.lead_id),
        ("email_click", THEIRS, False, sent.lead_id),
    ]


@pytest.mark.parametrize("spoil", ["x{}", "{}x", "{}.https://evil.example", "evil", "%00", "a" * 500])
def test_no_other_link_leads_anywhere(sent: Message, account: Account, spoil: str) -> None:
    token = links()[0].split("/")[2]
    assert Client().get(f"/l/{spoil.format(token)}/", {"url": "https://evil.example"}).status_code == 404
    assert Client().get(f"/l/{token}/", {"url": "https://evil.example"})["Location"].startswith(OURS)
    assert Client().post(f"/l/{token}/").status_code == 405


def test_a_link_that_the_mail_no_longer_has_is_gone(sent: Message, account: Account) -> None:
    paths = links()
    with scope(account):
        Message.objects.update(html=as_html("Nothing."))
    assert [click(path).status_code for path in paths] == [404, 404]


@given(st.text(max_size=80))
def test_a_token_is_ours_or_nobodys(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        place_behind(text)


@pytest.mark.parametrize(
    ("agent", "after"), [("Barracuda Sentinel (EE)", 60), ("python-requests/2.32", 60), (PERSON, 1.0)]
)
def test_a_scanners_click_counts_for_nothing_and_tells_it_nothing(
    sent: Message, account: Account, key: str, agent: str, after: float
) -> None:
    with clock.at(sent.sent_at or clock.now()):
        assert click(links()[0], agent, after)["Location"] == f"{OURS}/pricing?from=mail#plans"
        click(links()[0], after=3)
    assert [row.bot for row in signals(account)] == [True, False]


def test_before_all_links_there_is_one_that_nobody_can_see(sent: Message) -> None:
    assert all_links() == [trap(), *links()]
    assert html().startswith("<a href=")  # without a word in it, whatever a mail program makes of styles
    assert ' aria-hidden="true" tabindex="-1"></a>' in html()
    assert trap() not in str(outbox.outbox[-1].body)


@pytest.mark.parametrize("backwards", [False, True])
def test_a_scanner_that_follows_every_link_moves_nothing(
    sent: Message, account: Account, key: str, backwards: bool
) -> None:
    """It calls itself a person's browser, and comes an hour later."""
    with scope(account):
        publish_default_model(account)
        score_leads([sent.lead_id])
        before = Lead.objects.get().score
    answers = [click(path, after=3600) for path in sorted(all_links(), key=all_links().index, reverse=backwards)]
    assert [row.bot for row in signals(account)] == [True] * 3
    with scope(account):
        score_leads([sent.lead_id])
        assert Lead.objects.get().score == before
    assert sorted(answer.status_code for answer in answers) == [204, 302, 302]
    if not backwards:  # what it does not know yet nobody can keep from it
        assert not any("tg=" in answer.get("Location", "") for answer in answers)


def test_a_person_who_comes_later_counts_again(sent: Message, account: Account, key: str) -> None:
    click(trap(), after=60)
    assert "tg=" in click(links()[0], after=180)["Location"]
    assert [row.bot for row in signals(account)] == [True, False]


def test_who_only_asks_whether_the_trap_is_there_is_in_it(sent: Message, account: Account) -> None:
    with clock.at(clock.now() + timedelta(minutes=5)):
        click(links()[0], after=1)
        assert Client().head(trap()).status_code == 204
    assert [(row.bot, row.trap) for row in signals(account)] == [(True, False), (True, True)]


def test_asking_whether_it_is_there_is_no_click_and_two_at_once_are_one(sent: Message, account: Account) -> None:
    with clock.at(clock.now() + timedelta(minutes=1)):
        assert Client().head(links()[0])["Location"] == f"{OURS}/pricing?from=mail#plans"
        assert signals(account) == []
        for _ in range(2):
            Client().get(links()[0], headers={"User-Agent": PERSON})
    assert len(signals(account)) == 1


def test_a_person_takes_a_ticket_along_to_our_own_website_only(sent: Message, account: Account, key: str) -> None:
    ours, theirs = (click(path)["Location"] for path in links())
    assert theirs == THEIRS
    parts = urlsplit(ours)
    said = parse_qs(parts.query)
    assert (parts.path, parts.fragment, said["from"]) == ("/pricing", "plans", ["mail"])
    assert lead_on(account, said["tg"][0], clock.now()) == sent.lead_id


def test_a_ticket_joins_the_browser_and_its_earlier_visits(sent: Message, account: Account, key: str) -> None:
    def visit(**more: Any) -> None:
        row = {"kind": "page_view", "visitor": "v1", "url": f"{OURS}/x", **more}
        Client().post(f"/t/{key}/", json.dumps([row]), content_type="text/plain", headers={"Origin": OURS})

    visit()
    told = parse_qs(urlsplit(click(links()[0])["Location"]).query)["tg"][0]
    visit(ticket=told)
    assert {(row.kind, row.lead_id) for row in signals(account)} == {
        ("page_view", sent.lead_id),
        ("email_click", sent.lead_id),
    }
    with scope(account):
        assert Visitor.objects.get().lead_id == sent.lead_id


def test_a_ticket_is_for_its_account_and_its_half_hour(account: Account) -> None:
    with scope(account):
        lead: Lead = a_lead()
    now, other = clock.now().replace(microsecond=0), an_account("globex")
    text = ticket(account, lead.pk, now)
    assert lead_on(account, text, now + LASTS) == lead.pk
    assert lead_on(account, text, now + LASTS + timedelta(seconds=1)) is None
    assert lead_on(other, text, now) is None
    assert [lead_on(account, wrong, now) for wrong in ("", None, {"a": 1}, text[:-1], "x" + text)] == [None] * 5


@pytest.mark.parametrize("wrong", ["", "x", 7, None, {"a": []}])
def test_a_visitor_without_a_true_ticket_stays_a_stranger(account: Account, key: str, wrong: Any) -> None:
    row = {"kind": "page_view", "visitor": "v1", "url": OURS, "ticket": wrong}
    Client().post(f"/t/{key}/", json.dumps([row]), content_type="text/plain", headers={"Origin": OURS})
    assert [row.lead_id for row in signals(account)] == [None]


def test_addresses_are_read_as_they_were_written() -> None:
    assert addresses_in(as_html(BODY)) == [f"{OURS}/pricing?from=mail#plans", THEIRS]
