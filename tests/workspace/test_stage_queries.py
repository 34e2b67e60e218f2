"""The pages of stages ask the database no more for more of them."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from pipeline import editing
from pipeline.models import Criterion, Stage
from tenancy.models import Account
from tenancy.scope import scope
from tests.pipeline.deals import a_deal
from tests.workspace.test_stage_pages import BASE, ada, discovery

__all__ = ["ada", "discovery"]
pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("page", ["", "stages/{stage}/", "stages/{stage}/effects/"])
def test_pages_ask_no_more_for_more_stages_and_deals(
    ada: Client, account: Account, cast: SimpleNamespace, discovery: Stage, page: str
) -> None:
    path = f"{BASE}{page.format(stage=discovery.public_id)}"
    ada.get(path)
    with scope(account), CaptureQueriesContext(connection) as few:
        ada.get(path)
    with scope(account):
        for number in range(3):
            made = Stage(pipeline=discovery.pipeline)
            editing.put_stage(made, {"name": f"Stage {number}"}, by=cast.ada.by)
            Criterion.objects.create(stage=discovery, kind="score", label=f"Score {number}", params={"minimum": 5})
            a_deal(cast.rita)
        editing.add_pipeline("Another", "simple", by=cast.ada.by)
    with scope(account), CaptureQueriesContext(connection) as many:
        ada.get(path)
    slack = 10 if "effects" in page else 1  # the dossiers of deals, where there were none
    assert len(many) <= len(few) + slack
