"""The pages of pipelines, stages, criteria and reasons."""

from __future__ import annotations

import re
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client

from events.kinds import Kind
from events.models import Event
from leads.models import Lead
from pipeline import editing
from pipeline.models import Criterion, Deal, Move, Override, Pipeline, Stage
from pipeline.reasons import Ending, reasons
from tenancy import clock
from tenancy.models import Account
from tenancy.scope import scope
from tests.factories import a_key
from tests.leads.test_api_leads import Api
from tests.pipeline.deals import a_deal, a_ready_deal, stage

pytestmark = pytest.mark.django_db
BASE = "/acme/settings/pipelines/"


@pytest.fixture
def ada(client: Client, cast: SimpleNamespace, account: Account) -> Client:
    with scope(account):
        editing.add_pipeline("IT services", "it_services", by=cast.ada.by)
    client.force_login(cast.ada.user)
    return client


def words(answer: Any) -> str:
    return str(answer.content.decode())


def test_a_pipeline_is_added_renamed_put_first_archived_and_used_again(ada: Client, account: Account) -> None:
    made = ada.post(BASE, {"name": "Renewals", "template": "simple"})
    with scope(account):
        renewals = Pipeline.objects.get(name="Renewals")
        first = Stage.objects.filter(pipeline=renewals).order_by("position")[0]
    path = f"{BASE}{renewals.public_id}/"
    assert made["Location"] == path
    assert ada.get(path)["Location"] == f"{BASE}stages/{first.public_id}/"
    ada.post(path, {"name": "Extensions"})
    ada.post(f"{path}place/", {"position": "1"})
    with scope(account):
        assert [row.name for row in Pipeline.objects.in_use()] == ["Extensions", "IT services"]
    ada.post(f"{path}archival/")
    with scope(account):
        assert [row.name for row in Pipeline.objects.in_use()] == ["IT services"]
    assert "In the archive" in words(ada.get(BASE))
    ada.post(f"{path}restoration/")
    ada.post(f"{path}removal/")
    with scope(account):
        assert not Pipeline.objects.filter(pk=renewals.pk).exists()


def test_what_cannot_be_is_said_and_changes_nothing(ada: Client, account: Account) -> None:
    answer = ada.post(BASE, {"name": "it SERVICES", "template": "blank"})
    assert answer.status_code == 422
    assert "There is a pipeline of this name already." in words(answer)
    with scope(account):
        only = Pipeline.objects.get()
    assert "It is the last pipeline" in words(ada.post(f"{BASE}{only.public_id}/archival/", follow=True))


@pytest.fixture
def discovery(ada: Client, account: Account) -> Stage:
    with scope(account):
        return stage("Discovery")


def test_a_stage_shows_its_place_its_gates_and_every_kind_to_add(ada: Client, discovery: Stage) -> None:
    page = words(ada.get(f"{BASE}stages/{discovery.public_id}/"))
    for part in ("Tech stack is documented", "3 to pass", "25 %, 7 d", "Minimum score", "No open objection", "Slate"):
        assert part in page
    assert page.count("data-place-url") == 5 + 3


def test_a_stage_is_kept_with_all_that_it_says(ada: Client, account: Account, discovery: Stage) -> None:
    said = {
        "name": "Discovery",
        "kind": "open",
        "probability": "30",
        "limit_working_days": "5",
        "wip": "12",
        "skip": "False",
        "back": "reason",
        "colour": "teal",
        "is_opportunity": "on",
    }
    assert ada.post(f"{BASE}stages/{discovery.public_id}/", said).status_code == 302
    with scope(account):
        row = Stage.objects.get(pk=discovery.pk)
    assert (row.name, row.probability, row.limit_working_days, row.wip) == ("Discovery", 30, 5, 12)
    assert (row.skip, row.back, row.colour, row.is_opportunity) == (False, "reason", "teal", True)
    refused = ada.post(f"{BASE}stages/{discovery.public_id}/", said | {"name": "closed", "probability": "101"})
    assert refused.status_code == 422
    refused = ada.post(f"{BASE}stages/{discovery.public_id}/", said | {"name": "closed"})
    assert "There is a stage of this name already." in words(refused)


def test_a_stage_is_added_placed_and_its_list_comes_back(ada: Client, account: Account, discovery: Stage) -> None:
    with scope(account):
        pipeline = discovery.pipeline
    ada.post(f"{BASE}{pipeline.public_id}/stages/", {"name": "Legal"})
    with scope(account):
        legal = stage("Legal")
        assert legal.position == 4
    url = f"{BASE}stages/{legal.public_id}/place/"
    answer = ada.post(url, {"position": "2"}, headers={"HX-Request": "true"})
    assert words(answer).index("Legal") < words(answer).index("Discovery complete")
    assert "Open stages come first" in words(ada.post(url, {"position": "6"}, follow=True))


def test_taking_a_stage_out_asks_where_its_deals_go(
    ada: Client, account: Account, cast: SimpleNamespace, discovery: Stage
) -> None:
    with scope(account):
        deal = a_ready_deal(cast.rita)
        deal.move(discovery, by=cast.rita.by)
        first = stage("Initial")
    url = f"{BASE}stages/{discovery.public_id}/removal/"
    assert "1 open deal goes to" in words(ada.get(url))
    assert "Say which stage they go to." in words(ada.post(url))
    assert ada.post(url, {"to": first.public_id}).status_code == 302
    with scope(account):
        assert Deal.objects.get(pk=deal.pk).stage == first
        last = Move.objects.filter(deal=deal).latest("moved_at")
    assert (last.actor_name, last.reason) == ("Ada", "Discovery complete was taken out of the pipeline")
    assert ada.get(f"{BASE}stages/{discovery.public_id}/").status_code == 404


FORMS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "field": (
        {"p-field": "budget", "p-question": "What may it cost?", "p-least": "4"},
        {"field": "budget", "question": "What may it cost?"},
    ),
    "condition": (
        {"when-match": "all", "when.0-field": "headcount", "when.0-operator": "at_least", "when.0-value": "50"},
        {"condition": {"all": [{"field": "headcount", "operator": "at_least", "value": 50}]}},
    ),
    "activity": (
        {"p-kind": "call", "p-outcome": "spoke", "p-count": "2"},
        {"kind": "call", "outcome": "spoke", "count": 2},
    ),
    "meeting": ({"p-kind": "review"}, {"kind": "review"}),
    "stakeholder": (
        {"p-roles": ["procurement", "finance"], "p-reviewed": "on"},
        {"roles": ["procurement", "finance"], "reviewed": True},
    ),
    "document": ({"p-kind": "proposal"}, {"kind": "proposal"}),
    "approval": ({"p-role": "admin"}, {"role": "admin"}),
    "checklist": (
        {"p-question": "Do they know the price?", "p-date": "on"},
        {"question": "Do they know the price?", "date": True},
    ),
    "score": ({"p-minimum": "60"}, {"minimum": 60}),
    "objections": ({}, {}),
}


@pytest.mark.parametrize("kind", FORMS)
def test_a_criterion_of_each_kind_is_built(ada: Client, account: Account, discovery: Stage, kind: str) -> None:
    sent, kept = FORMS[kind]
    sent = {name: value for name, value in sent.items() if name != "p-least"}
    url = f"{BASE}stages/{discovery.public_id}/criteria/"
    assert ada.get(f"{url}?kind={kind}").status_code == 200
    answer = ada.post(url, {"kind": kind, "when": "exit", "label": "", **sent})
    assert answer.status_code == 302, words(answer)
    with scope(account):
        row = Criterion.objects.filter(stage=discovery).order_by("position").last()
    assert (row.kind, row.params) == (kind, kept)
    assert row.label
    assert row.label in words(ada.get(f"{BASE}stages/{discovery.public_id}/"))
    page = words(ada.get(f"{BASE}criteria/{row.public_id}/"))
    assert "Ask for it no more" in page
    assert ada.post(f"{BASE}criteria/{row.public_id}/removal/").status_code == 302
    with scope(account):
        assert not Criterion.objects.filter(pk=row.pk).exists()


def test_what_is_wrong_with_a_criterion_is_said_beside_its_field(ada: Client, discovery: Stage) -> None:
    url = f"{BASE}stages/{discovery.public_id}/criteria/"
    answer = ada.post(url, {"kind": "field", "when": "exit", "p-field": "headcount", "p-least": "3"})
    assert answer.status_code == 422
    assert "Only text has a length." in words(answer)
    assert "has no such outcome" in words(
        ada.post(url, {"kind": "activity", "when": "exit", "p-kind": "call", "p-outcome": "held"})
    )
    assert ada.post(url, {"kind": "condition", "when": "exit", "when-match": "all"}).status_code == 422


def test_editing_says_at_once_how_many_open_deals_lack_it(
    ada: Client, account: Account, cast: SimpleNamespace, discovery: Stage
) -> None:
    with scope(account):
        for number in range(3):
            a_deal(cast.rita, company=f"Firm {number}", headcount=240 if number else "")
        moved = a_ready_deal(cast.rita)
        moved.move(discovery, by=cast.rita.by)
        first = stage("Initial")
    url = f"{BASE}stages/{first.public_id}/criteria/"
    said = {"kind": "field", "when": "exit", "p-field": "budget"}
    preview = words(ada.post(f"{url}effect/", said))
    assert "3 deals lack it now. They stay; the gate asks when they move." in preview
    assert "1 deal is past this gate without it. Nobody is moved back." in preview
    assert "3 deals lack it now" in words(ada.post(url, said, follow=True))
    on_the_page = words(ada.get(f"{BASE}stages/{first.public_id}/effects/"))
    assert "1 deal lacks it now" in on_the_page  # the one whose size nobody knows
    assert "3 deals lack it now" in on_the_page
    assert "Say what must be true" in words(ada.post(f"{url}effect/", {"kind": "field", "when": "exit"}))


def test_a_criterion_is_switched_off_and_the_next_move_obeys(
    ada: Client, account: Account, cast: SimpleNamespace, discovery: Stage
) -> None:
    with scope(account):
        deal = a_deal(cast.rita, headcount=240)
        row = Criterion.objects.get(label="A discovery call is scheduled")
    switched = words(ada.post(f"{BASE}criteria/{row.public_id}/switch/", follow=True))
    assert "is asked of nobody" in switched
    with scope(account):
        assert deal.move(discovery, by=cast.rita.by)
    again = words(ada.post(f"{BASE}criteria/{row.public_id}/switch/", {"required": "1"}, follow=True))
    assert "1 deal is past this gate without it." in again


def test_criteria_are_put_in_order(ada: Client, account: Account, discovery: Stage) -> None:
    with scope(account):
        last = Criterion.objects.get(label="Business problem is documented")
    url = f"{BASE}criteria/{last.public_id}/place/"
    answer = words(ada.post(url, {"position": "1"}, headers={"HX-Request": "true"}))
    assert answer.index("Business problem") < answer.index("Tech stack")
    assert 'id="side-exit"' in answer


def test_reasons_are_kept_and_offered_where_a_lead_goes_out(
    ada: Client, account: Account, cast: SimpleNamespace
) -> None:
    with scope(account):
        deal = a_deal(cast.rita)
    kept = ada.post("/acme/settings/reasons/", {"out": "Too small\n\nToo small\n Wrong  country ", "lost": "Price"})
    assert kept.status_code == 302
    with scope(account):
        assert reasons(Ending.DISQUALIFIED) == ["Too small", "Wrong country"]
        lead = Lead.objects.get(pk=deal.lead_id)
    dialog = words(ada.get(f"/acme/leads/{lead.public_id}/disqualification/"))
    assert "Wrong country" in dialog
    assert "Not our profile" not in dialog
    refused = ada.post("/acme/settings/reasons/", {"out": "x" * 81, "lost": "Price"})
    assert refused.status_code == 422
    assert "longer than 80 characters" in words(refused)


def test_the_page_says_whom_the_gate_held_back(
    ada: Client, account: Account, cast: SimpleNamespace, discovery: Stage
) -> None:
    with scope(account):
        held, goes = a_deal(cast.rita, headcount=240), a_ready_deal(cast.rita)
        goes.move(discovery, by=cast.rita.by)
        first, key = stage("Initial"), Api(a_key())
    rita = Client()
    rita.force_login(cast.rita.user)
    url = f"/acme/deals/{held.public_id}/moves/"
    assert rita.post(url, {"stage": discovery.public_id}).status_code == 422
    assert key.post(f"/api/v1/deals/{held.public_id}/moves/", {"stage": "Discovery complete"}).status_code == 422
    page = re.sub(r"<[^>]+>|\s+", " ", words(ada.get(f"{BASE}stages/{first.public_id}/effects/")))
    page = " ".join(page.split())
    assert "1 of 2 deals was held back" in page
    assert "A discovery call is scheduled 1" in page
    assert "0 of the 1 moved within 2 days." in page
    with scope(account):
        assert Event.objects.filter(kind=Kind.GATE_HELD).count() == 2, "by each door"
        held.move(discovery, by=cast.max.by, override=Override("Go", clock.now().date()))
    page = words(ada.get(f"{BASE}stages/{first.public_id}/effects/"))
    assert "1 of the 1 moved within 2 days." in page
    assert "1 was let through by a manager." in " ".join(page.split())


def test_what_asks_for_a_fact_that_is_gone_is_not_switched_on(ada: Client, account: Account, discovery: Stage) -> None:
    gone = {"kind": "field", "params": {"field": "custom.gone"}, "label": "Sites are known", "required": False}
    with scope(account):
        row = Criterion.objects.create(stage=discovery, when="exit", **gone)
    answer = ada.post(f"{BASE}criteria/{row.public_id}/switch/", {"required": "on"}, follow=True)
    assert "Choose a fact." in words(answer)
    with scope(account):
        row.refresh_from_db()
        assert not row.required
