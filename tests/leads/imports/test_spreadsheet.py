"""Any table, whatever wrote it."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leads.imports import spreadsheet
from leads.imports.spreadsheet import DELIMITERS, BadFile
from tests.leads.imports.files import rows_by_turns, rows_of

HEAD = ["Name", "E-Mail", "Ort"]
ZOE = ["Zoë Müller", "zoe@example.com", "Köln"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
@pytest.mark.parametrize("delimiter", list(DELIMITERS))
def test_any_encoding_and_delimiter(encoding: str, delimiter: str) -> None:
    text = f"{delimiter.join(HEAD)}\r\n{delimiter.join(ZOE)}\r\n"
    assert rows_of(text.encode(encoding)) == [HEAD, ZOE]


def test_quoted_newlines_and_delimiters_stay_in_their_cell() -> None:
    assert rows_of(b'Name,Note\r\nAda,"one\r\ntwo, three ""four"""\r\n')[1] == ["Ada", 'one\r\ntwo, three "four"']


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", ""])
def test_a_quotation_mark_left_open_swallows_no_rows(end: str) -> None:
    text = 'Name,Note\nAda,fine\nBo,"a\nb"\nCy,"left open\nDi,fine\nEd,fine\n'
    content = (text[:-1].replace("\n", end or "\n") + end).encode()
    with pytest.raises(BadFile, match="Line 5 can’t be read: a quotation mark is not closed"):
        rows_of(content)
    assert rows_of(b'Name,Note\nAda,"the last one') == [["Name", "Note"], ["Ada", "the last one"]]


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
    text = io.StringIO(newline="")
    csv.writer(text).writerows([HEAD, *rows])
    assert rows_of(text.getvalue().encode("utf-8")) == [HEAD, *rows]


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
    ],
)
def test_what_is_no_table_is_said(content: bytes, words: str) -> None:
    with pytest.raises(BadFile, match=words):
        rows_of(content)


def a_compound(*parts: str, sector: int, filling: bytes = b"\x00") -> bytes:
    """The outside of an old workbook, or of a new one behind a password: header, other sectors, directory."""
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".ljust(30, b"\x00") + (9).to_bytes(2, "little")
    header = header.ljust(48, b"\x00") + sector.to_bytes(4, "little")
    directory = b"".join(part.encode("utf-16-le").ljust(128, b"\x00") for part in parts)
    return header.ljust(512, b"\x00") + filling * (512 * sector // len(filling)) + directory


@pytest.mark.parametrize("sector", [1, 2_000], ids=["near", "far"])
def test_a_workbook_behind_a_password_is_told_from_an_old_one(sector: int) -> None:
    with pytest.raises(BadFile, match="password"):
        rows_of(a_compound("Root Entry", "EncryptionInfo", "EncryptedPackage", sector=sector))
    with pytest.raises(BadFile, match="an old"):
        rows_of(a_compound("Root Entry", "Workbook", sector=sector, filling="..EncryptedPackage".encode("utf-16-le")))


@given(st.binary(max_size=100))
def test_what_only_begins_like_an_old_workbook_is_refused_all_the_same(rest: bytes) -> None:
    with pytest.raises(BadFile):
        rows_of(b"\xd0\xcf\x11\xe0" + rest)


def test_a_quotation_mark_that_never_closes_is_named_by_its_line() -> None:
    with pytest.raises(BadFile, match="not closed"):
        rows_of(b'Name,Note\nAda,"' + b"x" * 200_000)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be", "cp1252"])
@pytest.mark.parametrize("end", ["\r\n", "\n", "\r"])
def test_a_text_is_read_on_where_it_was_left_off(encoding: str, end: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spreadsheet, "PIECE", 7)
    rows = [[f"Zoë {number}", 'one\r\ntwo, "three"' * (number % 3), "Köln"] for number in range(40)]
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator=end).writerows(rows)
    assert rows_by_turns(text.getvalue().encode(encoding)) == list(enumerate(rows, 1))
