"""Workbooks, whatever wrote them; openpyxl writes them here and is read by none of our code."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from leads.imports import package
from leads.imports.cells import column_of, kind_of
from leads.imports.spreadsheet import BadFile, open_table
from tests.leads.imports.files import rows_by_turns, rows_of


def a_workbook(*rows: Sequence[object], title: str = "Booth scans") -> bytes:
    book, content = Workbook(), io.BytesIO()
    sheet = book.active
    assert sheet is not None
    sheet.title = title
    for row in rows:
        sheet.append(row)
    book.save(content)
    return content.getvalue()


def test_a_workbook_gives_numbers_and_dates_as_text() -> None:
    moment = datetime(2026, 3, 2, 9, 30)
    content = a_workbook(["Name", "Seats", "Since", "Paid"], ["Ada", 12.0, moment, True])
    assert rows_of(content) == [["Name", "Seats", "Since", "Paid"], ["Ada", "12", "2026-03-02T09:30:00", "yes"]]
    assert open_table(io.BytesIO(content), {}, io.BytesIO()).format == "sheet “Booth scans”"


CELLS: Any = st.one_of(
    st.text(st.characters(codec="utf-8", categories=["L", "N", "S", "Zs"]), min_size=1, max_size=12),
    st.integers(-(10**14), 10**14),
    st.floats(-1e9, 1e9).map(lambda value: round(value, 3)),
    st.booleans(),
    st.datetimes(datetime(1950, 1, 1), datetime(2100, 1, 1)).map(lambda moment: moment.replace(microsecond=0)),
    st.times().map(lambda moment: moment.replace(microsecond=0)),
    st.none(),
)


def as_text(cell: object) -> str:
    """What a CSV would say."""
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return cell.isoformat() if isinstance(cell, date | time) else "" if cell is None else str(cell)


@given(rows=st.lists(st.tuples(CELLS, CELLS, st.just("end")), min_size=1, max_size=6))
def test_what_a_spreadsheet_program_writes_is_read_back(rows: list[tuple[object, ...]]) -> None:
    rows = [tuple(cell.lstrip("=") or "x" if isinstance(cell, str) else cell for cell in row) for row in rows]
    assert rows_of(a_workbook(*map(list, rows))) == [[as_text(cell) for cell in row] for row in rows]


def test_days_counted_from_1904_and_times_that_passed() -> None:
    book, content = Workbook(), io.BytesIO()
    book.epoch = CALENDAR_MAC_1904
    assert book.active
    book.active.append([date(2026, 3, 2), timedelta(hours=26)])
    book.save(content)
    assert rows_of(content.getvalue()) == [["2026-03-02T00:00:00", "1 day, 2:00:00"]]


def test_a_workbook_is_read_on_where_it_was_left_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(package, "PIECE", 2_000)
    rows = [[f"Person {number}", f"Company {number % 7}", "Köln & <Bonn>"] for number in range(200)]
    assert rows_by_turns(a_workbook(*rows)) == list(enumerate(rows, 1))


SHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
LINKS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PARTS = {
    "xl/workbook.xml": (
        f'<workbook xmlns="{SHEET}" xmlns:r="{LINKS}"><sheets><sheet name="A" r:id="a"/></sheets></workbook>'
    ),
    "xl/_rels/workbook.xml.rels": (
        f'<Relationships><Relationship Id="a" Type="{LINKS}/worksheet" Target="worksheets/a.xml"/>'
        f'<Relationship Id="b" Type="{LINKS}/sharedStrings" Target="/xl/strings.xml"/></Relationships>'
    ),
    "xl/strings.xml": (
        f'<x:sst xmlns:x="{SHEET}"><x:si><x:r><x:t>Kö</x:t></x:r><x:r><x:t>ln</x:t></x:r>'
        "<x:rPh><x:t>no</x:t></x:rPh></x:si>"
        "<x:si/><x:si><x:t>two_x000A_lines_x005F_x000A_</x:t></x:si></x:sst>"
    ),
}


def by_hand(rows: str, **parts: str) -> bytes:
    """A workbook as no program we know would write it, but as the standard lets it be."""
    content = io.BytesIO()
    sheet = (
        f'<?xml version="1.0"?><!-- > --><x:worksheet xmlns:x="{SHEET}"><x:sheetData>{rows}</x:sheetData></x:worksheet>'
    )
    with zipfile.ZipFile(content, "w") as archive:
        for name, part in (PARTS | {"xl/worksheets/a.xml": sheet} | parts).items():
            archive.writestr(name, part)
    return content.getvalue()


def test_what_other_programs_write() -> None:
    rows = (
        '<x:row><x:c t="s"><x:v>0</x:v></x:c><x:c t="s"><x:v>1</x:v></x:c><x:c t="s"><x:v>2</x:v></x:c></x:row><x:row/>'
        '<x:row r="5"><x:c r="C5" t="str"><x:f>A1</x:f><x:v>told</x:v></x:c>'
        '<x:c r="A5" t="e"><x:v>#N/A</x:v></x:c></x:row>'
        '<x:row><x:c t="b"><x:v>0</x:v></x:c><x:c><x:v>1E3</x:v></x:c><x:c t="s"><x:v>99</x:v></x:c></x:row>'
    )
    [piece] = open_table(io.BytesIO(by_hand(rows)), {}, io.BytesIO()).pieces()
    assert piece == [
        (1, ["Köln", "", "two\nlines_x000A_"]),
        (2, []),
        (5, ["#N/A", "", "told"]),
        (6, ["no", "1000", ""]),
    ]


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ("", "no rows"),
        ('<x:row r="x"><x:c><x:v>1</x:v></x:c></x:row>', "breaks off"),
        ('<x:row><x:c r="XFE1"><x:v>1</x:v></x:c></x:row>', "breaks off"),
        ('<x:row><x:c t="s"><x:v>x</x:v></x:c></x:row>', "breaks off"),
        ('<x:row r="1048577"><x:c><x:v>1</x:v></x:c></x:row>', "breaks off"),
        ("<x:row><x:c><x:v>1</x:v></x:row>", "breaks off"),
        ("<x:row><x:c><x:v>&lol;</x:v></x:c></x:row>", "breaks off"),
    ],
)
def test_a_broken_sheet_is_said(rows: str, words: str) -> None:
    with pytest.raises(BadFile, match=words):
        rows_of(by_hand(rows))


def test_a_number_of_a_row_that_was_there_before_is_not_told_twice() -> None:
    row = '<x:row r="7"><x:c><x:v>1</x:v></x:c></x:row>'
    [piece] = open_table(io.BytesIO(by_hand(row * 3)), {}, io.BytesIO()).pieces()
    assert [number for number, _ in piece] == [7, 8, 9]


def test_more_shared_texts_than_fit_into_memory_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(package, "MOST_STRINGS", 100)
    with pytest.raises(BadFile, match="far more than it should"):
        rows_of(by_hand('<x:row><x:c t="s"><x:v>2</x:v></x:c></x:row>'))


def test_a_part_that_defines_words_of_its_own_is_not_read() -> None:
    with pytest.raises(BadFile, match="can’t be read"):
        rows_of(by_hand("", **{"xl/workbook.xml": '<!DOCTYPE a [<!ENTITY b "c">]><workbook/>'}))


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("dd/mm/yyyy", "date"),
        ("[$-407]d. mmmm yyyy;@", "date"),
        ("[h]:mm", "duration"),
        ('#,##0.00 "days"', ""),
        ("0\\d", ""),
        ("[Red]0.00", ""),
        ("General", ""),
        ("_-* #,##0.00_d_-", ""),
    ],
)
def test_what_a_format_shows(code: str, kind: str) -> None:
    assert kind_of(code) == kind


@pytest.mark.parametrize(("letters", "column"), [("A", 0), ("Z", 25), ("AA", 26), ("XFD", 16_383)])
def test_columns_are_counted(letters: str, column: int) -> None:
    assert column_of(letters) == column


def test_a_workbook_without_a_row() -> None:
    with pytest.raises(BadFile, match="no rows"):
        rows_of(a_workbook())


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
