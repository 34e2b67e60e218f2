"""Everything that is held about a person is handed over: what an erasure would find, an export tells."""

from __future__ import annotations

import json

import pytest

from leads.models import Contact
from leads.privacy.export import export_of
from tenancy.scope import scope
from tests.leads.privacy.person import MARK, plant_everywhere, zenobia
from workspace.opening import Opened, open_account


@pytest.fixture
def acme(transactional_db: None) -> Opened:
    return open_account(name="Acme", email="ada@acme.example", template="it_services")


def test_each_table_that_tells_of_her_is_in_the_export(acme: Opened, role_urls: dict[str, str]) -> None:
    lead = zenobia(acme)
    planted = plant_everywhere(acme, role_urls["superuser"])
    with scope(acme.account):
        told = export_of(Contact.objects.get(pk=lead.contact_id), by=acme.member.by)
    silent = {table for table in planted if MARK not in json.dumps(told["tables"].get(table, "")).lower()}
    assert not silent


def test_an_export_leaves_others_out(acme: Opened) -> None:
    lead = zenobia(acme)
    with scope(acme.account):
        told = json.dumps(export_of(Contact.objects.get(pk=lead.contact_id), by=acme.member.by))
    assert "zenobia@kestrel.example" in told
    assert "ada@acme.example" not in told
