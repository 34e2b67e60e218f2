"""A table becomes leads, once, and can be taken back."""

from __future__ import annotations

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile

from events.drain import drain, work_once
from events.models import Job
from events.record import SYSTEM
from leads.capture import capture
from leads.imports import batch as batches
from leads.imports.starting import NotNow, pause, receive, start, stop, undo
from leads.models import Company, CustomField, Import, ImportReject, Lead, Submission
from tenancy import clock
from tenancy.models import Account
from tenancy.scope import scope
from tests.contenthash import content_hash
from tests.factories import a_lead
from tests.leads.imports.files import PEOPLE, a_csv, again, imported, run
from workspace.opening import Opened

pytestmark = pytest.mark.django_db(transaction=True)


def test_every_row_becomes_a_lead(account: Account) -> None:
    batch = imported(account, PEOPLE)
    assert (batch.state, batch.counts, batch.rows_done) == ("done", {"created": 3}, 3)
    with scope(account):
        ada = Lead.objects.with_people().get(contact__email_norm="ada@example.com")
        assert (ada.contact.name, ada.contact.phone_e164, ada.company.name) == ("Ada King", "+442071838750", "Example")
        assert (ada.source.name, ada.source.kind) == ("Import", "import")
        assert Submission.objects.filter(channel="import").count() == 3


def test_a_fact_that_was_archived_is_not_guessed(account: Account) -> None:
    with scope(account):
        for label, archived_at in (("Sites", None), ("Floors", clock.now())):
            CustomField.objects.create(key=label.lower(), label=label, type="number", archived_at=archived_at)
        batch = receive(a_csv([["E-mail", "Sites", "Floors"], ["ada@example.com", "3", "4"]]), by=SYSTEM)
    assert batch.mapping == {"E-mail": "email", "Sites": "custom.sites"}


def test_the_same_file_twice_makes_nothing_twice(account: Account) -> None:
    imported(account, PEOPLE)
    with scope(account):
        before = content_hash()
    second = imported(account, PEOPLE)
    assert second.counts == {"unchanged": 3}
    with scope(account):
        assert content_hash() == before


def test_columns_in_another_order_are_the_same_rows(account: Account) -> None:
    imported(account, PEOPLE)
    turned = [list(reversed(row)) for row in PEOPLE]
    assert imported(account, turned).counts == {"unchanged": 3}


def test_a_newer_file_updates_and_adds_no_lead(account: Account) -> None:
    imported(account, PEOPLE)
    newer = [*PEOPLE[:2], ["Bo Bergström", "bo@berg.example", "+46 8 555 01 90", "Berg AB"], PEOPLE[3]]
    assert imported(account, newer).counts == {"unchanged": 2, "updated": 1}
    with scope(account):
        bo = Lead.objects.with_people().get(contact__email_norm="bo@berg.example")
        assert (bo.contact.name, bo.contact.phone_e164) == ("Bo Bergström", "+4685550190")
        assert Lead.objects.count() == 3


def test_the_same_person_twice_in_one_file_is_one_lead(account: Account) -> None:
    twice = [*PEOPLE, ["Ada King", "ADA@example.com ", "", "Example Ltd"]]
    assert imported(account, twice).counts == {"created": 3, "attached": 1}
    with scope(account):
        assert Lead.objects.count() == 3


def test_somebody_known_from_elsewhere_gets_one_more_submission(account: Account) -> None:
    with scope(account):
        capture({"name": "Ada King", "email": "ada@example.com"}, source=None, channel="api", by=SYSTEM)
    assert imported(account, PEOPLE).counts == {"created": 2, "attached": 1}
    with scope(account):
        lead = Lead.objects.get(contact__email_norm="ada@example.com")
        assert [one.channel for one in lead.submissions.order_by("received_at")] == ["api", "import"]


def test_a_row_with_an_id_only_is_history_and_incomplete(opened: Opened) -> None:
    batch = imported(opened.account, [["Prospect ID", "Country"], ["a-1", "India"], ["a-2", ""]], history=False)
    assert batch.counts == {"created": 2}
    with scope(opened.account):
        for lead in Lead.objects.all():
            assert lead.incomplete == ["name", "email"]
            assert (lead.owner_id, lead.score, lead.deal_id) == (None, None, None)


def test_rows_that_reach_nobody_are_kept_with_the_reason(account: Account) -> None:
    batch = imported(account, [PEOPLE[0], ["", "", "", ""], ["-", "n/a", "", "Select"], ["Cy", "cy@young.example"]])
    assert batch.counts == {"created": 1, "rejected": 1}
    with scope(account):
        reject = ImportReject.objects.get()
    assert (reject.row, reject.cells) == (3, ["-", "n/a", "", "Select"])
    assert "no e-mail, phone, name" in reject.reason


def test_a_row_with_too_many_cells_says_so(account: Account) -> None:
    batch = run(account, SimpleUploadedFile("a.csv", b"Name,E-mail\nAda,ada@example.com,oops,more\n"))
    assert batch.counts == {"rejected": 1}
    with scope(account):
        assert "more cells than the 2 columns" in ImportReject.objects.get().reason


def test_empty_cells_at_the_end_of_each_line_are_no_columns(account: Account) -> None:
    rows = [["Name", "E-mail", "", ""], ["Ada King", "ada@example.com", "", ""], ["Bo", "bo@berg.example", "", "x"]]
    batch = imported(account, rows)
    assert (batch.headers, batch.counts) == (["Name", "E-mail"], {"created": 1, "rejected": 1})


def test_malformed_values_are_taken_and_counted(account: Account) -> None:
    batch = imported(account, [*PEOPLE, ["Di", "di.example.com", "12", ""]])
    assert batch.counts == {"created": 4, "flagged": 1}


def test_a_list_of_companies_makes_companies_and_no_leads(account: Account) -> None:
    rows = [
        ["account", "sector", "employees"],
        ["Acme Corporation", "technology", "2822"],
        ["Betasoloin", "medical", "495"],
    ]
    assert imported(account, rows).counts == {"company": 2}
    assert imported(account, [rows[0], ["Betasoloin", "medical", "500"]]).counts == {"company": 1}
    with scope(account):
        assert not Lead.objects.exists()
        assert Company.objects.get(name="Betasoloin").headcount == 500
        assert Company.objects.count() == 2


def test_pause_hold_on_stop(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batches, "AT_ONCE", 1)
    with scope(account):
        batch = receive(a_csv(PEOPLE), by=SYSTEM)
        start(batch)
    work_once(account)
    with scope(account):
        pause(batch)
    drain()
    assert again(account, batch).rows_done == 1
    with scope(account):
        start(batch)
    work_once(account)
    with scope(account):
        stop(batch)
    drain()
    batch = again(account, batch)
    assert (batch.state, batch.rows_done, batch.counts) == ("cancelled", 2, {"created": 2})
    with scope(account), pytest.raises(NotNow, match="is stopped"):
        start(batch)


def test_a_turn_that_dies_is_redone_once(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batches, "AT_ONCE", 2)
    dies = iter([True, False, False, False])
    whole = batches.Turn.note

    def note(turn: batches.Turn, position: int) -> None:
        whole(turn, position)
        if next(dies):
            raise RuntimeError("killed")

    monkeypatch.setattr(batches.Turn, "note", note)
    with scope(account):
        batch = receive(a_csv(PEOPLE), by=SYSTEM)
        start(batch)
    drain()
    with scope(account):
        assert not Lead.objects.exists()
    assert again(account, batch).rows_done == 0
    with scope(account):
        Job.objects.update(run_at=clock.now())
    drain()
    batch = again(account, batch)
    assert (batch.state, batch.counts) == ("done", {"created": 3})


def test_a_dry_run_changes_nothing_and_tells_all(account: Account) -> None:
    with scope(account):
        before = content_hash()
    batch = imported(account, [*PEOPLE, ["", "", "", "-"]], dry_run=True)
    assert (batch.state, batch.counts) == ("done", {"created": 3, "rejected": 1})
    with scope(account):
        assert content_hash() == before


def test_the_file_is_gone_when_it_is_not_needed(account: Account) -> None:
    with scope(account):
        batch = receive(a_csv(PEOPLE), by=SYSTEM)
    path = batch.path
    assert path.startswith(account.pk.hex)
    assert default_storage.exists(path)
    with scope(account):
        start(batch)
    drain()
    assert not default_storage.exists(path)
    with scope(account):
        other = receive(a_csv(PEOPLE), by=SYSTEM)
        undo(other)
    drain()
    assert not default_storage.exists(other.path)
    with scope(account):
        assert Import.objects.get(pk=other.pk).state == "undone"


def test_a_file_that_is_gone_stops_the_import(account: Account) -> None:
    with scope(account):
        batch = receive(a_csv(PEOPLE), by=SYSTEM)
        default_storage.delete(batch.path)
        start(batch)
    drain()
    assert again(account, batch).state == "cancelled"


def test_a_mapping_is_remembered_for_the_same_headers(account: Account) -> None:
    from leads.imports.matching import map_columns

    rows = [["Wer", "Womit"], ["Ada King", "Azure"]]
    with scope(account):
        first = receive(a_csv(rows), by=SYSTEM)
        assert first.mapping == {}
        map_columns(first, {"Wer": "name", "Womit": "product"})
        start(first)
        second = receive(a_csv([list(reversed(row)) for row in rows]), by=SYSTEM)
    assert second.mapping == {"Wer": "name", "Womit": "product"}
    assert second.remembered_at == first.started_at


def test_a_mapping_is_remembered_however_the_headers_are_written(account: Account) -> None:
    imported(account, PEOPLE)
    shouting = [["NAME", "Email", "phone", "COMPANY", "e-mail"], ["Di Dee", "di@dee.example", "", "", "x"]]
    assert imported(account, [row[:4] for row in shouting]).counts == {"created": 1}
    batch = imported(account, shouting)
    assert batch.mapping == {"NAME": "name", "Email": "email", "phone": "phone", "COMPANY": "company"}


def test_owner_and_stage_of_another_system_are_kept(opened: Opened) -> None:
    with scope(opened.account):
        a_lead()
    rows = [
        ["Email", "Lead Owner", "Lead Status", "Create Date", "Close Date"],
        ["a@example.com", opened.member.name, "Won", "10/20/2016", "3/1/2017"],
        ["b@example.com", "Somebody Gone", "Lost", "10/21/2016", "3/2/2017"],
        ["c@example.com", opened.member.name, "Prospecting", "10/22/2016", ""],
    ]
    batch = imported(opened.account, rows, by=opened.member.by)
    assert batch.history
    with scope(opened.account):
        leads = {
            lead.contact.email_norm[0]: lead for lead in Lead.objects.with_people() if lead.source.name == "Import"
        }
        assert {name: lead.status for name, lead in leads.items()} == {"a": "won", "b": "lost", "c": "open"}
        assert (leads["a"].owner, leads["b"].owner) == (opened.member, None)
        assert leads["a"].captured_at.date().isoformat() in ("2016-10-19", "2016-10-20")
        assert leads["a"].closed_at
        assert leads["a"].closed_at.year == 2017
        assert leads["c"].deal_id
        assert not leads["c"].score


def test_what_an_older_file_said_is_news_again_after_a_newer_one(account: Account) -> None:
    imported(account, PEOPLE)
    newer = [PEOPLE[0], ["Bo Bergström", "bo@berg.example", "", "Berg AB"]]
    assert imported(account, newer).counts == {"updated": 1}
    assert imported(account, newer).counts == {"unchanged": 1}
    assert imported(account, PEOPLE).counts == {"unchanged": 2, "updated": 1}
    with scope(account):
        assert Lead.objects.with_people().get(contact__email_norm="bo@berg.example").contact.name == "Bo Berg"
        assert Lead.objects.count() == 3
