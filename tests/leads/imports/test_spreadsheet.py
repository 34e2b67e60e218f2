"""Any table, whatever wrote it."""

from __future__ import annotations

import io
import zipfile
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from leads.imports.spreadsheet import DELIMITERS, BadFile, open_sheet

HEAD = ["Name", "E-Mail", "Ort"]
ZOE = ["Zoë Müller", "zoe@example.com", "Köln"]


def rows_of(content: bytes) -> list[list[str]]:
    return list(open_sheet(io.BytesIO(content)).rows)


def a_workbook(*rows: list[object], title: str = "Booth scans") -> bytes:
    book, content = Workbook(), io.BytesIO()
    sheet = book.active
    assert sheet is not None
    sheet.title = title
    for row in rows:
        sheet.append(row)
    book.save(content)
    return content.getvalue()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
@pytest.mark.parametrize("delimiter", list(DELIMITERS))
def test_any_encoding_and_delimiter(encoding: str, delimiter: str) -> None:
    text = f"{delimiter.join(HEAD)}\r\n{delimiter.join(ZOE)}\r\n"
    assert rows_of(text.encode(encoding)) == [HEAD, ZOE]


def test_quoted_newlines_and_delimiters_stay_in_their_cell() -> None:
    assert rows_of(b'Name,Note\r\nAda,"one\r\ntwo, three ""four"""\r\n')[1] == ["Ada", 'one\r\ntwo, three "four"']


def test_excels_own_hint_is_followed_and_no_row() -> None:
    assert rows_of(b"sep=;\r\nName;Note\r\nAda;a,b,c\r\n") == [["Name", "Note"], ["Ada", "a,b,c"]]


def test_one_column_is_a_table_too() -> None:
    assert rows_of(b"E-mail\nada@example.com\nmax@example.com\n") == [
        ["E-mail"],
        ["ada@example.com"],
        ["max@example.com"],
    ]


@given(
    rows=st.lists(
        st.lists(
            st.text(st.characters(codec="utf-8", exclude_characters="\x00\r"), max_size=12), min_size=3, max_size=3
        ),
        min_size=1,
        max_size=8,
    )
)
def test_what_a_csv_writer_writes_is_read_back(rows: list[list[str]]) -> None:
    import csv

    text = io.StringIO(newline="")
    csv.writer(text).writerows([HEAD, *rows])
    assert rows_of(text.getvalue().encode("utf-8")) == [HEAD, *rows]


def test_a_workbook_gives_numbers_and_dates_as_text() -> None:
    content = a_workbook(["Name", "Seats", "Since", "Paid"], ["Ada", 12.0, datetime(2026, 3, 2, 9, 30), True])
    assert rows_of(content) == [["Name", "Seats", "Since", "Paid"], ["Ada", "12", "2026-03-02T09:30:00", "yes"]]
    assert open_sheet(io.BytesIO(content)).format == "sheet “Booth scans”"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"  \r\n ", "empty"),
        (b"%PDF-1.7 ...", "PDF"),
        (b"\x89PNG\r\n\x1a\n...", "picture"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", ".xls workbook"),
        (b"PK\x03\x04 broken", "damaged"),
        (bytes(range(256)) * 8, "bytes that no text has"),
        (a_workbook(), "no rows"),
    ],
    # A workbook has its time in it: two processes would not agree on the name of the test.
    ids=["nothing", "blanks", "PDF", "picture", "old workbook", "damaged", "bytes", "no rows"],
)
def test_what_is_no_table_is_said(content: bytes, words: str) -> None:
    with pytest.raises(BadFile, match=words):
        rows_of(content)


def test_an_archive_that_is_no_workbook() -> None:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("letter.txt", "hello")
    with pytest.raises(BadFile, match="not a workbook"):
        rows_of(content.getvalue())


def test_a_zip_bomb_is_not_unpacked() -> None:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * (40 * 1024 * 1024))
    with pytest.raises(BadFile, match="far more than it should"):
        rows_of(content.getvalue())


def test_a_quotation_mark_that_never_closes_is_named_by_its_line() -> None:
    with pytest.raises(BadFile, match="not closed"):
        rows_of(b'Name,Note\nAda,"' + b"x" * 200_000)
