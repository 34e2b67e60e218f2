"""An owner answers: I take it, or I pass it on, and why; the rules that erred are charged."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client

from events.kinds import Kind
from events.models import Event, Notification
from events.record import SYSTEM
from leads.models import Lead
from routing import assignment
from routing.accepting import accept, decline, pass_to_next
from routing.jobs import tell_owners
from routing.models import Acceptance, Correction, Decision
from routing.reasons import Reason
from routing.reassignment import CannotPassOn, reassign
from tenancy import clock
from tenancy.models import Account
from tenancy.scope import scope
from tests.factories import a_key, a_lead
from tests.leads.test_api_leads import Api
from tests.routing.promises import MINUTE, TUESDAY, promised, timer_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def jonas(account: Account, rules: SimpleNamespace) -> Lead:
    """Routed to Rita on a Tuesday morning, as a lead of hers should be."""
    with scope(account), clock.at(TUESDAY):
        lead = a_lead(name="Jonas Weidmann")
        assignment.route([lead.pk], by=SYSTEM)
        lead.refresh_from_db()
        assert lead.owner == rules.rita
    return lead


def owner_of(account: Account, lead: Lead) -> str:
    with scope(account):
        return str(Lead.objects.select_related("owner").get(pk=lead.pk).owner)


def test_rita_takes_it_once(in_scope: Account, jonas: Lead, rules: SimpleNamespace) -> None:
    for _ in range(2):
        decision = accept(jonas, rules.rita, by=rules.rita.by)
    assert decision
    assert decision.member == rules.rita
    assert Acceptance.objects.get().taken
    assert Event.objects.filter(kind=Kind.LEAD_ACCEPTED).count() == 1


def test_what_somebody_else_owns_cannot_be_taken(in_scope: Account, jonas: Lead, rules: SimpleNamespace) -> None:
    with pytest.raises(CannotPassOn, match="Rita owns this lead"):
        accept(jonas, rules.raj, by=rules.raj.by)
    Lead.objects.filter(pk=jonas.pk).update(status="lost")
    with pytest.raises(CannotPassOn, match="closed"):
        accept(jonas, rules.rita, by=rules.rita.by)


def test_who_takes_a_lead_of_nobodys_owns_it(in_scope: Account, rules: SimpleNamespace) -> None:
    lead = a_lead()
    accept(lead, rules.raj, by=rules.raj.by)
    assert owner_of(in_scope, lead) == "Raj"
    assert Acceptance.objects.get().decision == Decision.objects.get()


def test_rita_passes_it_on_to_whom_the_rules_choose_and_they_are_charged(
    in_scope: Account, jonas: Lead, rules: SimpleNamespace
) -> None:
    erred = Decision.objects.get()
    with clock.at(TUESDAY + MINUTE):
        decision = decline(jonas, rules.rita, reason=Reason.WRONG_LANGUAGE, note="French", by=rules.rita.by)
    assert owner_of(in_scope, jonas) == "Raj"
    assert decision.sentence.startswith("Rita passed it on: wrong language. “Everybody in turn”:")
    assert (decision.reason, decision.body["because"], decision.body["before"]) == ("routed", "declined", "Rita")
    charged = Correction.objects.get()
    assert (charged.decision, charged.reason) == (erred, "wrong_language")
    told = Event.objects.get(kind=Kind.LEAD_DECLINED).body
    assert (told["to"], told["note"]) == ("Raj", "French")


def test_a_neutral_reason_charges_nobody(in_scope: Account, jonas: Lead, rules: SimpleNamespace) -> None:
    with clock.at(TUESDAY):
        decline(jonas, rules.rita, reason=Reason.LOAD, by=rules.rita.by)
    assert not Correction.objects.exists()


def test_a_decision_errs_once(in_scope: Account, jonas: Lead, rules: SimpleNamespace) -> None:
    with clock.at(TUESDAY):
        reassign(jonas, rules.max, reason=Reason.WRONG_SIZE, by=rules.rita.by)
        reassign(jonas, rules.ada, reason=Reason.WRONG_SIZE, by=rules.max.by)
    assert Correction.objects.count() == 1


def test_it_never_comes_back_to_who_declined_it_and_the_manager_hears_where_there_is_nobody(
    in_scope: Account, jonas: Lead, rules: SimpleNamespace
) -> None:
    with clock.at(TUESDAY):
        decline(jonas, rules.rita, reason=Reason.LOAD, by=rules.rita.by)
        stays = decline(jonas, rules.raj, reason=Reason.WRONG_LANGUAGE, by=rules.raj.by)
        tell_owners([jonas.pk])
    assert owner_of(in_scope, jonas) == "Raj"
    assert stays.sentence.endswith("it stays with Raj until a manager decides.")
    said = Notification.objects.get(member_id=rules.max.pk).text
    assert said == f"Raj passes on Jonas Weidmann of {jonas.company}, wrong language, and nobody else can take it."


def test_the_clock_runs_on_and_the_next_has_a_window(in_scope: Account, rules: SimpleNamespace) -> None:
    lead = promised(owner=rules.rita)
    with clock.at(TUESDAY + MINUTE):
        decline(lead, rules.rita, reason=Reason.LOAD, by=rules.rita.by)
    assert timer_of(lead).due_at == TUESDAY + 5 * MINUTE


def test_only_the_owner_declines_and_only_what_is_open(in_scope: Account, jonas: Lead, rules: SimpleNamespace) -> None:
    with pytest.raises(CannotPassOn, match="does not own"):
        decline(jonas, rules.raj, reason=Reason.LOAD, by=rules.raj.by)
    Lead.objects.filter(pk=jonas.pk).update(status="won")
    with pytest.raises(CannotPassOn, match="closed"):
        decline(jonas, rules.rita, reason=Reason.LOAD, by=rules.rita.by)


def test_a_manager_lets_the_rules_choose_again(in_scope: Account, jonas: Lead, rules: SimpleNamespace) -> None:
    with clock.at(TUESDAY):
        pass_to_next(jonas, reason=Reason.HANDOVER, by=rules.max.by)
        assert owner_of(in_scope, jonas) == "Raj"
        Decision.objects.all()
        for rep in (rules.rita, rules.raj):
            type(rep).objects.filter(pk=rep.pk).update(left_at=TUESDAY)
        pass_to_next(jonas, reason=Reason.HANDOVER, by=rules.max.by)
        assert owner_of(in_scope, jonas) == "Ada"
        with pytest.raises(CannotPassOn, match="nobody else"):
            pass_to_next(jonas, reason=Reason.HANDOVER, by=rules.max.by)


# Pages


def test_the_panel_offers_to_accept_and_says_what_was_said(
    client: Client, account: Account, jonas: Lead, rules: SimpleNamespace
) -> None:
    client.force_login(rules.rita.user)
    panel = f"/acme/leads/{jonas.public_id}/decision/"
    assert "Accept" in client.get(panel).content.decode()
    answer = client.post(f"/acme/leads/{jonas.public_id}/acceptance/", headers={"HX-Request": "true"})
    assert json.loads(answer["HX-Trigger"])["toast"]["text"] == "You have Jonas Weidmann."
    page = client.get(panel).content.decode()
    assert "Accepted" in page
    assert ">Accept<" not in page
    client.force_login(rules.raj.user)
    assert "acceptance" not in client.get(panel).content.decode()
    refused = client.post(f"/acme/leads/{jonas.public_id}/acceptance/", headers={"HX-Request": "true"})
    assert json.loads(refused["HX-Trigger"])["toast"]["kind"] == "error"


def test_one_tap_passes_it_on(client: Client, account: Account, jonas: Lead, rules: SimpleNamespace) -> None:
    client.force_login(rules.rita.user)
    url = f"/acme/leads/{jonas.public_id}/assignment/"
    assert "Whoever the rules choose next" in client.get(url).content.decode()
    with clock.at(TUESDAY):
        answer = client.post(url, {"reason": "wrong_size", "owner": ""}, headers={"HX-Request": "true"})
        assert json.loads(answer["HX-Trigger"])["toast"]["text"] == "Jonas Weidmann is Raj’s now."
        client.force_login(rules.raj.user)
        answer = client.post(url, {"reason": "load"}, headers={"HX-Request": "true"})
    assert "stays with you" in json.loads(answer["HX-Trigger"])["toast"]["text"]
    client.force_login(rules.max.user)
    page = client.get("/acme/escalations/").content.decode()
    assert "Raj passed it on, too much on the table, and nobody else could take it." in page


def test_somebody_can_be_chosen_beforehand(client: Client, jonas: Lead, rules: SimpleNamespace) -> None:
    client.force_login(rules.rita.user)
    page = client.get(f"/acme/leads/{jonas.public_id}/assignment/?to={rules.raj.public_id}").content.decode()
    assert f'<option value="{rules.raj.public_id}" selected>' in page


def test_max_passes_many_on_from_the_list(
    client: Client, account: Account, jonas: Lead, rules: SimpleNamespace
) -> None:
    with scope(account):
        petra, closed = a_lead(name="Petra", owner=rules.raj), a_lead(name="Dean", status="lost")
    client.force_login(rules.max.user)
    chosen = [lead.public_id for lead in (jonas, petra, closed)] + ["lead_nonsense"]
    assert 'name="chosen"' in client.get("/acme/leads/").content.decode()
    page = client.get("/acme/leads/assignment/", {"chosen": chosen}).content.decode()
    assert "Pass on 3 leads" in page
    said = {"chosen": chosen, "owner": rules.raj.public_id, "reason": "load"}
    answer = client.post("/acme/leads/assignment/", said, headers={"HX-Request": "true"})
    words = json.loads(answer["HX-Trigger"])["toast"]["text"]
    assert words.startswith("1 of 3 leads passed on.")
    assert "1 not: Raj owns this lead already." in words
    assert owner_of(account, jonas) == "Raj"


def test_many_are_for_managers(client: Client, jonas: Lead, rules: SimpleNamespace) -> None:
    client.force_login(rules.rita.user)
    assert 'name="chosen"' not in client.get("/acme/leads/").content.decode()
    assert client.post("/acme/leads/assignment/", {"chosen": jonas.public_id}).status_code == 403


def test_without_a_choice_there_is_nothing_to_pass_on(client: Client, rules: SimpleNamespace) -> None:
    client.force_login(rules.max.user)
    assert "Choose leads in the list first." in client.get("/acme/leads/assignment/").content.decode()


# REST


@pytest.fixture
def api(account: Account, rules: SimpleNamespace) -> Api:
    with scope(account):
        return Api(a_key())


def test_a_key_speaks_for_a_member(api: Api, account: Account, jonas: Lead, rules: SimpleNamespace) -> None:
    url = f"/api/v1/leads/{jonas.public_id}"
    taken = api.post(f"{url}/acceptance/", {"member": rules.rita.public_id})
    assert (taken.status_code, taken.json()["owner"]["name"]) == (200, "Rita")
    with clock.at(TUESDAY):
        passed = api.post(f"{url}/refusal/", {"member": rules.rita.public_id, "reason": "wrong_size"}).json()
        assert (passed["passed_on"], passed["decision"]["owner"]["name"]) == (True, "Raj")
        stays = api.post(f"{url}/refusal/", {"member": rules.raj.public_id, "reason": "load", "note": "Full"}).json()
    assert (stays["passed_on"], stays["decision"]["owner"]["name"]) == (False, "Raj")


@pytest.mark.parametrize(
    ("path", "body", "status", "words"),
    [
        ("acceptance", {}, 400, "for which member"),
        ("acceptance", {"member": "mem_nonsense"}, 400, "no such"),
        ("refusal", {"member": "rita"}, 400, "required"),
        ("refusal", {"member": "rita", "reason": "bored"}, 400, "valid choice"),
        ("refusal", {"member": "raj", "reason": "load"}, 422, "does not own"),
        ("acceptance", {"member": "raj"}, 422, "Rita owns this lead"),
    ],
)
def test_what_cannot_be_is_said(
    api: Api, jonas: Lead, rules: SimpleNamespace, path: str, body: dict[str, Any], status: int, words: str
) -> None:
    named = {key: getattr(rules, value).public_id if hasattr(rules, value) else value for key, value in body.items()}
    answer = api.post(f"/api/v1/leads/{jonas.public_id}/{path}/", named)
    assert answer.status_code == status
    assert words in json.dumps(answer.json())


def test_a_member_speaks_for_themselves_only(
    client: Client, account: Account, jonas: Lead, rules: SimpleNamespace
) -> None:
    client.force_login(rules.raj.user)
    url = f"/acme/api/v1/leads/{jonas.public_id}/refusal/"
    said = {"member": rules.rita.public_id, "reason": "load"}
    assert client.post(url, said, content_type="application/json").status_code == 403
