"""Whatever people upload as a table, as rows of texts: CSV in any encoding with any delimiter, or a workbook."""

from __future__ import annotations

import codecs
import csv
import io
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

DELIMITERS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars", "^": "carets", "~": "tildes"}
LOOK = 64 * 1024  # bytes that show encoding and delimiter
BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
NAMES = {"utf-8": "UTF-8", "utf-8-sig": "UTF-8", "cp1252": "Windows-1252"}
OTHERS = {
    b"%PDF": "This is a PDF. Export the table as CSV or XLSX.",
    b"\xd0\xcf\x11\xe0": "This is an old .xls workbook. Save it as .xlsx or CSV, then upload that.",
    b"\x89PNG": "This is a picture. Export the table as CSV or XLSX.",
    b"\xff\xd8\xff": "This is a picture. Export the table as CSV or XLSX.",
    b"\x1f\x8b": "This is compressed. Unpack it, then upload what is inside.",
}


class BadFile(ValueError):
    """No table can be read from this. `str()` is the sentence for people."""


@dataclass(frozen=True)
class Sheet:
    """A table as it was found: a few words on its format, and its rows, the first one included."""

    format: str
    rows: Iterator[list[str]]


def open_sheet(file: BinaryIO) -> Sheet:
    """The table in `file`, read while it is walked through. Raises BadFile, also later while rows are read."""
    head = file.read(LOOK)
    file.seek(0)
    if not head.strip():
        raise BadFile("The file is empty.")
    for beginning, sentence in OTHERS.items():
        if head.startswith(beginning):
            raise BadFile(sentence)
    if head.startswith(b"PK\x03\x04"):
        from leads.imports.workbook import open_workbook  # openpyxl costs a second to load: only who needs it waits

        return Sheet(*open_workbook(file))
    encoding = encoding_of(file, head)
    delimiter = delimiter_of(_sample(head, encoding))
    spoken = f"CSV, {NAMES.get(encoding, 'UTF-16')}, {DELIMITERS[delimiter]}"
    return Sheet(spoken, _lines(file, encoding, delimiter))


def encoding_of(file: BinaryIO, head: bytes) -> str:
    """By its mark, else UTF-8 where the whole file is that, else what Windows writes in the West."""
    for mark, encoding in BOMS:
        if head.startswith(mark):
            return encoding
    if b"\x00" in head:
        return _unmarked_utf16(head)
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        while block := file.read(1024 * 1024):
            decoder.decode(block)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return "cp1252"
    finally:
        file.seek(0)
    return "utf-8"


def _unmarked_utf16(head: bytes) -> str:
    # Western letters have one zero byte each: after the letter or before it.
    even, odd = head[0::2].count(0) * 2 / len(head), head[1::2].count(0) * 2 / len(head)
    if odd > 0.3 > even:
        return "utf-16-le"
    if even > 0.3 > odd:
        return "utf-16-be"
    raise BadFile("This is not a table: it has bytes that no text has. Export it as CSV or XLSX.")


def _sample(head: bytes, encoding: str) -> str:
    return codecs.getincrementaldecoder(encoding)("replace").decode(head).lstrip("\ufeff")


def delimiter_of(sample: str) -> str:
    """The one that cuts most lines into the same number of cells, and into more than one."""
    first = sample.split("\n", 1)[0].strip()
    if first.lower().startswith("sep=") and first[4:5] in DELIMITERS:
        return first[4]
    return max(DELIMITERS, key=lambda delimiter: _fits(sample, delimiter))


def _fits(sample: str, delimiter: str) -> tuple[float, int]:
    try:
        widths = [len(row) for row in csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter)][:50]
    except csv.Error:
        return 0.0, 0
    # The last line of a sample may be cut short.
    width, count = Counter(widths[:-1] or widths).most_common(1)[0]
    return (count / len(widths), width) if width > 1 else (0.0, 0)


def _lines(file: BinaryIO, encoding: str, delimiter: str) -> Iterator[list[str]]:
    errors = "replace" if encoding == "cp1252" else "strict"
    text = io.TextIOWrapper(file, encoding=encoding, errors=errors, newline="")
    reader = csv.reader(text, delimiter=delimiter)
    try:
        for row in reader:
            if not (reader.line_num == 1 and len(row) <= 2 and row and row[0].lower().startswith("sep=")):
                yield row
    except csv.Error:
        raise BadFile(f"Line {reader.line_num} can’t be read: a quotation mark is not closed.") from None
    except UnicodeDecodeError:
        raise BadFile(f"After line {reader.line_num} the text is broken: it is not {encoding.upper()}.") from None
    finally:
        text.detach()  # the file is its opener's to close
