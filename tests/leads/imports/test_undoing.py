"""An import is taken back: everything is as it was, but for what people did since."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from events.drain import drain
from events.record import SYSTEM
from leads.capture import capture
from leads.models import Lead, Source, Submission
from tenancy.models import Account
from tenancy.scope import scope
from tests.contenthash import content_hash, table_hashes
from tests.leads.imports.files import PEOPLE, imported, undone
from workspace.opening import Opened

pytestmark = pytest.mark.django_db(transaction=True)


def test_sources_named_in_the_file_are_made_and_go_with_it(account: Account) -> None:
    rows = [
        ["Email", "Lead Source"],
        ["a@example.com", "Trade show"],
        ["b@example.com", "Google"],
        ["c@example.com", ""],
    ]
    with scope(account):
        before = content_hash()
    batch = imported(account, rows)
    with scope(account):
        assert set(Source.objects.values_list("name", flat=True)) >= {"Trade show", "Google", "Import"}
        assert Lead.objects.get(contact__email_norm="a@example.com").source.name == "Trade show"
    undone(account, batch)
    with scope(account):
        assert content_hash() == before


def test_undo_leaves_everything_as_it_was(opened: Opened) -> None:
    with scope(opened.account):
        capture({"name": "Old Hand", "email": "old@example.com"}, source=None, channel="api", by=SYSTEM)
    drain()
    with scope(opened.account):
        before = table_hashes()
    batch = imported(opened.account, PEOPLE, by=opened.member.by)
    with scope(opened.account):
        assert all(lead.owner_id and lead.deal_id for lead in Lead.objects.all())
        assert table_hashes() != before
    batch = undone(opened.account, batch)
    assert batch.state == "undone"
    with scope(opened.account):
        assert table_hashes() == before


def test_undo_brings_back_what_was_updated_and_attached(opened: Opened) -> None:
    """What an import filled in on leads, people and firms that were there before it."""
    with scope(opened.account):
        facts = {"name": "Ada King", "email": "ada@example.com", "company": "Example Ltd"}
        capture(facts, source=None, channel="api", by=SYSTEM)
    drain()
    imported(opened.account, [PEOPLE[0], PEOPLE[2]], by=opened.member.by)
    with scope(opened.account):
        before = table_hashes()
    newer = [*PEOPLE[:2], ["Bo B", "bo@berg.example", "+46 8 555 01 90", "Berg AB"]]
    batch = imported(opened.account, newer, by=opened.member.by)
    assert batch.counts == {"attached": 1, "updated": 1}
    undone(opened.account, batch)
    drain()
    with scope(opened.account):
        after = table_hashes()
    assert after == before


def test_a_lead_that_people_worked_on_stays(account: Account, cast: SimpleNamespace) -> None:
    batch = imported(account, PEOPLE, by=cast.mo.by)
    with scope(account):
        lead = Lead.objects.get(contact__email_norm="ada@example.com")
        lead.log_activity(kind="note", body="Nice", by=cast.rita.by)
    assert undone(account, batch).counts == {"created": 3, "kept": 1}
    with scope(account):
        assert list(Lead.objects.all()) == [lead]
        assert Submission.objects.count() == 1
