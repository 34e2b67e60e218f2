"""Every criterion that is met leads to what it rests on."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from django.test import Client

from pipeline.dialog import EVIDENCE
from pipeline.models import CriterionKind
from tenancy.scope import scope
from tests.pipeline.deals import a_ready_deal, stage

pytestmark = pytest.mark.django_db


def test_every_kind_of_criterion_has_its_place() -> None:
    assert set(EVIDENCE) == set(CriterionKind.values)


@pytest.mark.parametrize("kind", CriterionKind.values)
def test_the_place_is_on_the_page_of_the_lead(client: Client, desk: SimpleNamespace, kind: str) -> None:
    anchor = EVIDENCE[kind][0]
    parts = [desk.url, f"{desk.url}parts/desk/", f"{desk.url}receipt/"]
    assert any(f'id="{anchor}"' in client.get(part).content.decode() for part in parts)


def test_a_meeting_that_is_met_is_linked(client: Client, cast: SimpleNamespace) -> None:
    with scope(cast.account):
        deal = a_ready_deal(cast.rita)
        url, lead = f"/acme/deals/{deal.public_id}/gate/?to={stage('Discovery').public_id}", deal.lead.public_id
    client.force_login(cast.rita.user)
    page = " ".join(client.get(url).content.decode().split())
    assert f'href="/acme/leads/{lead}/#lead-meetings" target="_blank"' in page
    assert "See the meeting" in page
