"""An import in a browser: upload, match, correct a cell, run, undo; every step at every size."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import FilePayload, Page, expect

from events.drain import drain
from events.models import Job, JobState
from leads.imports import batch, jobs, reading
from tenancy.scope import scope
from tests.browser.checks import assert_good, leave_by
from tests.browser.served import sign_in
from workspace.opening import Opened, open_account

pytestmark = pytest.mark.django_db(transaction=True)
TABLE = """Full Name,Firma,Mail,Tel.,MA,Interesse,Badge
Bernd Okafor-Lang,Südstern Spedition GmbH,b.okafor@suedstern.example,+49 711 555 0190,51-200,Backup,A-20391
Ewa Nowicka,Nordhaus Pflege,ewa@nordhaus.example,+49 40 555 0177,201-500,Service desk,A-20392
Lars Thygesen,Havn & Co,lars.havn.example,+45 33 55 01 12,11-50,,A-20393
Otto Brandl,Brandl Bau,otto@brandl.example,,40,,A-20394
-,,,,,,A-20395
"""


@pytest.fixture
def opened(transactional_db: None) -> Opened:
    return open_account("Acme", "ada@acme.example", "correct-horse-7-battery")


def test_a_table_is_checked_taken_and_taken_back(page: Page, live_server: Any, opened: Opened) -> None:
    sign_in(page, live_server, opened.user)
    page.goto(f"{live_server.url}/acme/leads/")
    page.get_by_role("link", name="Import").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Imports")
    assert_good(page, "imports-none")

    table: FilePayload = {"name": "it-expo-2026.csv", "mimeType": "text/csv", "buffer": TABLE.encode()}
    page.get_by_label("File").set_input_files(files=table)
    page.get_by_role("button", name="Upload").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Import “it-expo-2026.csv”")
    expect(page.get_by_label("Mail", exact=False).first).to_have_value("email")
    assert_good(page, "import-check")

    page.locator("#column-6").select_option(label="Budget")
    expect(page.get_by_role("columnheader", name="Budget")).to_be_visible()
    cell = page.get_by_label("Work e-mail, row 4")
    cell.fill("lars@havn.example")
    cell.press("Enter")
    expect(page.get_by_role("link", name="Problem 1")).to_be_visible()

    page.get_by_role("button", name="Import 5 rows").click()
    expect(page.get_by_text("you can leave this page")).to_be_visible()
    assert_good(page, "import-running")
    drain()
    expect(page.get_by_text("4 new")).to_be_visible()
    assert_good(page, "import-done")

    page.get_by_role("button", name="Undo").click()
    assert_good(page, "import-undo")
    leave_by(page.get_by_role("dialog").get_by_role("button", name="Undo"))
    drain()
    expect(page.get_by_text("Undone", exact=True)).to_be_visible()
    leave_by(page.get_by_role("link", name="All imports"))
    assert_good(page, "imports")


def test_a_long_import_is_watched_left_paused_and_stopped(
    page: Page, live_server: Any, opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batch, "AT_ONCE", 50)
    monkeypatch.setattr(reading, "CELLS_AT_ONCE", 1_000)
    sign_in(page, live_server, opened.user)
    page.goto(f"{live_server.url}/acme/imports/")
    lines = ["Name,E-mail", *(f"Person {number},person{number}@example.com" for number in range(2_000))]
    table: FilePayload = {"name": "everybody.csv", "mimeType": "text/csv", "buffer": "\n".join(lines).encode()}
    page.get_by_label("File").set_input_files(files=table)
    page.get_by_role("button", name="Upload").click()
    expect(page.get_by_text("Being read", exact=True)).to_be_visible()
    assert_good(page, "import-reading")
    drain()
    page.get_by_role("button", name="Import 2,000 rows").click()
    expect(page.get_by_text("you can leave this page")).to_be_visible()

    a_turn(opened)
    expect(page.get_by_text("50 new")).to_be_visible()
    expect(page.get_by_text("50 of 2,000")).to_be_visible()
    expect(page.get_by_text("left", exact=False).last).to_be_visible()
    assert_good(page, "import-long")

    leave_by(page.get_by_role("link", name="All imports"))
    expect(page.get_by_role("cell", name="Running, 2 %")).to_be_visible()
    page.get_by_role("link", name="everybody.csv").click()
    page.get_by_role("button", name="Pause").click()
    expect(page.get_by_text("Paused", exact=True)).to_be_visible()
    assert_good(page, "import-paused")

    leave_by(page.get_by_role("button", name="Go on"))
    a_turn(opened)
    expect(page.get_by_text("100 of 2,000")).to_be_visible()
    page.get_by_role("button", name="Stop").click()
    expect(page.get_by_text("Stopped", exact=True)).to_be_visible()
    expect(page.get_by_role("button", name="Undo")).to_be_visible()
    assert_good(page, "import-stopped")


def a_turn(opened: Opened) -> None:
    """One batch of the import: what else is due comes first."""
    with scope(opened.account):
        job = Job.objects.get(kind="leads.run_imports", state=JobState.PENDING)
        jobs.run_imports([job.subject_id])
