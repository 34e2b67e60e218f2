"""The first rows as they would be taken, each with what will become of it and what is odd about it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from leads.changes import custom_fields
from leads.imports.batch import plan_of
from leads.imports.images import Before
from leads.imports.mapping import TARGETS
from leads.imports.payload import Rejected, Told, told
from leads.imports.people import owner_of, owners
from leads.imports.storing import Line, lines_of
from leads.imports.taking import said_before
from leads.labels import fact_label
from leads.models import Import
from leads.reading import Reading, read
from leads.vocabulary import Reader
from tenancy.prepared import plan_anew
from tenancy.scope import current_account

SHOWN = 50
STATUSES = {
    "ready": ("Ready", "check"),
    "adjusted": ("Adjusted", "pencil"),
    "repeat": ("Repeat", "repeat"),
    "problem": ("Problem", "circle-alert"),
}


@dataclass(frozen=True)
class Cell:
    """One cell of a column that is taken; `odd` ones can be changed on the page."""

    at: int
    label: str
    value: str
    odd: bool = False


@dataclass(frozen=True)
class Previewed:
    number: int
    cells: list[Cell]
    status: str
    words: str

    @property
    def icon(self) -> str:
        return STATUSES[self.status][1]


@dataclass(frozen=True)
class Preview:
    """What a page shows of the first rows: headings, rows, and how many are what."""

    headings: list[str]
    rows: list[Previewed]

    def counts(self) -> dict[str, int]:
        found = Counter(row.status for row in self.rows)
        return {"": len(self.rows)} | {status: found[status] for status in STATUSES}


def preview(batch: Import) -> Preview:
    """Read the first rows of a waiting import; nothing is written."""
    plan = plan_of(batch)
    lines = [line for line, _ in lines_of(batch.path, 0, SHOWN)]
    reader = Reader.of(current_account(), plan.now, custom_fields())
    read_rows = [(line, _told(line, plan)) for line in lines]
    taken = [one for _, one in read_rows if isinstance(one, Told)]
    plan_anew()
    before = Before.of([read(one.facts, reader) for one in taken])
    seen = set(said_before({one.digest for one in taken}, batch))
    members = owners() if any(one.owner for one in taken) else {}
    view = _View(batch, reader, before, seen, members)
    return Preview([view.label(header) for header in view.columns], [view.row(line, one) for line, one in read_rows])


def _told(line: Line, plan: Any) -> Told | str:
    try:
        return told(*line, plan)
    except Rejected as error:
        return str(error)


class _View:
    def __init__(self, batch: Import, reader: Reader, before: Before, seen: set[str], members: dict[str, UUID]) -> None:
        self.batch, self.reader, self.before, self.seen, self.members = batch, reader, before, seen, members
        self.columns = [header for header in batch.headers if header in batch.mapping]
        self.required = batch.source.required if batch.source else []
        self.emails = {row["email_norm"] for row in before.rows["contact"].values() if row["email_norm"]}
        self.numbers = {row["external_id"] for row in before.rows["lead"].values() if row["external_id"]}

    def label(self, header: str) -> str:
        fact = self.batch.mapping[header]
        return TARGETS.get(fact) or fact_label(fact)

    def row(self, line: Line, one: Told | str) -> Previewed:
        if isinstance(one, str):
            return Previewed(line[0], self._cells(line, set(self.batch.mapping.values())), "problem", one)
        reading = read(one.facts, self.reader)
        problems = [*one.problems, *reading.problems]
        odd = {problem["pointer"].strip("/").replace("custom/", "custom.") for problem in problems}
        missing = reading.missing(self.required)
        status, words = self._verdict(one, reading, problems, missing)
        return Previewed(line[0], self._cells(line, odd | set(missing)), status, words)

    def _verdict(
        self, one: Told, reading: Reading, problems: Sequence[Mapping[str, str]], missing: Sequence[str]
    ) -> tuple[str, str]:
        if problems:
            fact = problems[0]["pointer"].strip("/")
            return "problem", f"{fact_label(fact.replace('custom/', ''))}: {problems[0]['detail']}"
        if missing:
            return "problem", f"{fact_label(missing[0])} is missing"
        if one.digest in self.seen:
            return "repeat", "Nothing new"
        if self._is_known(reading):
            return "repeat", "Repeat, adds to a known lead"
        adjusted = next(self._adjusted(one, reading), "")
        return ("adjusted", adjusted) if adjusted else ("ready", "Ready")

    def _is_known(self, reading: Reading) -> bool:
        return reading.person.get("email_norm") in self.emails or reading.lead.get("external_id") in self.numbers

    def _adjusted(self, one: Told, reading: Reading) -> Iterator[str]:
        """What was understood otherwise than it was written."""
        if one.owner and not owner_of(self.members, one.owner):
            yield f"“{one.owner[:40]}” is no member here: {'nobody owns it' if self.batch.history else 'it is routed'}"
        written = str(one.facts.get("phone", ""))
        number = reading.person.get("phone_e164", "")
        if number and not written.startswith("+"):
            yield f"Phone read as {number}"
        size = reading.firm.get("headcount")
        if size and str(size) != str(one.facts.get("headcount", "")).strip():
            yield f"Size read as {size}"

    def _cells(self, line: Line, odd: set[str]) -> list[Cell]:
        edits = self.batch.edits.get(str(line[0]), {})
        values = {**dict(zip(self.batch.headers, line[1], strict=False)), **edits}
        return [
            Cell(
                self.batch.headers.index(header), self.label(header), values.get(header, ""), self._fact(header) in odd
            )
            for header in self.columns
        ]

    def _fact(self, header: str) -> str:
        fact: str = self.batch.mapping[header]
        return fact
