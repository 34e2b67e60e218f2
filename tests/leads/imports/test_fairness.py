"""A long import waits its turn like everything else (promise B9)."""

from __future__ import annotations

import pytest

from events.drain import due_accounts, work_once
from events.record import PROSPECT, SYSTEM
from leads.capture import capture
from leads.imports import batch as batches
from leads.imports import reading, spreadsheet, undoing
from leads.imports.starting import receive, start, undo
from leads.models import Import, ImportRow, Lead
from tenancy import clock
from tenancy.models import Account
from tenancy.scope import scope
from tests.leads.imports.files import a_csv, again, imported
from workspace.opening import Opened, open_account

pytestmark = pytest.mark.django_db(transaction=True)
MANY = [["Name", "E-mail"], *([f"Person {number}", f"person{number}@example.com"] for number in range(200))]


@pytest.fixture
def importing(opened: Opened, monkeypatch: pytest.MonkeyPatch) -> Import:
    """A table of twenty batches, of which a few are done."""
    monkeypatch.setattr(batches, "AT_ONCE", 10)
    with scope(opened.account):
        batch = receive(a_csv(MANY), by=SYSTEM)
        start(batch)
    for _ in range(30):
        a_turn()
    assert 0 < again(opened.account, batch).rows_done < len(MANY) - 1
    return batch


def a_turn() -> None:
    """What a worker does between two looks at who has something due."""
    due = due_accounts(clock.now(), outside=False)
    for account in Account.objects.in_bulk([one.account_id for one in due]).values():
        work_once(account)


def ask(account: Account) -> Lead:
    with scope(account):
        facts = {"name": "Ewa Nowicka", "email": "ewa@nordhaus.example"}
        return capture(facts, source=None, channel="api", by=PROSPECT).lead


def is_settled(account: Account, lead: Lead) -> bool:
    """Scored, owned, and a deal on the board."""
    with scope(account):
        lead.refresh_from_db()
    return None not in (lead.score, lead.owner_id, lead.deal_id)


def settled_after(account: Account, most: int) -> int:
    lead = ask(account)
    for turn in range(1, most + 1):
        a_turn()
        if is_settled(account, lead):
            return turn
    raise AssertionError(f"After {most} turns the lead is not settled.")


def test_another_accounts_lead_is_settled_before_the_remaining_batches(opened: Opened, importing: Import) -> None:
    other = open_account("Other", "eve@other.example").account
    before = again(opened.account, importing).rows_done
    turns = settled_after(other, 30)
    batch = again(opened.account, importing)
    assert batch.state == "running"
    assert batch.rows_done - before <= turns * 10, "more than one batch in a turn"


def test_a_lead_of_the_same_account_is_settled_before_the_import_is_over(opened: Opened, importing: Import) -> None:
    settled_after(opened.account, 60)
    assert again(opened.account, importing).state == "running"


def test_a_table_is_read_a_piece_at_a_turn(opened: Opened, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spreadsheet, "PIECE", 5)
    monkeypatch.setattr(reading, "CELLS_AT_ONCE", 1)
    with scope(opened.account):
        batch = receive(a_csv(MANY), by=SYSTEM)
    before, other = batch.rows, open_account("Other", "eve@other.example").account
    turns = settled_after(other, 30)
    assert again(opened.account, batch).state == "reading"
    assert batch.rows - before <= turns * 5


def test_an_import_is_undone_a_few_rows_at_a_turn(opened: Opened, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(undoing, "AT_ONCE", 3)
    history = [["Name", "E-mail", "Lead Owner"], *([*row, "Somebody"] for row in MANY[1:])]
    batch, other = imported(opened.account, history), open_account("Other", "eve@other.example").account
    with scope(opened.account):
        undo(batch)
    turns = settled_after(other, 30)
    with scope(opened.account):
        assert len(MANY) - 1 - ImportRow.objects.count() <= turns * 3
    assert again(opened.account, batch).state == "undoing"
