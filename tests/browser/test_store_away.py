"""The file store does not answer: the dialog says so beside its field and keeps the chosen file until it is back."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from django.core.files.storage import FileSystemStorage
from playwright.sync_api import Page, expect

from pipeline.models import File
from tests.browser.checks import assert_accessible
from tests.browser.test_desk import desk, now, see_lead

pytestmark = pytest.mark.django_db(transaction=True)
__all__ = ["desk"]


def test_a_chosen_file_waits_in_its_field_until_the_store_is_back(
    page: Page, desk: SimpleNamespace, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    see_lead(page, desk)
    page.locator("#lead-desk").get_by_role("button", name="Attach a document").click()
    offer = tmp_path / "offer.pdf"
    offer.write_bytes(b"%PDF-1.7")
    dialog = page.get_by_role("dialog", name="Attach a document")
    dialog.get_by_label("Document", exact=True).set_input_files(offer)
    dialog.get_by_label("What it is").select_option(label="Proposal")
    with monkeypatch.context() as away:
        away.setattr(FileSystemStorage, "_save", no_answer)
        dialog.get_by_role("button", name="Attach a document").click()
        expect(dialog.get_by_text("The file store does not answer. Nothing is lost")).to_be_visible()
    expect(dialog.get_by_label("Document", exact=True)).to_have_value("C:\\fakepath\\offer.pdf")
    expect(dialog.get_by_label("Document", exact=True)).to_be_focused()
    expect(dialog.get_by_label("What it is")).to_have_value("proposal")
    assert_accessible(page)
    dialog.get_by_role("button", name="Attach a document").click()
    expect(page.locator("#lead-desk").get_by_role("link", name="offer.pdf")).to_be_visible()
    expect(dialog).to_have_count(0)
    assert [file.kind for file in now(desk, File, name="offer.pdf")] == ["proposal"]


def no_answer(*_: object) -> None:
    raise OSError("no answer")
