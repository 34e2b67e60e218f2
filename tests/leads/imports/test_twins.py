"""Somebody in a file who is here already: the two are merged, and then the import, or the merge, is undone."""

from __future__ import annotations

import pytest

from events.drain import drain
from events.record import SYSTEM
from leads.capture import capture
from leads.merging import merge, undo
from leads.models import Lead, Merge, Status, Submission
from tenancy.scope import scope
from tests.contenthash import table_hashes
from tests.leads.imports.files import imported, undone
from workspace.opening import Opened

pytestmark = pytest.mark.django_db(transaction=True)
PHONE = "+44 20 7183 8750"
FILE = [["Name", "Phone", "Product"], ["Ada King", PHONE, "backup"]]
# Told to people, or worked out again at another moment than before.
BESIDE = {"notification", "receipt"}


@pytest.fixture
def known(opened: Opened) -> Lead:
    with scope(opened.account):
        facts = {"name": "Ada King", "email": "ada@example.com", "phone": PHONE, "message": "Hello"}
        lead = capture(facts, source=None, channel="api", by=SYSTEM).lead
    drain()
    return lead


def hashes(opened: Opened) -> dict[str, str]:
    with scope(opened.account):
        return {table: found for table, found in table_hashes().items() if table not in BESIDE}


def test_a_duplicate_in_a_file_is_attached_and_goes_with_the_import(opened: Opened, known: Lead) -> None:
    before = hashes(opened)
    batch = imported(opened.account, FILE, by=opened.member.by)
    with scope(opened.account):
        assert Lead.objects.open().get().pk == known.pk
        assert (Lead.objects.open().get().product, Merge.objects.count()) == ("backup", 1)
    undone(opened.account, batch)
    drain()
    with scope(opened.account):
        assert Lead.objects.get().pk == known.pk
        assert not Merge.objects.exists()
    assert hashes(opened) == before


def test_who_went_into_an_imported_lead_comes_back_when_the_import_goes(opened: Opened, known: Lead) -> None:
    before = hashes(opened)
    batch = imported(opened.account, [FILE[0], ["Grace Hopper", "", "backup"]], by=opened.member.by)
    with scope(opened.account):
        merge(known, Lead.objects.exclude(pk=known.pk).get(), by=SYSTEM)
    drain()
    undone(opened.account, batch)
    drain()
    with scope(opened.account):
        assert (Lead.objects.get().pk, Lead.objects.get().status) == (known.pk, Status.OPEN)
        assert Submission.objects.get().lead_id == known.pk
    assert hashes(opened) == before


def test_a_merge_of_an_imported_lead_is_undone_before_the_import(opened: Opened, known: Lead) -> None:
    before = hashes(opened)
    batch = imported(opened.account, FILE, by=opened.member.by)
    with scope(opened.account):
        assert undo(Merge.objects.get(), by=opened.member.by)
    drain()
    with scope(opened.account):
        assert Lead.objects.open().count() == 2
    undone(opened.account, batch)
    drain()
    assert hashes(opened) == before
