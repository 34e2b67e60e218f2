"""An import is taken back: everything is as it was, but for what people did since."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from events.drain import drain
from events.models import Actor
from events.record import SYSTEM, By
from leads.capture import capture
from leads.imports import undoing
from leads.imports.jobs import undo_imports
from leads.imports.starting import undo
from leads.models import Contact, Import, Lead, Source, Submission
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


@pytest.mark.parametrize("brought", ["enquiry", "call"])
def test_a_lead_that_a_webhook_told_of_since_stays(opened: Opened, brought: str) -> None:
    batch = imported(opened.account, PEOPLE, by=opened.member.by)
    website = By(Actor.SYSTEM, name="Website")
    with scope(opened.account):
        lead = Lead.objects.get(contact__email_norm="ada@example.com")
        if brought == "enquiry":
            capture({"email": "ada@example.com", "message": "Call me"}, source=None, channel="webhook", by=website)
        else:
            lead.log_activity(kind="call", direction="in", outcome="spoke", by=website)
    drain()
    batch = undone(opened.account, batch)
    assert (batch.state, batch.counts) == ("undone", {"created": 3, "kept": 1})
    with scope(opened.account):
        assert list(Lead.objects.all()) == [lead]


def test_what_somebody_changed_since_on_a_known_person_stays(account: Account, cast: SimpleNamespace) -> None:
    with scope(account):
        capture({"name": "Ada King", "email": "ada@example.com"}, source=None, channel="api", by=SYSTEM)
    rows = [["Name", "E-mail", "Phone", "Job title"], ["Ada King", "ada@example.com", "+44 20 7183 8750", "Head of IT"]]
    batch = imported(account, rows, by=cast.mo.by)
    with scope(account):
        Lead.objects.with_people().get().change({"phone": "+44 20 7183 8751"}, by=cast.rita.by)
    undone(account, batch)
    with scope(account):
        person = Contact.objects.get()
        assert (person.phone_e164, person.job_title, person.seniority) == ("+442071838751", "", "")


def test_a_lead_that_several_rows_touched_is_as_before_the_first(opened: Opened) -> None:
    imported(opened.account, [PEOPLE[0], PEOPLE[2]], by=opened.member.by)
    with scope(opened.account):
        before = table_hashes()
    twice = [PEOPLE[0], ["Bo One", "bo@berg.example", "", "Berg AB"], ["Bo Two", "bo@berg.example", "", "Berg AB"]]
    batch = imported(opened.account, twice, by=opened.member.by)
    assert batch.counts == {"updated": 2}
    undone(opened.account, batch)
    with scope(opened.account):
        assert table_hashes() == before


def test_of_three_the_middle_one_is_undone_first(opened: Opened) -> None:
    def said(name: str) -> Import:
        return imported(opened.account, [PEOPLE[0], [name, "ada@example.com", "", ""]], by=opened.member.by)

    said("Ada King")
    middle, last = said("Ada K."), said("Ada Q.")
    for batch, shown in ((middle, "Ada Q."), (last, "Ada King")):
        undone(opened.account, batch)
        with scope(opened.account):
            assert Contact.objects.get().name == shown


@pytest.mark.parametrize("title", ["", "Head of IT"], ids=["new", "updated"])
def test_undoing_takes_the_same_statements_for_any_number_of_rows(opened: Opened, title: str) -> None:
    def count(firm: str, most: int) -> int:
        head = ["Name", "E-mail", "Job title"]
        rows = [[f"Person {number}", f"p{number}@{firm}.example", "CTO"] for number in range(most)]
        batch = imported(opened.account, [head, *rows], by=opened.member.by)
        if title:
            batch = imported(opened.account, [head, *([*row[:2], title] for row in rows)], by=opened.member.by)
        with scope(opened.account):
            undo(batch)
            with CaptureQueriesContext(connection) as asked:
                undo_imports([batch.pk])
        return len(asked)

    assert count("few", 2) == count("many", 12)


def test_the_page_shows_how_far_it_is_and_can_be_left(
    account: Account, cast: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(undoing, "AT_ONCE", 1)
    client = Client()
    client.force_login(cast.mo.user)
    batch = imported(account, PEOPLE, by=cast.mo.by)
    page = f"/acme/imports/{batch.public_id}/"
    client.post(f"{page}undo/")
    with scope(account):
        undo_imports([batch.pk])
    body = client.get(page).content.decode()
    for words in ("Being undone", "you can leave this page", "33 % taken back"):
        assert words in body, words
    drain()
    with scope(account):
        assert Import.objects.get().state == "undone"
