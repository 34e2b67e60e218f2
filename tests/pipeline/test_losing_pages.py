"""A deal goes into the stage for what is lost: one dialog asks why, to whom and until when, and forgets nothing."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client

from leads.models import Lead
from pipeline import editing
from pipeline.models import Criterion, Deal, Stage
from tenancy.scope import scope
from tests.pipeline.deals import a_deal, the_pipeline

pytestmark = pytest.mark.django_db
TYPED = {"reason": "Price", "competitor": "Corvid Systems", "recycle_on": "2030-06-03"}


@pytest.fixture
def acme(cast: SimpleNamespace) -> SimpleNamespace:
    """Rita's deal, and a stage for what is lost."""
    with scope(cast.account):
        the_pipeline()
        cast.lost = editing.put_stage(Stage(pipeline=the_pipeline()), {"name": "Gone", "kind": "lost"}, by=cast.ada.by)
        cast.deal = a_deal(cast.rita)
    cast.client = Client(headers={"HX-Request": "true"})
    cast.client.force_login(cast.rita.user)
    return cast


def asks_for_the_size(acme: SimpleNamespace) -> str:
    """The stage for what is lost has a gate of its own."""
    with scope(acme.account):
        made: Criterion = Criterion.objects.create(
            stage=acme.lost, when="entry", kind="field", label="Size is known", params={"field": "headcount"}
        )
        return made.public_id


def move(acme: SimpleNamespace, **said: Any) -> Any:
    values = {"stage": acme.lost.public_id} | said
    return acme.client.post(f"/acme/deals/{acme.deal.public_id}/moves/", values)


def loss(acme: SimpleNamespace, **said: Any) -> Any:
    return acme.client.post(f"/acme/deals/{acme.deal.public_id}/loss/", said)


def is_lost(acme: SimpleNamespace) -> bool:
    with scope(acme.account):
        deal, lead = Deal.objects.get(pk=acme.deal.pk), Lead.objects.get(pk=acme.deal.lead_id)
        about = (deal.lost_reason, deal.competitor, lead.recycle_on)
        assert deal.status == "open" or about == ("Price", "Corvid Systems", date(2030, 6, 3))
        return bool(deal.status == "lost")


def test_a_move_there_is_asked_why_to_whom_and_until_when(acme: SimpleNamespace) -> None:
    answer = move(acme)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert not is_lost(acme)
    for name in TYPED:
        assert f'name="{name}"' in page
    assert '<option value="Price"' in page


def test_and_what_is_said_is_kept_with_the_deal(acme: SimpleNamespace) -> None:
    assert move(acme, **TYPED, again="1").status_code == 200
    assert is_lost(acme)


@pytest.mark.parametrize("way", [move, loss])
def test_its_gate_forgets_nothing_of_what_was_typed(acme: SimpleNamespace, way: Any) -> None:
    size = asks_for_the_size(acme)
    answer = way(acme, **TYPED)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Size is known" in page
    assert 'value="Corvid Systems"' in page
    assert 'value="2030-06-03"' in page
    assert " ".join('<option value="Price" selected'.split()) in " ".join(page.split())
    assert not is_lost(acme)
    assert move(acme, **TYPED, again="1", **{size: "240"}).status_code == 200
    assert is_lost(acme)


def test_a_day_that_is_over_is_said_beside_its_field(acme: SimpleNamespace) -> None:
    answer = move(acme, **TYPED | {"recycle_on": "2020-01-01"}, again="1")
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Choose a day to come, within ten years." in page
    assert 'value="Corvid Systems"' in page
    assert not is_lost(acme)


def test_other_stages_ask_for_none_of_it(acme: SimpleNamespace) -> None:
    with scope(acme.account):
        next_one = Stage.objects.get(name__startswith="Discovery")
    page = acme.client.post(f"/acme/deals/{acme.deal.public_id}/moves/", {"stage": next_one.public_id}).content.decode()
    assert 'name="competitor"' not in page
