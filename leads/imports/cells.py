"""Cells of a workbook as a CSV would have them: numbers, dates, texts, yes and no."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from leads.imports.storing import Line

MOST_ROWS, MOST_COLUMNS = 1_048_576, 16_384  # of any sheet: XFD1048576
# ECMA-376 18.8.30: numbers of formats that every workbook has, as far as they show days or hours.
DATES = frozenset((*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)))
DURATION = 46  # [h]:mm:ss
MIDNIGHTS = {False: datetime(1899, 12, 30), True: datetime(1904, 1, 1)}
LEAP_1900 = 60  # the 29th of February 1900, which never was: what is before it lies a day later
_ESCAPED = re.compile("_x([0-9A-Fa-f]{4})_")  # ECMA-376 22.9.2.19
_SILENT = re.compile(r'"[^"]*"|\\.|_.|\[(?!h+\]|m+\]|s+\])[^\]]*\]', re.IGNORECASE)
_LAPSED = re.compile(r"\[(h+|m+|s+)\]", re.IGNORECASE)


@dataclass(frozen=True)
class Formats:
    """Which styles, by their number, show a day or an hour and which a time that passed; and where days begin."""

    dates: frozenset[str] = frozenset()
    durations: frozenset[str] = frozenset()
    since_1904: bool = False


def formats_of(styles: Any, *, since_1904: bool) -> Formats:
    """From the root of a workbook's styles: each style has a format, by its number, and some formats are its own."""
    codes = {one.get("numFmtId", ""): kind_of(one.get("formatCode", "")) for one in styles.iterfind(".//{*}numFmt")}
    own = dict.fromkeys(map(str, DATES), "date") | {str(DURATION): "duration"} | codes
    kinds = [own.get(one.get("numFmtId"), "") for one in styles.iterfind("{*}cellXfs/{*}xf")]
    of_kind = {kind: frozenset(str(at) for at, one in enumerate(kinds) if one == kind) for kind in ("date", "duration")}
    return Formats(of_kind["date"], of_kind["duration"], since_1904)


def kind_of(code: str) -> str:
    """What a number format such as `dd/mm/yyyy` or `[h]:mm` shows: "date", "duration", or "" for a number."""
    shown = _SILENT.sub("", code.partition(";")[0])
    if _LAPSED.search(shown):
        return "duration"
    return "date" if re.search("[dmyhs]", shown, re.IGNORECASE) and "general" not in shown.lower() else ""


def number_text(text: str, style: str, formats: Formats) -> str:
    """A number as it is meant: 12.0 is 12, and a day is 2026-03-02T00:00:00."""
    try:
        value = float(text)
        if style in formats.dates:
            return _moment(value, formats)
        if style in formats.durations:
            return str(timedelta(days=value))
        return str(int(value)) if value.is_integer() and abs(value) < 1e16 else _plain(text, value)
    except (ValueError, OverflowError):  # no number after all, or a day that no calendar has
        return text


def _plain(text: str, value: float) -> str:
    # Excel writes 0.1 as 0.10000000000000001; a long whole number is an id and keeps its digits.
    return text if text.lstrip("-").isdigit() else repr(value)


def _moment(value: float, formats: Formats) -> str:
    days = value + 1 if 0 < value < LEAP_1900 and not formats.since_1904 else value
    moment = MIDNIGHTS[formats.since_1904] + timedelta(milliseconds=round(days * 86_400_000))
    return moment.time().isoformat() if 0 <= value < 1 else moment.isoformat()


def unescaped(text: str) -> str:
    """`_x000D_` is how a workbook writes what XML cannot hold."""
    if "_x" not in text:
        return text
    found = _ESCAPED.sub(lambda match: chr(int(match[1], 16)), text)
    return found.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def text_of(element: Any) -> str:
    """The text of a string that may be made of several runs, without the hints how to pronounce it."""
    if len(element) == 1 and element[0].tag.endswith("}t"):
        return unescaped(element[0].text or "")
    parts = [child for child in element if not child.tag.endswith("}rPh")]
    found = (one.text or "" for part in parts for one in part.iter() if one.tag.endswith("}t"))
    return unescaped("".join(found))


@cache
def column_of(letters: str) -> int:
    """A is 0, Z is 25, AA is 26. Raises ValueError for what is no column of a sheet."""
    column = 0
    for letter in letters[:4]:
        column = column * 26 + ord(letter) - 64
    if not 0 < column <= MOST_COLUMNS:
        raise ValueError(letters)
    return column - 1


@dataclass
class Cells:
    """Reads rows: `string(7)` is the workbook's eighth shared string."""

    formats: Formats
    string: Callable[[int], str]

    def rows(self, root: Any, after: int) -> Iterator[Line]:
        """The rows below `root`; one without a number, or with one that was there, follows the row before it, at first
        `after`. Raises ValueError for what is no row of a sheet."""
        for row in root:
            space = row.tag.rpartition("}")[0] + "}"
            after = max(int(row.get("r") or 0), after + 1)
            if after > MOST_ROWS:
                raise ValueError(after)
            yield after, self._cells(row, f"{space}v", f"{space}is")

    def _cells(self, row: Any, value: str, inline: str) -> list[str]:
        cells: list[str] = []
        for cell in row:
            place = cell.get("r")
            at = column_of(place.rstrip("0123456789").upper()) if place else len(cells)
            if at >= len(cells):
                cells.extend([""] * (at + 1 - len(cells)))
            if said := cell.findtext(value):
                cells[at] = self._text(said, cell.get("t", "n"), cell.get("s", ""))
            elif (found := cell.find(inline)) is not None:
                cells[at] = text_of(found)
        return cells

    def _text(self, said: str, kind: str, style: str) -> str:
        if kind == "s":
            return self.string(int(said))
        if kind == "n":
            return number_text(said, style, self.formats)
        if kind == "b":
            return "yes" if said.strip() == "1" else "no"
        return unescaped(said)
