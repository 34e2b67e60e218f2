"""GET decision, POST assignment: over REST, with keys and as members."""

from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client

from accounts.models import Member
from events.kinds import Kind
from events.models import Event
from events.record import SYSTEM
from leads.models import Lead
from routing import assignment
from tenancy.models import Account
from tenancy.scope import scope
from tests.factories import a_key, a_lead

pytestmark = pytest.mark.django_db


@pytest.fixture
def bearer(account: Account, rules: SimpleNamespace) -> dict[str, str]:
    with scope(account):
        return {"Authorization": f"Bearer {a_key()}"}


@pytest.fixture
def lead(account: Account, rules: SimpleNamespace) -> Lead:
    with scope(account):
        return a_lead(name="Jonas Weidmann", owner=rules.rita)


def get(client: Client, lead: Lead, headers: dict[str, str]) -> Any:
    return client.get(f"/api/v1/leads/{lead.public_id}/decision/", headers=headers)


def post(client: Client, lead: Lead, headers: dict[str, str] | None = None, slug: str = "", **body: Any) -> Any:
    path = f"{slug}/api/v1/leads/{lead.public_id}/assignment/"
    return client.post(path, body, content_type="application/json", headers=headers or {})


def owner(account: Account, lead: Lead) -> Member:
    with scope(account):
        found: Member = Lead.objects.select_related("owner").get(pk=lead.pk).owner
    return found


def test_a_decision_names_rules_candidates_and_version(
    client: Client, account: Account, bearer: dict[str, str], rules: SimpleNamespace
) -> None:
    with scope(account):
        lead = a_lead()
        assignment.route([lead.pk], by=SYSTEM)
    answer = get(client, lead, bearer)
    body = answer.json()
    assert (answer.status_code, body["outcome"], body["version"]) == (200, "routed", 1)
    assert body["owner"] == {"id": owner(account, lead).public_id, "name": owner(account, lead).name}
    assert body["sentence"] == "“Everybody in turn”: first in Everybody."
    assert body["tried"][0] == {
        "position": 1, "label": "Everybody in turn", "matched": True, "passed_over": "", "clauses": [],
    }  # fmt: skip
    assert {one["name"]: one["why"] for one in body["candidates"]} == {
        "Rita": "0 turns so far",
        "Raj": "0 turns so far",
    }


def test_before_routing_there_is_no_decision(client: Client, lead: Lead, bearer: dict[str, str]) -> None:
    assert get(client, lead, bearer).status_code == 404


def test_a_key_reassigns_and_the_record_keeps_who_before_and_why(
    client: Client, account: Account, lead: Lead, bearer: dict[str, str], rules: SimpleNamespace
) -> None:
    answer = post(client, lead, bearer, owner=rules.raj.public_id, reason="wrong_language")
    assert (answer.status_code, answer.json()["owner"]["name"]) == (200, "Raj")
    assert owner(account, lead) == rules.raj
    with scope(account):
        said = Event.objects.get(kind=Kind.LEAD_ASSIGNED)
    assert (said.body["before"], said.body["member_id"]) == (str(rules.rita.pk), str(rules.raj.pk))
    again = get(client, lead, bearer).json()
    assert (again["outcome"], again["reassigned_for"], again["tried"]) == ("reassigned", "wrong_language", [])


@pytest.mark.parametrize(
    "body",
    [{}, {"owner": "mem_none", "reason": "load"}, {"owner": 7, "reason": "load"}, {"owner": "\x00", "reason": "\x00"}],
)
def test_a_malformed_assignment_is_refused(
    client: Client, lead: Lead, bearer: dict[str, str], body: dict[str, Any]
) -> None:
    assert post(client, lead, bearer, **body).status_code == 400


def test_to_the_owner_of_now_or_one_who_left_or_when_closed_it_is_refused(
    client: Client, account: Account, lead: Lead, bearer: dict[str, str], rules: SimpleNamespace
) -> None:
    to_rita = {"owner": rules.rita.public_id, "reason": "load"}
    assert post(client, lead, bearer, **to_rita).status_code == 422
    with scope(account):
        Member.objects.filter(pk=rules.raj.pk).update(left_at="2026-01-01T00:00:00Z")
    assert post(client, lead, bearer, owner=rules.raj.public_id, reason="load").status_code == 422
    with scope(account):
        Lead.objects.update(status="lost")
    closed = post(client, lead, bearer, owner=rules.max.public_id, reason="load")
    assert (closed.status_code, "closed" in closed.json()["detail"]) == (422, True)
    assert owner(account, lead) == rules.rita


@pytest.mark.parametrize(("who", "status"), [("rita", 200), ("raj", 403), ("max", 200), ("ada", 200), ("mo", 403)])
def test_reps_pass_on_their_own_leads_and_managers_any(
    client: Client, lead: Lead, rules: SimpleNamespace, who: str, status: int
) -> None:
    client.force_login(getattr(rules, who).user)
    answer = post(client, lead, slug="/acme", owner=rules.raj.public_id, reason="cover")
    assert answer.status_code == status


def test_eve_reassigns_nothing_of_ours(client: Client, account: Account, lead: Lead, eve: Member) -> None:
    with scope(eve.account):
        headers = {"Authorization": f"Bearer {a_key()}"}
    assert post(client, lead, headers, owner=eve.public_id, reason="load").status_code == 404
    assert get(client, lead, headers).status_code == 404
    assert owner(account, lead).name == "Rita"
