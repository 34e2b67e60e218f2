"""The real files beside the repository, with nobody mapping a column by hand; the long ones by their first rows.

`python -m tests.leads.imports.whole` takes all of every file.
"""

from __future__ import annotations

from itertools import islice

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from leads.models import Company, Import, Lead
from tenancy.scope import scope
from tests.contenthash import table_hashes
from tests.leads.imports.files import run, undone
from tests.shared_data import shared
from workspace.opening import Opened

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.shared_data]
FIRST = 120  # rows
EXPECTED = {
    "leads_train.csv": {
        "Prospect ID": "external_id",
        "Lead Source": "source",
        "Converted": "stage",
        "Country": "country",
    },
    "sales_pipeline.csv": {
        "opportunity_id": "external_id",
        "sales_agent": "owner",
        "product": "product",
        "account": "company",
        "deal_stage": "stage",
        "engage_date": "created_at",
        "close_date": "closed_at",
        "close_value": "value",
    },
    "accounts.csv": {
        "account": "company",
        "sector": "industry",
        "employees": "headcount",
        "office_location": "country",
    },
}


def beginning_of(name: str) -> SimpleUploadedFile:
    with shared(name).open("rb") as file:
        return SimpleUploadedFile(name, b"".join(islice(file, FIRST + 1)))


def taken(opened: Opened, name: str) -> Import:
    return run(opened.account, beginning_of(name), opened.member.by)


@pytest.mark.parametrize("name", EXPECTED)
def test_columns_are_guessed_and_nothing_is_rejected(opened: Opened, name: str) -> None:
    batch = taken(opened, name)
    assert (batch.state, batch.mapping) == ("done", EXPECTED[name])
    assert not batch.counts.get("rejected")


@pytest.mark.parametrize("name", EXPECTED)
def test_twice_is_once_and_undo_leaves_everything_as_it_was(opened: Opened, name: str) -> None:
    with scope(opened.account):
        before = table_hashes()
    batch = taken(opened, name)
    with scope(opened.account):
        after = table_hashes()
    second = taken(opened, name)
    assert second.counts == {"unchanged": batch.rows}
    with scope(opened.account):
        assert table_hashes() == after
    undone(opened.account, second)
    undone(opened.account, batch)
    with scope(opened.account):
        assert table_hashes() == before


def test_leads_with_an_id_only_are_history_and_incomplete(opened: Opened) -> None:
    assert taken(opened, "leads_train.csv").history
    with scope(opened.account):
        leads = Lead.objects.all()
        assert len(leads) == FIRST
        assert all(lead.incomplete == ["name", "email"] and lead.external_id for lead in leads)
        assert {lead.status for lead in leads} == {"won", "lost"}
        assert not any(lead.owner_id for lead in leads)


def test_opportunities_of_known_firms_belong_to_them(opened: Opened) -> None:
    taken(opened, "accounts.csv")
    with scope(opened.account):
        firms = Company.objects.count()
    taken(opened, "sales_pipeline.csv")
    with scope(opened.account):
        assert Company.objects.count() == firms
        assert {lead.status for lead in Lead.objects.all()} <= {"won", "lost", "open"}
