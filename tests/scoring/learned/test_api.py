"""REST: a model is trained, judged, promoted and rolled back."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from accounts.roles import Scope
from events import drain
from leads.models import Lead
from scoring.jobs import score_leads
from scoring.learned.in_force import at_work
from scoring.models import LearnedModel
from tenancy.models import Account
from tenancy.scope import scope
from tests.factories import a_key, a_lead
from tests.routing.test_config_api import call, refused
from tests.scoring.learned.test_learning import FIELDS, a_history

pytestmark = pytest.mark.django_db(transaction=True)
PATH = "scoring-models/"


@pytest.fixture
def key(account: Account, scored_account: SimpleNamespace) -> str:
    with scope(account):
        a_history()
        return a_key(Scope.SETTINGS_WRITE)


def trained(key: str, **more: Any) -> dict[str, Any]:
    status, asked = call(key, "post", PATH, {"fields": FIELDS} | more)
    assert status == 202, asked
    assert (asked["state"], asked["model"], asked["trained_at"]) == ("training", None, None)
    drain.drain_outside()
    status, found = call(key, "get", f"{PATH}{asked['id']}/")
    assert status == 200
    made: dict[str, Any] = found
    return made


def test_a_model_is_trained_in_the_background_and_says_how_good_it_is(key: str) -> None:
    made = trained(key)
    assert (made["state"], made["percent"], sorted(made["fields"])) == ("shadow", 100, sorted(FIELDS))
    assert (made["won"] + made["lost"], made["learned_from"] + made["tried_on"]) == (260, 260)
    for marks in (made["model"], made["rules"]):
        assert set(marks) == {"auc", "brier", "calibration_error", "calibration", "lift"}
        assert 0 <= marks["auc"]["low"] <= marks["auc"]["value"] <= marks["auc"]["high"] <= 1
        assert 0 < marks["brier"]["value"] < 0.5
        assert sum(one["n"] for one in marks["calibration"]) == made["tried_on"]
        assert [one["tier"] for one in marks["lift"]] == ["urgent", "high", "medium", "low"]
    assert made["leaks"] == []
    assert call(key, "get", PATH)[1]["results"] == [made]


def test_the_part_that_is_held_out_is_as_asked_for(key: str) -> None:
    assert trained(key)["tried_on"] == 78
    half = trained(key, holdout=0.5)
    assert (half["holdout"], half["tried_on"]) == (0.5, 130)


def test_a_field_that_knows_the_outcome_is_named(key: str, account: Account) -> None:
    with scope(account):
        for lead in Lead.objects.exclude(closed_at=None).select_related("contact"):
            Lead.objects.filter(pk=lead.pk).update(business_problem=f"It is {lead.status}")
    made = trained(key, fields=[*FIELDS, "business_problem"])
    assert [(leak["field"], leak["kind"]) for leak in made["leaks"]] == [("business_problem", "decides")]


def test_a_model_is_promoted_and_rolled_back(key: str, account: Account) -> None:
    made = trained(key)
    path = f"{PATH}{made['id']}/promotion/"
    status, said = call(key, "delete", path)
    assert (status, said["detail"]) == (409, "This model does not score leads.")
    status, promoted = call(key, "post", path, {})
    assert (status, promoted["state"], bool(promoted["promoted_at"])) == (200, "promoted", True)
    assert call(key, "post", path, {})[0] == 409
    with scope(account):
        assert at_work().promoted
    status, retired = call(key, "delete", path)
    assert (status, retired["state"]) == (200, "retired")
    with scope(account):
        assert not at_work().promoted


def test_what_is_being_trained_cannot_be_promoted_and_waits_for_nobody(key: str) -> None:
    _, asked = call(key, "post", PATH, {"fields": FIELDS})
    assert call(key, "post", f"{PATH}{asked['id']}/promotion/", {})[0] == 409
    status, said = call(key, "post", PATH, {"fields": FIELDS})
    assert (status, said["detail"]) == (409, "A model is being trained already.")


def test_too_short_a_history_is_refused_with_what_is_missing(key: str, account: Account) -> None:
    with scope(account):
        Lead.objects.filter(status="won").update(status="open", closed_at=None)
    status, said = call(key, "post", PATH, {"fields": FIELDS})
    assert status == 422
    assert said["detail"].endswith("100 won leads are still missing.")
    with scope(account):
        assert not LearnedModel.objects.exists()


@pytest.mark.parametrize(
    ("said", "pointers"),
    [
        ({"fields": []}, ["/fields"]),
        ({"fields": "industry"}, ["/fields"]),
        ({"fields": ["industry", "status", "luck"]}, ["/fields/1", "/fields/2"]),
        ({"fields": ["name"]}, ["/fields/0"]),
        ({"fields": [1, {}]}, ["/fields/1"]),
        ({"holdout": 0.9}, ["/holdout"]),
        ({"holdout": 0}, ["/holdout"]),
        ({"holdout": "NaN"}, ["/holdout"]),
    ],
)
def test_what_cannot_be_learned_from_is_refused_at_its_place(
    key: str, said: dict[str, Any], pointers: list[str]
) -> None:
    assert refused(key, "post", PATH, {"fields": FIELDS} | said) == pointers


def test_a_lead_scored_by_the_model_says_so(key: str, account: Account) -> None:
    made = trained(key)
    call(key, "post", f"{PATH}{made['id']}/promotion/", {})
    with scope(account):
        lead = a_lead(industry="Logistics", headcount=200)
        reader = a_key(Scope.LEADS_READ)
        score_leads([lead.pk])
    receipt = call(reader, "get", f"leads/{lead.public_id}/receipt/")[1]
    assert (receipt["learned"]["number"], receipt["learned"]["tiers"]) == (made["number"], made["tiers"])
