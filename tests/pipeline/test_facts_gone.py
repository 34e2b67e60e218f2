"""A criterion asks for a fact that is not there any more: it can be seen, switched off and removed, never broken on."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client

from leads.models import CustomField
from pipeline.models import Criterion, Deal
from pipeline.move import gate_to
from tenancy.models import Account
from tenancy.scope import scope
from tests.factories import a_key
from tests.leads.test_api_leads import Api
from tests.pipeline.deals import a_deal, stage, the_deal

pytestmark = pytest.mark.django_db
SITES = {"field": "custom.sites", "operator": "at_least", "value": 2}
ASKED: dict[str, dict[str, Any]] = {"field": {"field": "custom.sites"}, "condition": {"condition": SITES}}


@pytest.fixture(params=ASKED)
def gone(request: Any, account: Account, cast: SimpleNamespace) -> Criterion:
    """Asked at the way out of the first stage, of an own field that nobody has any more."""
    with scope(account):
        deal = a_deal(cast.rita)
        made: Criterion = Criterion.objects.create(
            stage=deal.stage, kind=request.param, label="Sites", params=ASKED[request.param], when="exit"
        )
        assert not CustomField.objects.filter(key="sites").exists()
    return made


def test_over_rest_it_is_switched_off_but_not_on_again(account: Account, gone: Criterion) -> None:
    with scope(account):
        api = Api(a_key())
    one = f"/api/v1/criteria/{gone.public_id}/"
    assert api.get(one).status_code == 200
    off = api.patch(one, {"required": False})
    assert (off.status_code, off.json().get("required")) == (200, False)
    assert api.patch(one, {"required": True}).status_code == 400
    assert api.patch(one, {"label": "How many sites"}).status_code == 400
    assert api.client.delete(one).status_code == 204


def test_on_its_page_an_admin_switches_it_off(
    client: Client, account: Account, cast: SimpleNamespace, gone: Criterion
) -> None:
    client.force_login(cast.ada.user)
    settings = f"/{account.slug}/settings/pipelines"
    for page in (f"stages/{gone.stage.public_id}/", f"criteria/{gone.public_id}/"):
        assert client.get(f"{settings}/{page}").status_code == 200, page
    client.post(f"{settings}/criteria/{gone.public_id}/switch/", {"required": ""})
    with scope(account):
        assert not Criterion.objects.get(pk=gone.pk).required


def test_until_then_the_gate_stays_shut_and_says_so(account: Account, cast: SimpleNamespace, gone: Criterion) -> None:
    with scope(account):
        deal = the_deal(Deal.objects.get().lead)
        assert "Sites" in [item.label for item in gate_to(deal, stage("Discovery")).unmet]
        api = Api(a_key())
    refused = api.post(f"/api/v1/deals/{deal.public_id}/moves/", {"stage": "Discovery complete"})
    assert refused.status_code == 422
