"""Deals lost over REST: to whom, until when, and through the gate of the stage for what is lost."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace

import pytest

from leads.models import Lead
from pipeline.editing import put_stage
from pipeline.models import Criterion, Deal, Stage
from tenancy import clock
from tenancy.models import Account
from tenancy.scope import scope
from tests.factories import a_key
from tests.leads.test_api_leads import Api
from tests.pipeline.deals import a_deal

pytestmark = pytest.mark.django_db


@pytest.fixture
def api(account: Account) -> Api:
    with scope(account):
        return Api(a_key())


@pytest.fixture
def ready(account: Account, cast: SimpleNamespace) -> Deal:
    with scope(account):
        return a_deal(cast.rita)


def path(deal: Deal, end: str) -> str:
    return f"/api/v1/deals/{deal.public_id}/{end}"


@pytest.mark.parametrize("stage_for_it", [None, "Gone"])
def test_lost_until_a_day(
    api: Api, ready: Deal, account: Account, cast: SimpleNamespace, stage_for_it: str | None
) -> None:
    day = clock.now().date() + timedelta(days=90)
    body = {"stage": stage_for_it or "lost", "reason": "Bad timing", "competitor": "Corvid", "recycle_on": f"{day}"}
    if stage_for_it:
        with scope(account):
            put_stage(Stage(pipeline=ready.pipeline), {"name": stage_for_it, "kind": "lost"}, by=cast.ada.by)
    lost = api.post(path(ready, "moves/"), body)
    assert lost.status_code == 201, lost.content
    assert (lost.json()["deal"]["status"], lost.json()["deal"]["competitor"]) == ("lost", "Corvid")
    with scope(account):
        assert Lead.objects.get(pk=ready.lead_id).recycle_on == day


def test_what_the_stage_for_it_asks_comes_along_with_the_loss(
    api: Api, ready: Deal, account: Account, cast: SimpleNamespace
) -> None:
    with scope(account):
        gone = put_stage(Stage(pipeline=ready.pipeline), {"name": "Gone", "kind": "lost"}, by=cast.ada.by)
        Criterion.objects.create(stage=gone, when="entry", kind="field", label="Why", params={"field": "message"})
    body = {"stage": "lost", "reason": "Price"}
    refused = api.post(path(ready, "moves/"), body)
    assert (refused.status_code, [item["field"] for item in refused.json()["unmet"]]) == (422, ["message"])
    lost = api.post(path(ready, "moves/"), body | {"values": {"message": "They stay with what they have."}})
    assert (lost.status_code, lost.json()["deal"]["stage"]) == (201, "Gone")


def test_a_manager_loses_it_on_credit(api: Api, ready: Deal, account: Account, cast: SimpleNamespace) -> None:
    with scope(account):
        gone = put_stage(Stage(pipeline=ready.pipeline), {"name": "Gone", "kind": "lost"}, by=cast.ada.by)
        Criterion.objects.create(stage=gone, when="entry", kind="field", label="Why", params={"field": "message"})
    lost = api.post(path(ready, "moves/"), {"stage": "lost", "reason": "Price", "override": True})
    assert (lost.status_code, lost.json()["owed"][0]["label"]) == (201, "Why")


@pytest.mark.parametrize("day", ["2001-01-01", "9999-12-31", "today", "soon"])
def test_a_day_on_which_nothing_can_come_back_is_refused(api: Api, ready: Deal, day: str) -> None:
    day = f"{clock.now().date()}" if day == "today" else day
    for there in (path(ready, "moves/"), f"/api/v1/leads/{ready.lead.public_id}/disqualification/"):
        refused = api.post(there, {"stage": "lost", "reason": "Price", "recycle_on": day})
        assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (400, "/recycle_on")
