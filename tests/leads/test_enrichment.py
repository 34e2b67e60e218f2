"""Providers are asked after routing; what they say arrives later, and people always win."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.conf import LazySettings

from accounts.roles import Role
from events import drain
from events.jobs import HANDLERS
from events.kinds import Kind
from events.models import Event, Job, JobState
from events.record import SYSTEM
from leads.capture import capture
from leads.enrichment.asking import NoAnswer, ask, question
from leads.enrichment.learning import learn
from leads.models import CustomField, Lead, Provider, ProviderAnswer
from leads.provenance import Voice, provenance
from tenancy import clock
from tenancy.models import Account
from tenancy.scope import scope
from tests.factories import a_member, a_source
from tests.leads.oracle import Oracle, an_oracle

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
FIRM = {"company": {"size": 240, "sector": "Logistics"}, "stack": [{"name": "SAP"}]}
MAPPING = {"headcount": "company.size", "industry": "company.sector", "tech_stack": "stack.name"}
MAIL = "followups.send_message"
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def oracle(settings: LazySettings) -> Iterator[Oracle]:
    with an_oracle() as oracle:
        settings.OUTGOING_PRIVATE_HOSTS = [oracle.host]
        yield oracle


def a_provider(oracle: Oracle, name: str = "Clearfacts", **columns: Any) -> Provider:
    provider: Provider = Provider.objects.create(**{"name": name, "url": oracle.url, "mapping": MAPPING} | columns)
    return provider


def arrives(account: Account, email: str = "jonas@kestrel.example", **facts: Any) -> Lead:
    with scope(account):
        return capture({"email": email, **facts}, source=a_source(), channel="form", by=SYSTEM).lead


def again(account: Account, lead: Lead) -> Lead:
    with scope(account):
        found: Lead = Lead.objects.with_people().get(pk=lead.pk)
        return found


def test_facts_arrive_later_and_the_lead_is_scored_again(account: Account, oracle: Oracle) -> None:
    with scope(account):
        provider = a_provider(oracle, header="Authorization", secret="Bearer k")
    oracle.says(FIRM)
    lead = arrives(account)

    drain.drain()

    found = again(account, lead)
    assert found.company is not None
    assert (found.company.headcount, found.company.industry, found.tech_stack) == (240, "logistics", ["SAP"])
    assert (oracle.asked, oracle.keys) == (["/firms/kestrel.example"], ["Bearer k"])
    with scope(account):
        event = Event.objects.get(kind=Kind.LEAD_CHANGED)
        assert (event.actor_name, event.actor_id) == ("Clearfacts", provider.pk)
        assert Job.objects.filter(kind="scoring.score_leads", dedupe_key=event.pk.hex, state=JobState.DONE).exists()
        said = provenance(found)
    assert (said["headcount"].voice, said["headcount"].name) == (Voice.PROVIDER, "Clearfacts")
    assert (said["email"].voice, said["email"].name) == (Voice.SENDER, "Website")


def test_routing_waits_for_nobody(account: Account, oracle: Oracle) -> None:
    with scope(account):
        a_provider(oracle)
    lead = arrives(account)

    drain.drain_inside()

    with scope(account):
        pending = set(Job.objects.filter(state=JobState.PENDING).values_list("kind", flat=True))
        assert "leads.ask_providers" in pending
        assert not {"scoring.score_leads", "routing.route_unrouted_leads"} & pending
        assert Event.objects.filter(lead_id=lead.pk, kind=Kind.LEAD_SCORED).exists() or lead.score is None
    assert oracle.asked == []


def test_mail_goes_before_questions_that_wait_longer(account: Account, oracle: Oracle) -> None:
    with scope(account):
        a_provider(oracle)
        for n, kind in enumerate(("leads.ask_providers", "leads.ask_providers", MAIL)):
            at = clock.now() - timedelta(minutes=10 - n)
            how = {"outside": True, "prompt": HANDLERS[kind].prompt}
            Job.objects.create(kind=kind, dedupe_key=str(n), subject_id=account.pk, run_at=at, **how)
    claim = drain.claim_batch(account, clock.now(), outside=True)
    assert claim
    assert claim.handler.name == MAIL


def test_without_providers_nobody_is_asked(account: Account) -> None:
    arrives(account)
    drain.drain()
    with scope(account):
        assert not Job.objects.filter(kind="leads.ask_providers").exists()


def test_one_firm_is_asked_about_once_in_thirty_days(account: Account, oracle: Oracle) -> None:
    with scope(account):
        a_provider(oracle)
    oracle.says(FIRM)
    arrives(account)
    drain.drain()
    second = arrives(account, "mia@kestrel.example")
    drain.drain()

    assert len(oracle.asked) == 1
    assert again(account, second).tech_stack == ["SAP"]
    with scope(account):
        ProviderAnswer.objects.update(asked_at=clock.now() - timedelta(days=31))
    arrives(account, "noa@kestrel.example")
    drain.drain()
    assert len(oracle.asked) == 2


def test_a_free_mailbox_names_no_firm_to_ask_about(account: Account, oracle: Oracle) -> None:
    with scope(account):
        a_provider(oracle)
        a_provider(oracle, "By address", url=f"http://{oracle.host}/people/{{email}}", position=1)
    arrives(account, "jonas+x@gmail.com")
    arrives(account, "jonas@mailinator.com")
    drain.drain()
    assert oracle.asked == ["/people/jonas%2Bx%40gmail.com"]


def test_people_always_win(account: Account, oracle: Oracle) -> None:
    with scope(account):
        provider = a_provider(oracle)
        rita = a_member("Rita", Role.REP)
    lead = arrives(account, headcount=100)
    with scope(account):
        found = Lead.objects.with_people().get(pk=lead.pk)
        found.change({"industry": "Retail", "tech_stack": "Azure"}, by=rita.by)
        found.change({"tech_stack": None}, by=rita.by)

        assert learn(lead.pk, {"headcount": 240, "industry": "Logistics", "tech_stack": ["SAP"]}, provider) == []

        found.change({"headcount": 99}, by=rita.by)
        assert learn(lead.pk, {"headcount": 240, "company": "Kestrel"}, provider) == ["company"]
        assert learn(lead.pk, {"company": "Kestrel Logistics"}, provider) == ["company"]  # its own word
        said = provenance(Lead.objects.with_people().get(pk=lead.pk))
        assert (said["headcount"].voice, said["headcount"].name) == (Voice.PERSON, "Rita")


def test_a_providers_nonsense_is_left_out(account: Account, oracle: Oracle) -> None:
    with scope(account):
        provider = a_provider(oracle)
        CustomField.add(label="Sites", type="number", by=SYSTEM)
    lead = arrives(account)
    with scope(account):
        facts = {"headcount": "lots", "custom.sites": "many", "custom.gone": 1, "industry": "Logistics"}
        assert learn(lead.pk, facts, provider) == ["industry"]
        assert learn(lead.pk, {"custom.sites": 3}, provider) == ["custom.sites"]
        assert learn(lead.pk, {"headcount": "lots"}, provider) == []


@pytest.mark.parametrize(
    ("says", "words"),
    [
        ({"answer": b"<html>"}, "not JSON"),
        ({"answer": {}, "status": 500}, "status 500"),
        ({"answer": {}, "status": 302}, "status 302"),
        ({"answer": {}, "status": 429}, "status 429"),
        ({"answer": {}, "seconds": 4}, "does not answer"),
    ],
)
def test_a_provider_that_fails_says_how(oracle: Oracle, says: dict[str, Any], words: str) -> None:
    oracle.says(**says)
    asked = question(Provider(url=oracle.url, mapping=MAPPING), domain="a.example", email="")
    assert asked
    with pytest.raises(NoAnswer, match=words):
        ask(asked)


def test_private_addresses_are_not_asked(oracle: Oracle, settings: LazySettings) -> None:
    settings.OUTGOING_PRIVATE_HOSTS = []
    asked = question(Provider(url=oracle.url), domain="a.example", email="")
    assert asked
    with pytest.raises(NoAnswer, match="not a public address"):
        ask(asked)
    assert oracle.asked == []


def test_not_found_is_an_answer(oracle: Oracle) -> None:
    oracle.says({}, status=404)
    asked = question(Provider(url=oracle.url, mapping=MAPPING), domain="a.example", email="")
    assert asked
    assert ask(asked) == {}


def retry_of(account: Account) -> Job | None:
    with scope(account):
        pending: Job | None = Job.objects.filter(kind="leads.ask_providers", state=JobState.PENDING).first()
        return pending


def test_who_fails_is_asked_again_later_and_not_for_ever(account: Account, oracle: Oracle) -> None:
    with scope(account):
        a_provider(oracle)
    oracle.says({}, status=503)
    lead = arrives(account)
    waits = []
    now = clock.now()
    for _ in range(6):
        with clock.at(now):
            drain.drain()
        if (timer := retry_of(account)) is None:
            break
        waits.append(int((timer.run_at - now).total_seconds() // 60))
        now = timer.run_at + timedelta(minutes=1)

    assert len(oracle.asked) == 4
    assert [waits[0] in (1, 2), waits[1] in (10, 11), waits[2] in (60, 61)] == [True, True, True]
    oracle.says(FIRM)
    with clock.at(now + timedelta(days=2)), scope(account):
        Lead.objects.with_people().get(pk=lead.pk).change({"product": "Backup"}, by=SYSTEM)
    with clock.at(now + timedelta(days=2)):
        drain.drain()
    assert again(account, lead).tech_stack == ["SAP"]


def test_a_provider_that_is_away_is_left_alone(account: Account, oracle: Oracle) -> None:
    with scope(account):
        provider = a_provider(oracle)
    oracle.says({}, status=503)
    with clock.at(NOW):
        for n in range(8):
            arrives(account, f"jonas@kestrel{n}.example")
        drain.drain()
    assert len(oracle.asked) == 5
    with scope(account):
        provider.refresh_from_db()
    assert (provider.failures, provider.open_until) == (5, NOW + timedelta(minutes=5))
    assert "503" in provider.last_error

    oracle.says(FIRM)
    with clock.at(NOW + timedelta(minutes=12)):
        drain.drain()
    with scope(account):
        provider.refresh_from_db()
        assert (provider.failures, provider.open_until, provider.last_error) == (0, None, "")
        assert Lead.objects.filter(tech_stack=["SAP"]).count() == 8


def test_another_account_sees_nothing_of_the_cache(account: Account, oracle: Oracle, eve: Any) -> None:
    with scope(account):
        a_provider(oracle)
    oracle.says(FIRM)
    arrives(account)
    drain.drain()
    lead = arrives(eve.account)
    drain.drain()
    assert again(eve.account, lead).tech_stack == []
    assert len(oracle.asked) == 1
