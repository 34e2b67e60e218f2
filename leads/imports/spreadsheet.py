"""Whatever people upload as a table, as rows of texts: CSV in any encoding with any delimiter, or a workbook."""

from __future__ import annotations

import codecs
import csv
import io
from collections import Counter
from collections.abc import Iterator
from itertools import chain, islice
from typing import Any, BinaryIO, Protocol

from leads.imports.storing import Line

DELIMITERS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars", "^": "carets", "~": "tildes"}
LOOK = 64 * 1024  # bytes that show encoding and delimiter
PIECE = 1_000  # rows
END = "\uf8ff the end \uf8ff"  # follows the last line, so that it is seen whether a quotation mark is open there
NOT_CLOSED = "Line {} can’t be read: a quotation mark is not closed."
BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
NAMES = {"utf-8": "UTF-8", "utf-8-sig": "UTF-8", "cp1252": "Windows-1252"}
OTHERS = {
    b"%PDF": "This is a PDF. Export the table as CSV or XLSX.",
    (OLD := b"\xd0\xcf\x11\xe0"): "This is an old .xls workbook. Save it as .xlsx or CSV, then upload that.",
    b"\x89PNG": "This is a picture. Export the table as CSV or XLSX.",
    b"\xff\xd8\xff": "This is a picture. Export the table as CSV or XLSX.",
    b"\x1f\x8b": "This is compressed. Unpack it, then upload what is inside.",
}
ENCRYPTED = "EncryptedPackage\0".encode("utf-16-le")  # the part of a compound file that holds a protected workbook


class BadFile(ValueError):
    """No table can be read from this. `str()` is the sentence for people."""


Place = dict[str, Any]  # where to read on, in plain values: `at` byte so and so `of` so many, and what a format needs


class Table(Protocol):
    """A table as it was found: a few words on its format, and its rows, the first one included, piece by piece."""

    format: str

    def pieces(self) -> Iterator[list[Line]]:
        """Numbered rows, from its place on. Raises BadFile where nothing can be read."""

    def place(self) -> Place:
        """Where the next piece begins."""


def open_table(file: BinaryIO, place: Place, scratch: BinaryIO) -> Table:
    """The table in `file`, from a place that it told before ({}: the beginning); `scratch` is as it left it then.

    Raises BadFile, also later while rows are read.
    """
    file.seek(0)
    head = file.read(LOOK)
    file.seek(0)
    _refuse_others(file, head)
    if head.startswith(b"PK\x03\x04"):
        from leads.imports.workbook import open_workbook  # which knows this module

        return open_workbook(file, place, scratch)
    return TextTable(file, place or _beginning(file, head))


def _refuse_others(file: BinaryIO, head: bytes) -> None:
    if not head.strip():
        raise BadFile("The file is empty.")
    if head.startswith(OLD) and _is_encrypted(file, head):
        raise BadFile("This workbook is protected by a password. Save it without one, then upload it again.")
    for beginning, sentence in OTHERS.items():
        if head.startswith(beginning):
            raise BadFile(sentence)


def _beginning(file: BinaryIO, head: bytes) -> Place:
    encoding = encoding_of(file, head)
    size = file.seek(0, io.SEEK_END)
    return {"encoding": encoding, "delimiter": delimiter_of(_sample(head, encoding)), "of": size}


def _is_encrypted(file: BinaryIO, head: bytes) -> bool:
    """Whether a compound file is a workbook behind a password: its directory, wherever that lies, names the parts."""
    # [MS-CFB] 2.2: the size of a sector as a power of two at 30, the first sector of the directory at 48.
    shift, sector = int.from_bytes(head[30:32], "little"), int.from_bytes(head[48:52], "little")
    file.seek((sector + 1) << min(shift, 12))
    looked_at = head + file.read(LOOK)
    file.seek(0)
    # [MS-CFB] 2.6: 128 bytes for each part, its name first. Words of a cell only stand there by chance.
    return any(looked_at.startswith(ENCRYPTED, at) for at in range(0, len(looked_at), 128))


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


class TextTable:
    """A table whose cells are set apart by a sign."""

    def __init__(self, file: BinaryIO, place: Place) -> None:
        self._file, self._place = file, {"cookie": 0, "line": 0, "row": 0} | place
        self._encoding, self._delimiter = place["encoding"], place["delimiter"]
        self.format = f"CSV, {NAMES.get(self._encoding, 'UTF-16')}, {DELIMITERS[self._delimiter]}"

    def place(self) -> Place:
        return dict(self._place)

    def pieces(self) -> Iterator[list[Line]]:
        errors = "replace" if self._encoding == "cp1252" else "strict"
        self._file.seek(0)
        text = io.TextIOWrapper(self._file, encoding=self._encoding, errors=errors, newline="")
        text.seek(self._place["cookie"])
        # Line by line through readline(), for a text that is iterated over does not tell where it is.
        reader = csv.reader(chain(iter(text.readline, ""), [END]), delimiter=self._delimiter)
        before = self._place["line"]
        try:
            while piece := _whole(list(islice(enumerate(reader, self._place["row"] + 1), PIECE)), before, reader):
                self._place |= {"cookie": text.tell(), "at": self._file.tell(), "line": before + reader.line_num}
                self._place["row"] = piece[-1][0]
                yield piece[1:] if _is_hint(piece[0]) else piece
        except csv.Error:
            line = before + reader.line_num
            raise BadFile(NOT_CLOSED.format(line)) from None
        except UnicodeDecodeError:
            line, name = before + reader.line_num, self._encoding.upper()
            raise BadFile(f"After line {line} the text is broken: it is not {name}.") from None
        finally:
            text.detach()  # the file is its opener's to close


def _whole(piece: list[Line], before: int, reader: Any) -> list[Line]:
    """`piece` without the mark of the end. Raises BadFile where that stands between quotation marks with lines before
    it, which were rows."""
    number, cells = piece[-1] if piece else (0, [])
    if not cells or not cells[-1].endswith(END):
        return piece
    rest = cells[-1].removesuffix(END)
    swallowed = rest.replace("\r\n", "\n").replace("\r", "\n").rstrip("\n").count("\n")
    if swallowed:
        raise BadFile(NOT_CLOSED.format(before + reader.line_num - 1 - swallowed))
    return piece[:-1] if cells == [END] else [*piece[:-1], (number, [*cells[:-1], rest])]


def _is_hint(line: Line) -> bool:
    """Excel's own `sep=;` above the table."""
    number, cells = line
    return number == 1 and 1 <= len(cells) <= 2 and cells[0].lower().startswith("sep=")
