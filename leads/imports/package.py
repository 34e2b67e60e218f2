"""The parts of a workbook (ECMA-376), the long ones an element at a time and from any of them on."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from posixpath import basename, dirname, join, normpath
from typing import Any, BinaryIO
from xml.etree import ElementTree

from leads.imports.cells import Formats, formats_of, text_of
from leads.imports.spreadsheet import BadFile

UNREADABLE = "This workbook can’t be read. Save it again as .xlsx, or as CSV."
TOO_LARGE = "This workbook unpacks to far more than it should. Save its table as CSV."
MOST_WHOLE = 32 * 1024 * 1024  # bytes of a part that is read at once
PIECE = 256 * 1024  # bytes of one that is not: a few thousand cells
LONGEST = 64 * PIECE  # of one of its elements
MOST_STRINGS = 400 * 1024 * 1024  # bytes, about, that all shared texts take in memory
_ROOT = re.compile(rb"<(?![?!])(?:([\w.-]+:))?[\w.-]+[^>]*>")
_NAMESPACE = re.compile(rb"""\sxmlns(?::[\w.-]+)?\s*=\s*(?:"[^"]*"|'[^']*')""")


class Package:
    """What lies in the archive, by what it is."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        main = min((name for name in archive.namelist() if name.endswith("workbook.xml")), key=len)
        folder = dirname(main)
        self._root, links = self._tree(main), self._tree(join(folder, "_rels", f"{basename(main)}.rels"))
        # Its kind, the last word of its type, and its part, by the id under which the workbook speaks of it.
        self._links = {link.get("Id"): (_kind(link), _target(link, folder)) for link in links}

    def sheets(self) -> Iterator[tuple[str, str]]:
        """Title and part of each table, in their order."""
        for sheet in self._root.iterfind(".//{*}sheet"):
            found = next((value for name, value in sheet.items() if name.endswith("}id")), None)
            kind, part = self._links.get(found, ("", ""))
            if kind == "worksheet":
                yield sheet.get("name", ""), part

    def strings(self) -> str:
        """The part with the texts that cells share, or ""."""
        return self._named("sharedStrings")

    def formats(self) -> Formats:
        styles = self._named("styles")
        since_1904 = any(one.get("date1904") in ("1", "true") for one in self._root.iterfind(".//{*}workbookPr"))
        return formats_of(self._tree(styles), since_1904=since_1904) if styles else Formats(since_1904=since_1904)

    def size(self, part: str) -> int:
        return self._archive.getinfo(part).file_size

    def elements(self, part: str, name: str, at: int) -> Iterator[tuple[Any, int]]:
        """The elements of that name from a byte on, some at a time below one root, and the byte after them.

        No text has a "<" of its own, so that what is between two of their ends is whole.
        """
        with self._archive.open(part) as stream:
            root = _ROOT.search(stream.read(PIECE))
            if root is None:
                raise BadFile(UNREADABLE)
            tag, spaces = (root[1] or b"") + name.encode(), b"".join(_NAMESPACE.findall(root[0]))
            start = re.compile(rb"<%s[\s/>]" % re.escape(tag))
            stream.seek(at)
            for piece in _cut(stream, b"</%s>" % tag):
                at += len(piece)
                if first := start.search(piece):
                    yield _parsed(b"<all%s>%s</all>" % (spaces, piece[first.start() :])), at

    def _named(self, kind: str) -> str:
        return next((part for its_kind, part in self._links.values() if its_kind == kind), "")

    def _tree(self, part: str) -> Any:
        if self.size(part) > MOST_WHOLE:
            raise BadFile(TOO_LARGE)
        return _parsed(self._archive.read(part))


def _parsed(content: bytes) -> Any:
    # Only a document type defines words that stand for many others; none is hidden behind another encoding.
    if b"<!DOCTYPE" in content or b"\x00" in content:
        raise BadFile(UNREADABLE)
    return ElementTree.fromstring(content)  # noqa: S314


def _kind(link: Any) -> str:
    return str(link.get("Type", "")).rpartition("/")[2]


def _target(link: Any, folder: str) -> str:
    """`worksheets/sheet1.xml` lies beside the workbook, `/xl/a.xml` is told from the top."""
    return normpath(join("/", folder, link.get("Target", "")))[1:]


def _cut(stream: Any, end: bytes) -> Iterator[bytes]:
    """What a stream has, in pieces that stop after an `end`; what follows the last one is nobody's."""
    rest = b""
    while block := stream.read(PIECE):
        rest += block
        if cut := rest.rfind(end) + 1:
            cut += len(end) - 1
            yield rest[:cut]
            rest = rest[cut:]
        elif len(rest) > LONGEST:
            raise BadFile(TOO_LARGE)


class Strings:
    """The texts that cells share, read as far as they are asked for and kept in `scratch` from turn to turn."""

    def __init__(self, package: Package, place: dict[str, int], scratch: BinaryIO) -> None:
        self._at, self._kept, self._scratch = place.get("strings", 0), place.get("scratch", 0), scratch
        scratch.seek(0)
        self._texts = scratch.read(self._kept).decode().split(END)[:-1]
        self._old, self._size = len(self._texts), self._kept + 64 * len(self._texts)
        part = package.strings()
        self._pieces = package.elements(part, "si", self._at) if part else iter(())

    def __call__(self, index: int) -> str:
        """The text of that number; "" for one that is not there."""
        while index >= len(self._texts):
            root, at = next(self._pieces, (None, 0))
            if root is None:
                return ""
            self._at = at
            news = [text_of(one).replace(END, "") for one in root]
            self._size += sum(map(len, news)) + 64 * len(news)
            if self._size > MOST_STRINGS:
                raise BadFile(TOO_LARGE)
            self._texts += news
        return self._texts[index]

    def place(self) -> dict[str, int]:
        """Keep what is new, and say where it is."""
        fresh = "".join(text + END for text in self._texts[self._old :]).encode()
        self._scratch.seek(self._kept)
        self._scratch.write(fresh)
        self._kept, self._old = self._kept + len(fresh), len(self._texts)
        return {"strings": self._at, "scratch": self._kept}


END = "\x00"  # which no XML has
