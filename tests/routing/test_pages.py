"""The panel "Why me" and the dialog "Pass on"."""

import json
from types import SimpleNamespace

import pytest
from django.test import Client

from events.record import SYSTEM
from leads.models import Lead
from routing import assignment
from routing.models import Decision
from tenancy.models import Account
from tenancy.scope import scope
from tests.factories import a_lead

pytestmark = pytest.mark.django_db


@pytest.fixture
def lead(account: Account, rules: SimpleNamespace) -> Lead:
    """Owned by Rita."""
    with scope(account):
        lead = a_lead(name="Jonas Weidmann")
        assignment.route([lead.pk], by=SYSTEM)
        lead.refresh_from_db()
        Lead.objects.filter(pk=lead.pk).update(owner=rules.rita)
    return lead


@pytest.fixture
def rita(client: Client, rules: SimpleNamespace) -> Client:
    client.force_login(rules.rita.user)
    return client


def owner_of(account: Account, lead: Lead) -> str:
    with scope(account):
        return str(Lead.objects.select_related("owner").get(pk=lead.pk).owner)


def test_the_panel_shows_the_sentence_the_rules_and_the_candidates(rita: Client, lead: Lead) -> None:
    page = rita.get(f"/acme/leads/{lead.public_id}/decision/").content.decode()
    assert "“Everybody in turn”: first in Everybody." in page
    assert "1. Everybody in turn" in page
    assert page.count("0 turns so far") == 2
    assert "Rules v1, decided in" in page
    assert "Pass on" in page


def test_raj_is_not_offered_to_pass_on_ritas_lead(client: Client, lead: Lead, rules: SimpleNamespace) -> None:
    client.force_login(rules.raj.user)
    assert "Pass on" not in client.get(f"/acme/leads/{lead.public_id}/decision/").content.decode()
    assert client.get(f"/acme/leads/{lead.public_id}/assignment/").status_code == 403
    assert client.post(f"/acme/leads/{lead.public_id}/assignment/").status_code == 403


def test_a_lead_that_is_not_routed_yet_says_so(rita: Client, account: Account, lead: Lead) -> None:
    with scope(account):
        fresh = a_lead()
    assert "Not routed yet" in rita.get(f"/acme/leads/{fresh.public_id}/decision/").content.decode()


def test_the_dialog_offers_everybody_but_the_owner_and_marketing(rita: Client, lead: Lead) -> None:
    page = rita.get(f"/acme/leads/{lead.public_id}/assignment/").content.decode()
    assert [name for name in ("Ada", "Max", "Rita", "Raj", "Mo") if f">{name}</option>" in page] == [
        "Ada",
        "Max",
        "Raj",
    ]
    assert "data-open-now" in page


def test_rita_passes_her_lead_on(rita: Client, account: Account, lead: Lead, rules: SimpleNamespace) -> None:
    answer = rita.post(
        f"/acme/leads/{lead.public_id}/assignment/",
        {"owner": rules.raj.public_id, "reason": "wrong_language"},
        headers={"HX-Request": "true"},
    )
    assert (answer.status_code, answer.content) == (200, b"")
    news = json.loads(answer["HX-Trigger"])
    assert news["toast"]["text"] == "Jonas Weidmann is Raj’s now."
    assert f"tollgate:lead-{lead.public_id}" in news
    assert owner_of(account, lead) == "Raj"
    with scope(account):
        kept = Decision.objects.get(reason="reassigned")
    assert kept.sentence == "Rita gave it to Raj: wrong language."
    assert (kept.body["corrective"], kept.body["before"]) == (True, "Rita")
    assert kept.version_id is not None
    assert "Before: Rita." in rita.get(f"/acme/leads/{lead.public_id}/decision/").content.decode()


@pytest.mark.parametrize("owner", ["mem_none", "rita", "mo"])
def test_a_wrong_choice_stays_in_the_dialog(
    rita: Client, account: Account, lead: Lead, rules: SimpleNamespace, owner: str
) -> None:
    chosen = getattr(rules, owner).public_id if hasattr(rules, owner) else owner
    answer = rita.post(f"/acme/leads/{lead.public_id}/assignment/", {"owner": chosen, "reason": "cover"})
    assert answer.status_code == 422
    assert "field-error" in answer.content.decode()
    assert owner_of(account, lead) == "Rita"
