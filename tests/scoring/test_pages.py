"""The panel "Why now", and the buttons below a question."""

from __future__ import annotations

import json
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.test import Client
from django.utils.timezone import localtime

from leads.models import Lead
from scoring.jobs import score_leads
from scoring.models import Signal
from tenancy import clock
from tenancy.scope import scope
from tests.factories import a_lead

pytestmark = pytest.mark.django_db


@pytest.fixture
def lead(scored_account: SimpleNamespace, client: Client) -> Lead:
    client.force_login(scored_account.rita.user)
    with scope(scored_account.account):
        lead = a_lead(industry="Logistics", headcount=180, job_title="IT manager", name="Jonas Weidmann")
        score_leads([lead.pk])
    return lead


def panel(client: Client, lead: Lead) -> str:
    return client.get(f"/acme/leads/{lead.public_id}/receipt/").content.decode()


def answer(client: Client, lead: Lead, **said: str) -> tuple[int, str]:
    response = client.post(f"/acme/leads/{lead.public_id}/answers/", said)
    news = json.loads(response["HX-Trigger"])
    assert f"tollgate:lead-{lead.public_id}" in news
    return response.status_code, news["toast"]["text"]


def test_the_panel_adds_up(client: Client, lead: Lead) -> None:
    page = panel(client, lead)
    assert "10 + 10 + 8 + 5 + 5 = 38" in page
    assert "Industry in the profile: Logistics" in page
    assert "Days until the need unknown" in page
    assert "Model v1" in page


def test_a_button_answers_with_a_fact(client: Client, lead: Lead) -> None:
    assert answer(client, lead, fact="timeline_days", value="30") == (200, "Noted. Jonas Weidmann scores 53, was 38.")
    assert "= 53" in panel(client, lead)


def test_a_button_answers_a_criterion(client: Client, lead: Lead) -> None:
    assert answer(client, lead, criterion="intent", value="yes") == (200, "Noted.")


def test_nobody_will_say(client: Client, lead: Lead) -> None:
    assert answer(client, lead, fact="timeline_days", value="wont-say")[0] == 200


@pytest.mark.parametrize(
    "said",
    [
        {"fact": "headcount", "value": "many"},
        {"fact": "shoe_size", "value": "43"},
        {"criterion": "luck", "value": "yes"},
        {"criterion": "fit", "value": "perhaps"},
        {"fact": "shoe_size", "value": "wont-say"},
    ],
)
def test_nonsense_is_refused_and_nothing_changes(client: Client, lead: Lead, said: dict[str, str]) -> None:
    assert answer(client, lead, **said)[0] == 422
    assert "= 38" in panel(client, lead)


def test_what_was_done_says_when_and_what_is_known_does_not(
    client: Client, scored_account: SimpleNamespace, lead: Lead
) -> None:
    assert panel(client, lead).count("<time") == 1  # as of
    with scope(scored_account.account):
        seen = clock.now() - timedelta(hours=5)
        Signal.objects.create(lead=lead, kind="download", url="https://acme.example/guide.pdf", occurred_at=seen)
        score_leads([lead.pk])
    page = panel(client, lead)
    assert page.count("<time") == 2
    assert f'datetime="{localtime(seen):%Y-%m-%dT%H:%M}' in page


def test_a_lead_that_is_not_scored_yet_says_so(client: Client, scored_account: SimpleNamespace, lead: Lead) -> None:
    with scope(scored_account.account):
        fresh = a_lead()
    assert "Not scored yet" in panel(client, fresh)


def test_mo_reads_but_does_not_answer(client: Client, scored_account: SimpleNamespace, lead: Lead) -> None:
    client.force_login(scored_account.mo.user)
    assert "= 38" in panel(client, lead)
    assert (
        client.post(f"/acme/leads/{lead.public_id}/answers/", {"criterion": "fit", "value": "yes"}).status_code == 403
    )
