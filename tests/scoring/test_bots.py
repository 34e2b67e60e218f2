"""Machines look at everything and mean nothing; people count, and count at once."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from events import drain
from events.kinds import Kind
from events.models import Event, Job
from events.record import PROSPECT, SYSTEM, record
from leads.models import Lead
from scoring.bots import is_around, is_at_once, is_scanner
from scoring.engagement import Sent, receive
from scoring.jobs import score_leads
from scoring.known import signals_of
from scoring.models import Receipt, Signal
from tenancy import clock
from tenancy.scope import scope
from tests.factories import a_lead

PEOPLE = [
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0 Safari/537.36",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 14_5) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Safari/605.1",
    "Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)",  # a person's Gmail
    "",
]
MACHINES = [
    "Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)",
    "BarracudaCentral/2.0",
    "Mozilla/5.0 (compatible; Proofpoint URL Defense)",
    "python-requests/2.32",
    "curl/8.5.0",
    "HeadlessChrome/126",
    "LinkedInBot/1.0",
]


@pytest.mark.parametrize("agent", PEOPLE)
def test_people_are_not_taken_for_machines(agent: str) -> None:
    assert not is_scanner(agent)


@pytest.mark.parametrize("agent", MACHINES)
def test_known_scanners_are_seen_through(agent: str) -> None:
    assert is_scanner(agent)


@pytest.mark.parametrize(
    ("kind", "seconds", "machine"),
    [
        ("email_open", 0, True),
        ("email_open", 2, True),
        ("email_open", 2.1, False),
        ("email_open", -1, False),  # of an earlier mail
        ("email_click", 1, True),
        ("page_view", 1, False),
    ],
)
def test_within_two_seconds_of_sending_nobody_has_read_it(kind: str, seconds: float, machine: bool) -> None:
    now = clock.now()
    assert is_at_once(kind, now + timedelta(seconds=seconds), [now - timedelta(days=1), now]) is machine


def an_open(lead: Lead, **columns: Any) -> Sent:
    said: dict[str, Any] = {"occurred_at": clock.now(), "lead": lead.public_id} | columns
    return Sent("email_open", **said)


@pytest.mark.usefixtures("in_scope")
def test_what_the_sender_says_of_the_mail_counts() -> None:
    lead, now = a_lead(), clock.now()
    receive([an_open(lead, sent_at=now), an_open(lead, sent_at=now - timedelta(seconds=3))], by=PROSPECT)
    assert sorted(Signal.objects.values_list("bot", flat=True)) == [False, True]


@pytest.mark.usefixtures("in_scope")
def test_our_own_mail_is_known_without_being_told() -> None:
    lead, other = a_lead(), a_lead()
    record(Kind.MESSAGE_SENT, lead, by=SYSTEM, lead_id=lead.pk)
    receive([an_open(lead), an_open(other)], by=PROSPECT)
    assert dict(Signal.objects.values_list("lead_id", "bot")) == {lead.pk: True, other.pk: False}


def test_who_follows_the_trap_did_the_rest_of_that_minute_too(scored_account: SimpleNamespace) -> None:
    with scope(scored_account.account):
        lead, now = a_lead(), clock.now()
        receive([an_open(lead), Sent("email_click", now, lead=lead.public_id)], by=PROSPECT)
        receive([an_open(lead, occurred_at=now - timedelta(minutes=5))], by=PROSPECT)
        score_leads([lead.pk])
        fooled = Lead.objects.get().score or 0
        before = Event.objects.filter(kind=Kind.SIGNALS_RECEIVED).count()
        receive([Sent("email_click", now + timedelta(seconds=3), lead=lead.public_id, trap=True)], by=PROSPECT)
        assert Event.objects.filter(kind=Kind.SIGNALS_RECEIVED).count() == before + 1  # so it is scored again
        score_leads([lead.pk])
        assert Lead.objects.get().score == fooled - 4  # an open of five minutes before was a person's
        assert Signal.objects.filter(bot=False).count() == 1


@pytest.mark.parametrize(
    ("kind", "seconds", "machine"),
    [
        ("email_click", 0, True),
        ("email_click", 60, True),
        ("email_open", -60, True),
        ("email_click", 60.1, False),
        ("page_view", 1, False),
    ],
)
def test_a_minute_around_the_trap_is_the_machines(kind: str, seconds: float, machine: bool) -> None:
    now = clock.now()
    assert is_around(kind, now + timedelta(seconds=seconds), [now - timedelta(days=1), now]) is machine


@pytest.mark.usefixtures("in_scope")
@pytest.mark.parametrize("at", [0, 3, 6])
def test_a_scanner_that_follows_every_link_is_seen_through_whenever_it_comes_to_the_trap(at: int) -> None:
    lead, other, now = a_lead(), a_lead(), clock.now() - timedelta(hours=1)
    for step in range(7):
        moment = now + timedelta(seconds=step)
        receive([Sent("email_click", moment, lead=lead.public_id, trap=step == at)], by=PROSPECT)
        receive([Sent("email_click", moment, lead=other.public_id)], by=PROSPECT)
    receive([Sent("email_click", now + timedelta(minutes=30), lead=lead.public_id)], by=PROSPECT)
    human = Signal.objects.filter(bot=False)
    assert (human.filter(lead=lead).count(), human.filter(lead=other).count()) == (1, 7)
    assert Signal.objects.get(trap=True).lead_id == lead.pk


@pytest.mark.django_db(transaction=True)
def test_ten_thousand_scanner_opens_move_nothing_and_start_nothing(scored_account: SimpleNamespace) -> None:
    with scope(scored_account.account):
        lead = a_lead(industry="Logistics", headcount=180)
        score_leads([lead.pk])
        before = (Lead.objects.get().score, Receipt.objects.count(), Event.objects.count(), Job.objects.count())
        with CaptureQueriesContext(connection) as asked:
            for _ in range(20):
                receive([an_open(lead, user_agent="Mimecast/1.0") for _ in range(500)], by=PROSPECT)
        assert len(asked) <= 20 * 10
        assert Signal.objects.filter(bot=True).count() == 10_000
        assert (Lead.objects.get().score, Receipt.objects.count(), Event.objects.count(), Job.objects.count()) == before
    drain.drain_inside()
    with scope(scored_account.account):
        score_leads([lead.pk])
        assert (Lead.objects.get().score, Receipt.objects.count()) == before[:2]


@pytest.mark.django_db(transaction=True)
def test_scoring_does_not_even_read_what_machines_did(scored_account: SimpleNamespace) -> None:
    with scope(scored_account.account):
        lead = a_lead()
        receive([an_open(lead, bot=True) for _ in range(50)] + [an_open(lead)], by=PROSPECT)
        found = signals_of([lead.pk], ["email_open"], None)[lead.pk]
        assert [len(moments or ()) for moments in found.values()] == [1]


@pytest.mark.django_db(transaction=True)
def test_pricing_twice_and_a_demo_request_make_a_fitting_lead_urgent_and_the_receipt_says_why(
    scored_account: SimpleNamespace,
) -> None:
    with scope(scored_account.account):
        fitting: dict[str, Any] = {"industry": "Logistics", "headcount": 180, "country": "DE", "tech_stack": ["SAP"]}
        lead = a_lead(**fitting, job_title="Head of IT", message="Could we see a demo, please?")
        score_leads([lead.pk])
        assert (Lead.objects.get().score, Lead.objects.get().tier) == (70, "high")
        views = [Sent("page_view", clock.now(), lead=lead.public_id, url="https://acme.example/pricing")] * 2
        receive(views, by=PROSPECT)
    drain.drain_inside()
    with scope(scored_account.account):
        scored = Lead.objects.get()
        assert (scored.score, scored.tier) == (85, "urgent")
        lines = Receipt.objects.latest("scored_at").body["contributions"]
        why = {line["label"]: (line["points"], bool(line["at"])) for line in lines if line["group"] == "intent"}
        assert why == {
            "Asked for a demo or a quote": (15, True),
            "Read the pricing page": (10, True),
            "Pricing page again within 48 hours": (5, True),
        }
