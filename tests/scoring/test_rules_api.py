"""REST: scoring rules in a draft, published as versions, and rolled back."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client

from accounts.roles import Scope
from events import drain
from leads.models import Lead
from scoring.drafting import in_draft
from scoring.jobs import score_leads
from scoring.models import ScoringRule, ScoringVersion
from scoring.versions import begin_draft, publish_draft
from tenancy.models import Account
from tenancy.scope import scope
from tests.factories import a_key, a_lead
from tests.routing.test_config_api import call, refused

pytestmark = pytest.mark.django_db(transaction=True)
GERMANY = {"all": [{"field": "country", "operator": "is", "value": "DE"}]}
RULE: dict[str, Any] = {"group": "fit", "label": "Germany", "condition": GERMANY, "points": 7}
CALLED: dict[str, Any] = {"group": "intent", "label": "Called us", "signal": "call", "points": 4, "cap": 8}


@pytest.fixture
def key(account: Account, scored_account: SimpleNamespace) -> str:
    with scope(account):
        return a_key(Scope.SETTINGS_WRITE)


def listed(key: str, query: str = "") -> list[dict[str, Any]]:
    status, page = call(key, "get", f"scoring-rules/{query}")
    assert status == 200
    rows: list[dict[str, Any]] = page["results"]
    return rows


def labels(key: str, query: str = "") -> set[str]:
    return {one["label"] for one in listed(key, query)}


def published(key: str, **body: Any) -> dict[str, Any]:
    status, version = call(key, "post", "scoring-versions/", body)
    assert status == 201, version
    found: dict[str, Any] = version
    return found


def test_a_rule_goes_into_the_draft_and_is_live_once_published(key: str, account: Account) -> None:
    with scope(account):
        lead = a_lead(country="DE")
        score_leads([lead.pk])
        before = Lead.objects.get(pk=lead.pk).score or 0
    status, made = call(key, "post", "scoring-rules/", RULE)
    assert status == 201
    assert {name: made[name] for name in RULE} == RULE
    assert (made["version"], made["signal"], made["cap"]) == (2, "", None)
    assert listed(key)[-1] == made
    assert (published(key)["number"], published_state(key)) == (2, [("published", 2), ("retired", 1)])
    drain.drain_inside()
    with scope(account):
        assert Lead.objects.get(pk=lead.pk).score == before + 7


def published_state(key: str) -> list[tuple[str, int]]:
    return [(one["state"], one["number"]) for one in call(key, "get", "scoring-versions/")[1]["results"]]


def test_an_earlier_version_is_made_live_again(key: str) -> None:
    call(key, "post", "scoring-rules/", RULE)
    published(key)
    first = call(key, "get", "scoring-versions/")[1]["results"][-1]
    assert "Germany" not in labels(key, f"?version={first['id']}")
    assert published(key, version=first["id"])["number"] == 1
    assert "Germany" not in labels(key)
    status, said = call(key, "post", "scoring-versions/", {"version": first["id"]})
    assert (status, said["detail"]) == (409, "Only what was live once can be live again.")


def test_a_signal_rule_fades_and_has_a_most(key: str) -> None:
    status, made = call(key, "post", "scoring-rules/", CALLED | {"half_life_hours": 168, "exclusive": "calls"})
    assert status == 201
    assert {name: made[name] for name in (*CALLED, "half_life_hours", "exclusive", "condition")} == CALLED | {
        "half_life_hours": 168,
        "exclusive": "calls",
        "condition": None,
    }
    status, changed = call(key, "patch", f"scoring-rules/{made['id']}/", {"cap": None, "points": -4})
    assert (status, changed["cap"], changed["points"], changed["signal"]) == (200, None, -4, "call")


def test_a_live_rule_is_changed_in_the_draft(key: str, account: Account) -> None:
    live = listed(key)[0]
    status, changed = call(key, "patch", f"scoring-rules/{live['id']}/", {"points": 20})
    assert (status, changed["label"], changed["points"], changed["version"]) == (200, live["label"], 20, 2)
    assert changed["id"] != live["id"]
    with scope(account):
        assert ScoringRule.objects.get(version__number=1, position=0).points == live["points"]
    assert call(key, "get", f"scoring-rules/{live['id']}/")[1] == live
    assert call(key, "delete", f"scoring-rules/{live['id']}/")[0] == 204  # its copy
    assert live["label"] not in labels(key)
    status, said = call(key, "patch", f"scoring-rules/{live['id']}/", {"points": 1})
    assert (status, said["detail"]) == (409, "The draft has this rule no more.")


def test_what_was_live_once_does_not_change(key: str) -> None:
    old = listed(key)[0]
    call(key, "post", "scoring-rules/", RULE)
    published(key)
    for method, body in (("patch", {"points": 1}), ("delete", None)):
        assert call(key, method, f"scoring-rules/{old['id']}/", body)[0] == 409


def test_a_new_rule_is_never_taken_for_one_that_was_removed(key: str) -> None:
    last = listed(key)[-1]
    call(key, "delete", f"scoring-rules/{last['id']}/")
    call(key, "post", "scoring-rules/", RULE)
    assert call(key, "patch", f"scoring-rules/{last['id']}/", {"points": 1})[0] == 409
    assert listed(key)[-1]["points"] == 7


@pytest.mark.parametrize(
    ("said", "pointers"),
    [
        ({"condition": {"all": [{"field": "luck", "operator": "is", "value": 1}]}}, ["/condition/all/0/field"]),
        ({"condition": {"field": "score", "operator": "at_least", "value": 50}}, ["/condition/field"]),
        ({"condition": "x"}, ["/condition"]),
        ({"condition": None}, ["/"]),
        ({"signal": "call"}, ["/"]),
        ({"signal": "luck", "condition": None}, ["/signal"]),
        ({"group": "luck"}, ["/group"]),
        ({"label": " "}, ["/label"]),
        ({"label": "a\0b"}, ["/label"]),
        ({"points": 0}, ["/"]),
        ({"points": 101}, ["/points"]),
        ({"points": "many"}, ["/points"]),
        ({"cap": -1}, ["/cap"]),
        ({"half_life_hours": 0}, ["/half_life_hours"]),
        ({"half_life_hours": 99_999}, ["/half_life_hours"]),
        ({"exclusive": "x" * 41}, ["/exclusive"]),
    ],
)
def test_a_rule_that_makes_no_sense_is_refused_at_its_place(
    key: str, account: Account, said: dict[str, Any], pointers: list[str]
) -> None:
    assert refused(key, "post", "scoring-rules/", RULE | said) == pointers
    with scope(account):
        assert not ScoringRule.objects.filter(label="Germany").exists()


def test_the_numbers_of_the_draft_are_changed(key: str, account: Account) -> None:
    with scope(account):
        draft = begin_draft().public_id
    path = f"scoring-versions/{draft}/"
    numbers = {"caps": {"fit": 40}, "tiers": {"urgent": 85}, "threshold": 2}
    status, changed = call(key, "patch", path, numbers)
    assert (status, changed["caps"]["fit"], changed["tiers"], changed["threshold"]) == (
        200,
        40,
        {"urgent": 85, "high": 60, "medium": 40},
        2,
    )
    assert changed["caps"]["intent"] == 35
    assert [one["key"] for one in changed["criteria"]] == ["fit", "intent", "authority", "timing"]
    assert refused(key, "patch", path, {"caps": {"luck": 3}}) == ["/caps/luck"]
    assert refused(key, "patch", path, {"tiers": {"low": 3}}) == ["/tiers/low"]
    assert refused(key, "patch", path, {"tiers": {"high": 101}, "threshold": 0}) == ["/tiers/high", "/threshold"]


def test_only_the_draft_can_be_changed_and_discarded(key: str, account: Account) -> None:
    with scope(account):
        draft, live = begin_draft().public_id, ScoringVersion.objects.get(state="published").public_id
    for method, body in (("patch", {"threshold": 2}), ("delete", None)):
        assert call(key, method, f"scoring-versions/{live}/", body)[0] == 409
    assert call(key, "delete", f"scoring-versions/{draft}/")[0] == 204
    assert published_state(key) == [("published", 1)]
    status, said = call(key, "post", "scoring-versions/", {})
    assert (status, said["detail"]) == (409, "There is no draft any more.")


def test_a_draft_with_flaws_is_refused_with_each_of_them(key: str, account: Account) -> None:
    with scope(account):
        draft = begin_draft().public_id
    call(key, "patch", f"scoring-versions/{draft}/", {"tiers": {"medium": 70}, "threshold": 9})
    status, said = call(key, "post", "scoring-versions/", {})
    assert status == 422
    assert [one["detail"] for one in said["errors"]] == [
        "Tiers begin in this order, between 1 and 100: Medium, High, Urgent.",
        "9 of 4 criteria can never be met.",
    ]
    assert published_state(key) == [("draft", 2), ("published", 1)]


def test_a_version_says_how_far_open_leads_are_scored_with_it(key: str, account: Account) -> None:
    with scope(account):
        leads = [a_lead() for _ in range(3)]
        score_leads([lead.pk for lead in leads])
    call(key, "post", "scoring-rules/", RULE)
    begun = published(key)
    assert (begun["rescoring"]["total"], begun["rescoring"]["percent"], begun["rescoring"]["finished_at"]) == (
        3,
        0,
        None,
    )
    drain.drain_inside()
    done = call(key, "get", f"scoring-versions/{begun['id']}/")[1]["rescoring"]
    assert (done["done"], done["percent"]) == (3, 100)
    assert call(key, "get", "scoring-versions/")[1]["results"][1]["rescoring"] is None


def test_the_lists_cost_the_same_however_long_they_are(
    key: str, account: Account, django_assert_max_num_queries: Any
) -> None:
    for at in range(12):
        call(key, "post", "scoring-rules/", RULE | {"label": f"Rule {at}"})
        published(key)
    with django_assert_max_num_queries(12):
        assert len(call(key, "get", "scoring-versions/?limit=200")[1]["results"]) == 13
    with django_assert_max_num_queries(12):
        assert len(call(key, "get", "scoring-rules/?limit=200")[1]["results"]) > 30


def test_an_account_without_rules_says_so(account: Account, cast: SimpleNamespace) -> None:
    with scope(account):
        key = a_key(Scope.SETTINGS_WRITE)
    assert call(key, "get", "scoring-rules/")[0] == 409
    status, said = call(key, "post", "scoring-rules/", RULE)
    assert (status, said["detail"]) == (409, "There are no published rules to begin with.")


def test_the_same_key_publishes_once(key: str, account: Account) -> None:
    call(key, "post", "scoring-rules/", RULE)
    said = [
        Client().post(
            "/api/v1/scoring-versions/",
            "{}",
            content_type="application/json",
            headers={"Authorization": f"Bearer {key}", "Idempotency-Key": "one"},
        )
        for _ in range(2)
    ]
    assert [answer.status_code for answer in said] == [201, 201]
    assert said[0].json() == said[1].json()
    assert said[1]["Idempotent-Replayed"] == "true"


def test_the_copy_of_a_rule_is_found_by_its_place(scored_account: SimpleNamespace) -> None:
    with scope(scored_account.account):
        live = ScoringRule.objects.select_related("version").get(version__state="published", position=3)
        copy = in_draft(live)
        assert (copy.label, copy.version.state) == (live.label, "draft")
        assert in_draft(copy) == copy
        publish_draft(by=scored_account.ada.by)
        live.version.refresh_from_db()
        with pytest.raises(ValidationError, match="live once"):
            in_draft(live)
