"""A lead that ended is taken up again on its page."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from django.test import Client

from leads.models import Lead, Status
from pipeline.models import Deal, Override
from tenancy.scope import scope
from tests.factories import a_lead
from tests.pipeline.deals import a_deal, stage

pytestmark = pytest.mark.django_db


@pytest.fixture
def rita(cast: SimpleNamespace) -> Client:
    client = Client(headers={"HX-Request": "true"})
    client.force_login(cast.rita.user)
    return client


def test_a_lost_deal_goes_on_where_it_stood(cast: SimpleNamespace, rita: Client) -> None:
    with scope(cast.account):
        deal = a_deal(cast.rita)
        deal.lose(by=cast.rita.by, reason="Price")
    url = f"/acme/leads/{deal.lead.public_id}/"
    assert "Reopen" in rita.get(url).content.decode()
    assert "is open again." in rita.post(f"{url}reopening/")["HX-Trigger"]
    assert "It is open already." in rita.post(f"{url}reopening/")["HX-Trigger"]
    with scope(cast.account):
        again = Deal.objects.select_related("lead").get()
        assert (again.pk, again.status, again.stage_id) == (deal.pk, "open", deal.stage_id)
        assert again.lead.status == Status.OPEN
    assert "Reopen" not in rita.get(url).content.decode()


def test_a_lost_lead_without_a_deal_is_open_again_too(cast: SimpleNamespace, rita: Client) -> None:
    with scope(cast.account):
        lost = a_lead(owner=cast.rita, status=Status.LOST)
    assert rita.post(f"/acme/leads/{lost.public_id}/reopening/").status_code == 200
    with scope(cast.account):
        assert Lead.objects.get(pk=lost.pk).status == Status.OPEN


def test_a_lead_that_was_won_elsewhere_stays_so(cast: SimpleNamespace, rita: Client) -> None:
    with scope(cast.account):
        won = a_lead(owner=cast.rita, status=Status.WON)
    assert "It stays won." in rita.post(f"/acme/leads/{won.public_id}/reopening/")["HX-Trigger"]


def test_a_won_deal_goes_on_from_where_it_was_won(cast: SimpleNamespace, rita: Client) -> None:
    with scope(cast.account):
        deal = a_deal(cast.rita)
        before = deal.stage_id
        deal.move(stage("Closed"), by=cast.max.by, override=Override("The signed paper is in the post", None))
    url = f"/acme/leads/{deal.lead.public_id}/"
    with scope(cast.account):
        assert Lead.objects.get(pk=deal.lead_id).status == Status.WON
    assert "Reopen" in rita.get(url).content.decode()
    assert "is open again." in rita.post(f"{url}reopening/")["HX-Trigger"]
    with scope(cast.account):
        again = Deal.objects.select_related("lead").get()
        assert (again.status, again.stage_id, again.lead.status) == ("open", before, "open")
