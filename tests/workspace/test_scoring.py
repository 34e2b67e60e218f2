"""The scoring pages: a draft beside what is live, published and rolled back; rules and criteria with conditions."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client

from leads.models import Lead
from scoring.defaults import publish_default_model
from scoring.jobs import score_leads
from scoring.models import Rescoring, ScoringRule, ScoringVersion
from scoring.rescoring import go_on
from scoring.versions import begin_draft, draft_version, live_version
from tenancy.scope import scope
from tests.factories import a_lead

pytestmark = pytest.mark.django_db
URL = "/acme/settings/scoring/"
INDUSTRY = "Industry in the profile"


@pytest.fixture
def ada(client: Client, cast: SimpleNamespace) -> Client:
    with scope(cast.account):
        publish_default_model(cast.account, {"industries": ["Logistics"], "countries": ["DE"]})
        lead = a_lead(name="Jonas Weidmann", industry="Logistics", headcount=180, country="DE")
        score_leads([lead.pk])
    client.force_login(cast.ada.user)
    return client


@pytest.fixture
def drafting(ada: Client) -> Client:
    ada.post(f"{URL}drafts/")
    return ada


def rule(cast: SimpleNamespace, label: str) -> ScoringRule:
    with scope(cast.account):
        found: ScoringRule = ScoringRule.objects.get(version=draft_version(), label=label)
        return found


def numbers(client: Client, **changes: Any) -> dict[str, Any]:
    """What the browser would send of the draft's numbers."""
    form = client.get(f"{URL}draft/").context["form"]
    return {field.name: field.value() for field in form} | changes


def test_the_page_says_what_is_live_in_sentences(ada: Client) -> None:
    page = ada.get(URL).content.decode()
    assert "Version 1" in page
    assert "Industry is Logistics" in page
    assert "Each time: a view of the pricing page, 10 at most; after 48 hours half of it every week" in page
    assert "3 of 4 make a lead active" in page


def test_a_weight_changes_the_draft_its_preview_and_nothing_that_is_live(ada: Client, cast: SimpleNamespace) -> None:
    assert ada.post(f"{URL}drafts/").headers["Location"] == f"{URL}draft/"
    name = f"points-{rule(cast, INDUSTRY).public_id}"
    page = ada.post(f"{URL}draft/", numbers(ada, **{name: 25}), headers={"HX-Request": "true"}).content.decode()
    assert "<strong>1</strong> of the last 1 lead would change tier: 1 up, 0 down." in page
    assert "Low 35 → Medium 40" in page
    with scope(cast.account):
        assert Lead.objects.get().score == 35
        live = live_version()
        assert live
        assert ScoringRule.objects.get(version=live, label=INDUSTRY).points == 10
        assert rule(cast, INDUSTRY).points == 25


def test_publishing_and_rolling_back(drafting: Client, cast: SimpleNamespace) -> None:
    name = f"points-{rule(cast, INDUSTRY).public_id}"
    drafting.post(f"{URL}draft/", numbers(drafting, **{name: 20}))
    drafting.post(f"{URL}publication/")
    assert "Version 2" in drafting.get(URL).content.decode()
    assert "Scoring all open leads again: 0 of 1" in drafting.get(f"{URL}progress/").content.decode()
    with scope(cast.account):
        go_on(list(Rescoring.objects.values_list("pk", flat=True)))
        assert Lead.objects.get().score == 40
        first = ScoringVersion.objects.get(number=1)
    assert "1 open lead scored again with version 2" in drafting.get(f"{URL}progress/").content.decode()
    page = drafting.post(f"{URL}versions/{first.public_id}/restoration/", follow=True).content.decode()
    assert "Version 1 is live again" in page


@pytest.mark.parametrize(
    ("field", "value"), [("tier-high", "x"), ("cap-fit", "-1"), ("cap-fit", "101"), ("threshold", "")]
)
def test_numbers_out_of_range_are_said_beside_the_field(drafting: Client, field: str, value: str) -> None:
    response = drafting.post(f"{URL}draft/", numbers(drafting, **{field: value}))
    assert response.status_code == 422
    assert response.context["form"].errors[field]


def test_tiers_upside_down_are_not_published(drafting: Client) -> None:
    drafting.post(f"{URL}draft/", numbers(drafting, **{"tier-high": 90}))
    page = drafting.post(f"{URL}publication/", follow=True).content.decode()
    assert "Tiers begin in this order" in page
    assert "Draft 2" in page


A_RULE = {"label": "Big firms", "group": "fit", "points": "7", "signal": "", "when-match": "all"}
BIG = {"when.0-field": "headcount", "when.0-operator": "at_least", "when.0-value": "500"}


def test_a_rule_is_added_changed_and_taken_out(drafting: Client, cast: SimpleNamespace) -> None:
    assert drafting.get(f"{URL}draft/rules/?group=intent").status_code == 200
    assert drafting.post(f"{URL}draft/rules/", A_RULE | BIG).status_code == 302
    added = rule(cast, "Big firms")
    assert added.condition == {"all": [{"field": "headcount", "operator": "at_least", "value": 500}]}
    url = f"{URL}draft/rules/{added.public_id}/"
    assert "500" in drafting.get(url).content.decode()
    drafting.post(url, A_RULE | BIG | {"points": "-3"})
    assert rule(cast, "Big firms").points == -3
    drafting.post(f"{url}removal/")
    assert drafting.get(url).status_code == 404


def test_a_rule_about_a_signal_fades(drafting: Client, cast: SimpleNamespace) -> None:
    said = A_RULE | {"label": "Replied", "group": "intent", "signal": "reply", "half_life_hours": "24", "cap": "10"}
    assert drafting.post(f"{URL}draft/rules/", said).status_code == 302
    found = rule(cast, "Replied")
    assert (found.condition, found.signal, found.half_life_hours, found.cap) == (None, "reply", 24, 10)


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"points": "0"}, "1 to 100 points"),
        ({"points": "1000"}, "less than or equal to 100"),
        ({"label": ""}, "This field is required"),
        ({"group": "luck"}, "Select a valid choice"),
        ({"when.0-value": "many"}, "compared with a number"),
        ({"when.0-field": "score"}, "no fact called"),
        ({"when.0-field": ""}, "Choose what to look at"),
        ({"half_life_hours": "9999"}, "less than or equal to 2016"),
        ({"label": "a\x00b"}, "Null characters"),
    ],
)
def test_a_rule_that_makes_no_sense_is_refused_with_words(
    drafting: Client, cast: SimpleNamespace, said: dict[str, str], words: str
) -> None:
    response = drafting.post(f"{URL}draft/rules/", A_RULE | BIG | said)
    assert response.status_code == 422
    assert words in response.content.decode()
    with scope(cast.account):
        assert not ScoringRule.objects.filter(label="Big firms").exists()


def test_a_deed_on_the_rows_saves_nothing_without_a_script(drafting: Client, cast: SimpleNamespace) -> None:
    response = drafting.post(f"{URL}draft/rules/", A_RULE | BIG | {"act": "add:when"})
    assert response.status_code == 200
    assert 'name="when.1-field"' in response.content.decode()
    with scope(cast.account):
        assert not ScoringRule.objects.filter(label="Big firms").exists()


def test_a_rule_that_is_live_is_not_changed(ada: Client, cast: SimpleNamespace) -> None:
    with scope(cast.account):
        published = ScoringRule.objects.first()
        begin_draft()
    assert published
    assert ada.get(f"{URL}draft/rules/{published.public_id}/").status_code == 404
    assert ada.post(f"{URL}draft/rules/{published.public_id}/removal/").status_code == 404


@pytest.mark.parametrize(("key", "criteria"), [("bant", 4), ("meddic", 6), ("icp", 4), ("fiat", 4)])
def test_each_set_of_criteria_can_be_begun_with_and_published(
    drafting: Client, cast: SimpleNamespace, key: str, criteria: int
) -> None:
    drafting.post(f"{URL}draft/set/", {"set": key})
    drafting.post(f"{URL}publication/")
    with scope(cast.account):
        live = live_version()
        assert live
        assert (live.number, len(live.criteria)) == (2, criteria)


def test_criteria_are_answered_from_data_or_by_a_person(drafting: Client, cast: SimpleNamespace) -> None:
    said = {"label": "They have a champion", "answered_by": "person", "when-match": "all"}
    assert drafting.post(f"{URL}draft/criteria/new/", said).status_code == 302
    drafting.post(f"{URL}draft/criteria/fit/", said | BIG | {"label": "Big enough", "answered_by": "data"})
    with scope(cast.account):
        draft = draft_version()
        assert draft
        by_key = {one["key"]: one for one in draft.criteria}
        assert by_key["they_have_a_champion"]["condition"] is None
        assert by_key["fit"]["label"] == "Big enough"
    assert drafting.get(f"{URL}draft/criteria/fit/").status_code == 200
    drafting.post(f"{URL}draft/criteria/they_have_a_champion/removal/")
    assert drafting.get(f"{URL}draft/criteria/they_have_a_champion/").status_code == 404


def test_a_criterion_without_a_condition_is_refused_where_data_answers(drafting: Client) -> None:
    said = {"label": "Luck", "answered_by": "data", "when-match": "all"}
    response = drafting.post(f"{URL}draft/criteria/new/", said)
    assert response.status_code == 422
    assert "Add at least one condition" in response.content.decode()


def test_without_a_draft_its_pages_lead_back(ada: Client) -> None:
    for path in ("draft/", "draft/rules/", "draft/criteria/fit/"):
        assert ada.get(f"{URL}{path}").headers["Location"] == URL
    assert "There is no draft any more." in ada.post(f"{URL}publication/", follow=True).content.decode()


def test_a_discarded_draft_is_gone(drafting: Client, cast: SimpleNamespace) -> None:
    drafting.post(f"{URL}withdrawal/")
    with scope(cast.account):
        assert draft_version() is None


@pytest.mark.parametrize("who", ["rita", "max", "mo"])
def test_only_admins_may(ada: Client, cast: SimpleNamespace, who: str) -> None:
    ada.force_login(getattr(cast, who).user)
    for path in ("", "draft/", "draft/rules/", "progress/"):
        assert ada.get(f"{URL}{path}").status_code == 403
    for path in ("drafts/", "publication/", "withdrawal/"):
        assert ada.post(f"{URL}{path}").status_code == 403
