"""The routing pages: a draft beside what is live, published and rolled back; rules, their order, preview and replay."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from events import drain
from pipeline import templates
from pipeline.models import Stage
from routing.defaults import publish_default_rules
from routing.models import RoutingRule, Territory
from routing.pools import add_pool
from routing.versions import begin_draft, draft_version, live_version
from tenancy.scope import scope
from tests.factories import a_lead

pytestmark = pytest.mark.django_db
URL = "/acme/settings/routing/"
GERMANY = {"when-match": "all", "when.0-field": "country", "when.0-operator": "is", "when.0-value": "Germany"}


@pytest.fixture
def ada(client: Client, cast: SimpleNamespace) -> Client:
    with scope(cast.account):
        publish_default_rules()
        add_pool({"name": "Desk", "strategy": "weighted"}, [{"member": cast.raj, "weight": 3}], by=cast.ada.by)
    client.force_login(cast.ada.user)
    return client


@pytest.fixture
def drafting(ada: Client) -> Client:
    ada.post(f"{URL}drafts/")
    return ada


def target(cast: SimpleNamespace, name: str = "max") -> str:
    return f"member:{getattr(cast, name).public_id}"


def labels(cast: SimpleNamespace) -> list[str]:
    with scope(cast.account):
        draft = draft_version()
        assert draft
        return list(RoutingRule.objects.filter(version=draft).order_by("position").values_list("label", flat=True))


def add(client: Client, cast: SimpleNamespace, label: str, **more: Any) -> RoutingRule:
    said = {"label": label, "target": target(cast)} | GERMANY | more
    assert client.post(f"{URL}draft/rules/", said).status_code == 302
    with scope(cast.account):
        found: RoutingRule = RoutingRule.objects.get(label=label)
        return found


def test_the_page_says_what_is_live_in_sentences(ada: Client) -> None:
    page = ada.get(URL).content.decode()
    assert "Version 1" in page
    assert "Everybody in turn" in page
    assert "goes to whoever is back first" in page


def test_a_rule_is_a_sentence_with_its_target_and_how_turns_are_taken(drafting: Client, cast: SimpleNamespace) -> None:
    with scope(cast.account):
        desk = next(
            iter(add_pool({"name": "D2", "strategy": "weighted"}, [{"member": cast.rita}], by=cast.ada.by).seats.all())
        )
    add(drafting, cast, "Germany", target=f"pool:{desk.pool.public_id}")
    page = " ".join(drafting.get(f"{URL}draft/").content.decode().split())
    assert '<span class="token">country</span> is <span class="token token-value">Germany</span>' in page
    assert "weighted: Rita 1" in page
    assert "edited" in page
    assert "Nobody else fits or is free; managers and admins are told." in page


def test_publishing_and_rolling_back(drafting: Client, cast: SimpleNamespace) -> None:
    add(drafting, cast, "Germany")
    page = drafting.post(f"{URL}publication/", follow=True).content.decode()
    assert "The rules are live." in page
    assert "Version 2" in page
    with scope(cast.account):
        live = live_version()
        assert live
        first = type(live).objects.get(number=1)
    page = drafting.post(f"{URL}versions/{first.public_id}/restoration/", follow=True).content.decode()
    assert "Version 1 is live again." in page


def test_rules_change_places_and_the_list_comes_back(drafting: Client, cast: SimpleNamespace) -> None:
    add(drafting, cast, "One")
    two = add(drafting, cast, "Two")
    answer = drafting.post(
        f"{URL}draft/rules/{two.public_id}/place/", {"position": "1"}, headers={"HX-Request": "true"}
    )
    assert 'id="rules"' in answer.content.decode()
    assert labels(cast) == ["Two", "One", "Everybody in turn"]
    page = " ".join(drafting.get(f"{URL}draft/").content.decode().split())
    assert page.count(">Up<") == page.count(">Down<") == 1  # without dragging, with one click
    for nonsense in ("", "x", "-1", "²", "99999999"):
        assert drafting.post(f"{URL}draft/rules/{two.public_id}/place/", {"position": nonsense}).status_code == 302
    assert labels(cast) == ["Two", "One", "Everybody in turn"]


def test_a_rule_for_every_lead_and_where_its_deal_begins(drafting: Client, cast: SimpleNamespace) -> None:
    with scope(cast.account):
        templates.install("it_services")
        stage = Stage.objects.select_related("pipeline").order_by("position")[1]
    start = f"{stage.pipeline_id}:{stage.pk}"
    rule = add(drafting, cast, "Everyone else", every_lead="on", start=start)
    assert (rule.condition, rule.pipeline_id, rule.stage_id) == ({"all": []}, stage.pipeline_id, stage.pk)
    page = drafting.get(f"{URL}draft/").content.decode()
    assert "Every lead that gets this far" in page
    assert f"begins in {stage.pipeline.name}, {stage.name}" in page
    form = drafting.get(f"{URL}draft/rules/{rule.public_id}/").context["form"]
    assert (form["start"].value(), form["every_lead"].value()) == (start, True)


def test_the_fallback_is_given_to_somebody_else(drafting: Client, cast: SimpleNamespace) -> None:
    with scope(cast.account):
        fallback = RoutingRule.objects.get(version=draft_version())
    url = f"{URL}draft/rules/{fallback.public_id}/"
    assert "for which no other" not in drafting.get(url).content.decode()
    assert drafting.post(url, {"label": "On call", "target": target(cast)}).status_code == 302
    with scope(cast.account):
        fallback.refresh_from_db()
        assert (fallback.label, fallback.member, fallback.condition) == ("On call", cast.max, None)
    page = drafting.post(f"{url}removal/", follow=True).content.decode()
    assert "The fallback stays" in page


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"label": ""}, "This field is required"),
        ({"target": "luck:"}, "Select a valid choice"),
        ({"target": ""}, "This field is required"),
        ({"when.0-field": ""}, "Choose what to look at"),
        ({"when.0-field": "owner"}, "no fact called"),
        ({"start": "x:y"}, "Select a valid choice"),
        ({"label": "a\x00b"}, "Null characters"),
    ],
)
def test_a_rule_that_makes_no_sense_is_refused_with_words(
    drafting: Client, cast: SimpleNamespace, said: dict[str, str], words: str
) -> None:
    answer = drafting.post(f"{URL}draft/rules/", {"label": "Big", "target": target(cast)} | GERMANY | said)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert labels(cast) == ["Everybody in turn"]


def test_a_rule_that_is_live_is_not_changed(ada: Client, cast: SimpleNamespace) -> None:
    with scope(cast.account):
        published = RoutingRule.objects.get()
        begin_draft()
    for path in ("", "removal/", "place/"):
        assert ada.post(f"{URL}draft/rules/{published.public_id}/{path}").status_code == 404


def test_the_policy_is_kept_in_the_draft(drafting: Client, cast: SimpleNamespace) -> None:
    said = {"closed": "queue", "effort-urgent": "60", "effort-high": "30", "effort-medium": "20", "effort-low": "10"}
    drafting.post(f"{URL}draft/", said)
    with scope(cast.account):
        draft = draft_version()
        assert draft
        assert (draft.closed, draft.effort["urgent"]) == ("queue", 60)
    assert drafting.post(f"{URL}draft/", said | {"effort-low": "-1"}).status_code == 422


def test_a_preview_says_who_would_get_it_and_why(drafting: Client, cast: SimpleNamespace) -> None:
    add(drafting, cast, "Germany")
    asked = {"lead-country": "DE", "lead-headcount": "240", "lead-tier": "high"}
    page = drafting.get(f"{URL}draft/preview/", asked).content.decode()
    assert "<strong>Max</strong>" in page
    page = " ".join(drafting.get(f"{URL}draft/preview/", asked | {"lead-country": "US"}).content.decode().split())
    assert "Not: Country is Germany." in page
    with scope(cast.account):
        lead = a_lead(name="Jonas Weidmann", country="DE")
    assert "Jonas Weidmann" in drafting.get(f"{URL}draft/").content.decode()
    page = drafting.get(f"{URL}draft/preview/", {"lead-real": lead.public_id}).content.decode()
    assert "<strong>Max</strong>" in page
    wrong = drafting.get(f"{URL}draft/preview/", {"lead-headcount": "many"})
    assert wrong.status_code == 422
    assert "Company size" in wrong.content.decode()


def test_a_replay_runs_in_the_background_and_its_result_stays(drafting: Client, cast: SimpleNamespace) -> None:
    with scope(cast.account):
        for _ in range(3):
            a_lead(country="DE")
    add(drafting, cast, "Germany")
    add(drafting, cast, "Never", **{"when.0-value": "FR"})
    page = drafting.post(f"{URL}draft/replay/", {"days": "30"}, headers={"HX-Request": "true"}).content.decode()
    assert "0 of 3 leads" in page
    assert 'hx-trigger="every 1s"' in page
    drain.drain_outside()
    page = " ".join(drafting.get(f"{URL}draft/").content.decode().split())
    assert "<strong>3</strong> of 3 leads of 30 days would have gone to somebody else." in page
    assert "too few to judge shares by" in page
    assert "Never matched: Never." in page
    assert drafting.post(f"{URL}draft/replay/", {"days": "0"}).status_code == 422


def test_without_a_draft_its_pages_lead_back(ada: Client) -> None:
    for path in ("draft/", "draft/rules/", "draft/preview/", "draft/replay/"):
        assert ada.get(f"{URL}{path}").headers["Location"] == URL
    assert "There is no draft any more." in ada.post(f"{URL}publication/", follow=True).content.decode()


def test_a_dropped_draft_is_gone(drafting: Client, cast: SimpleNamespace) -> None:
    drafting.post(f"{URL}withdrawal/")
    with scope(cast.account):
        assert draft_version() is None


def test_the_draft_takes_as_many_queries_with_many_rules(drafting: Client, cast: SimpleNamespace) -> None:
    with scope(cast.account):
        Territory.objects.create(name="DACH", regions=["dach"])
    add(drafting, cast, "First")
    drafting.get(f"{URL}draft/")
    with CaptureQueriesContext(connection) as few:
        drafting.get(f"{URL}draft/")
    for number in range(6):
        add(drafting, cast, f"Rule {number}")
    with CaptureQueriesContext(connection) as many:
        drafting.get(f"{URL}draft/")
    assert len(many) == len(few) <= 32


@pytest.mark.parametrize("who", ["rita", "max", "mo"])
def test_only_admins_may(ada: Client, cast: SimpleNamespace, who: str) -> None:
    ada.force_login(getattr(cast, who).user)
    for path in ("", "draft/", "draft/rules/", "draft/preview/", "draft/replay/"):
        assert ada.get(f"{URL}{path}").status_code == 403
    for path in ("drafts/", "publication/", "withdrawal/"):
        assert ada.post(f"{URL}{path}").status_code == 403
