"""Rows become leads: known ones are brought up to date, the rest goes through capture like everything that arrives."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from events.kinds import Kind
from events.models import Event
from events.record import Happening, record_all
from leads.bulk import Outcome, Row, capture_many
from leads.imports.firms import take_firm
from leads.imports.images import Before
from leads.imports.payload import Told
from leads.imports.people import Sources, owner_of, owners
from leads.imports.renewal import renew
from leads.models import Import, ImportOutcome, ImportRow, Lead, Status
from leads.reading import Reading, read
from leads.records import AssignmentRow, record_assignments
from leads.vocabulary import Reader
from tenancy import clock
from tenancy.ids import uuid7
from tenancy.inserting import blank
from tenancy.knowing import rows_among

NO_CONTACT = ("name", "email")  # what is missing of somebody known by an id only


@dataclass
class Taking:
    """One attempt at some rows: what they did, what they counted as, and whom capture turned away."""

    batch: Import
    reader: Reader
    rows: list[dict[str, Any]] = field(default_factory=list)  # of import_row
    touched: list[dict[str, UUID | None]] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    refused: list[tuple[Told, str]] = field(default_factory=list)
    readings: dict[int, Reading] = field(default_factory=dict)  # by number of the row

    def take(self, told: Sequence[Told], readings: Mapping[int, Reading]) -> Taking:
        """Take rows in their order; those without a reading (one that no other attempt has used) are read first."""
        self.blank = blank(ImportRow, batch=self.batch)
        told, reader = self._news(told), self.reader
        self.readings = {one.number: readings.get(one.number) or read(one.facts, reader) for one in told}
        before = Before.of(list(self.readings.values()))
        known = _imported(self.readings, before)
        self.sources = Sources.around(self.batch, [one.source for one in told])
        self.owners = owners() if any(one.owner for one in told) else {}
        fresh = []
        for one in told:
            if not one.is_reachable:
                firm, is_new = take_firm(one, reader)
                ids = {"company_id": firm.pk if is_new else None}
                self._note(one, ImportOutcome.COMPANY, touched={"company": firm.pk}, **ids)
            elif one.number in known:
                self._renew(one, before.rows["lead"][known[one.number]], reader)
            else:
                fresh.append(one)
        for quietly in (True, False):
            self._capture([one for one in fresh if self._is_quiet(one) is quietly], before, quietly=quietly)
        before.write(self.rows, self.touched)
        return self

    def _news(self, told: Sequence[Told]) -> list[Told]:
        """Those that no import said before, word for word, in this file or another."""
        seen = said_before({one.digest for one in told}, self.batch)
        news = []
        for one in told:
            if one.digest in seen:
                self._note(one, ImportOutcome.UNCHANGED, lead_id=seen[one.digest])
            else:
                news.append(one)
                seen[one.digest] = None
        return news

    def _renew(self, one: Told, lead: Mapping[str, Any], reader: Reader) -> None:
        changed = self._carried_on(one, lead) | renew(lead["id"], one, reader, self.batch.by)
        touched = {"lead": lead["id"], "contact": lead["contact_id"], "company": lead["company_id"]}
        outcome = ImportOutcome.UPDATED if changed else ImportOutcome.UNCHANGED
        self._note(one, outcome, lead_id=lead["id"], touched=touched if changed else {})

    def _carried_on(self, one: Told, lead: Mapping[str, Any]) -> bool:
        """Whether the file says another owner or stage than the last one did: what people did here since counts more
        than an old word repeated."""
        if not one.stage and not one.owner:
            return False
        last = _last_word(lead["id"])
        stage, owner = _news_of(one.stage, last["stage"]), _news_of(one.owner, last["owner"])
        news = replace(one, stage=stage, owner=owner)
        if not news.stage and not news.owner:
            return False
        member = owner_of(self.owners, news.owner) if news.owner else None
        found = Lead.objects.get(pk=lead["id"])
        if not self.batch.history:
            sentence = f"Named as the owner in “{self.batch.name}”"[:200]
            record_assignments([AssignmentRow(found.pk, member, one.owner, sentence)] if member else [], self.batch.by)
            return bool(member)
        if member and found.owner_id != member:
            Lead.objects.filter(pk=found.pk).update(owner_id=member, assigned_at=found.assigned_at or self.reader.now)
        record_all([_imported_event(news, found, self.batch)])
        return True

    def _is_quiet(self, one: Told) -> bool:
        """Nothing follows from history, nor from somebody of whom we know an id only."""
        return self.batch.history or _is_id_only(one)

    def _capture(self, told: Sequence[Told], before: Before, *, quietly: bool) -> None:
        if not told:
            return
        rows = [self._row(one) for one in told]
        outcomes = capture_many(
            rows, source=None, channel="import", by=self.batch.by, quietly=quietly, in_our_words=True
        )
        for one, outcome in zip(told, outcomes, strict=True):
            if outcome.lead is None:
                self.refused.append((one, outcome.errors[0]["detail"]))
                continue
            self._captured(one, outcome, before)
        placed = [(one, outcome.lead) for one, outcome in zip(told, outcomes, strict=True) if _is_new(outcome)]
        _mark_incomplete([lead for one, lead in placed if lead and _is_id_only(one)])
        self._place([(one, lead) for one, lead in placed if lead])

    def _row(self, one: Told) -> Row:
        facts = one.facts | {"source": self.sources.named(one.source).name}
        return Row(facts, one.created_at, self.readings[one.number])

    def _captured(self, one: Told, outcome: Outcome, before: Before) -> None:
        assert outcome.lead
        assert outcome.submission
        lead = outcome.lead
        if outcome.problems or one.problems:
            self.counts["flagged"] += 1
        self._note(
            one,
            ImportOutcome.CREATED if _is_new(outcome) else ImportOutcome.ATTACHED,
            lead_id=lead.pk,
            submission_id=outcome.submission.pk,
            contact_id=None if before.has("contact", lead.contact_id) else lead.contact_id,
            company_id=None if before.has("company", lead.company_id) else lead.company_id,
            touched={"lead": lead.pk, "contact": lead.contact_id, "company": lead.company_id},
        )

    def _note(self, one: Told, outcome: str, *, touched: Mapping[str, UUID | None] | None = None, **ids: Any) -> None:
        self.counts[str(outcome)] += 1
        self.rows.append(
            self.blank | {"id": uuid7(), "row": one.number, "digest": one.digest, "outcome": outcome} | ids
        )
        self.touched.append(dict(touched or {}))

    def _place(self, placed: Sequence[tuple[Told, Lead]]) -> None:
        """Owners by the names in the file, and where history says a lead stands: pipeline learns that by the event."""
        found = [(one, lead, owner_of(self.owners, one.owner) if one.owner else None) for one, lead in placed]
        if not self.batch.history:
            sentence = f"Named as the owner in “{self.batch.name}”"[:200]
            assigned = [AssignmentRow(lead.pk, owner, one.owner, sentence) for one, lead, owner in found if owner]
            return record_assignments(assigned, self.batch.by)
        for _, lead, owner in found:
            lead.owner_id, lead.assigned_at = owner, lead.captured_at if owner else None
        Lead.objects.bulk_update([lead for _, lead, owner in found if owner], ["owner_id", "assigned_at"])
        record_all([_imported_event(one, lead, self.batch) for one, lead, _ in found if one.stage or one.owner])
        return None


def _imported_event(one: Told, lead: Lead, batch: Import) -> Happening:
    body = {"stage": one.stage, "owner": one.owner, "import": batch.name, "closed_at": one.closed_at}
    return Happening(Kind.LEAD_IMPORTED, lead.pk, lead.pk, batch.by, body, clock.now())


def said_before(digests: set[str], batch: Import) -> dict[str, UUID | None]:
    """The lead (or None) by the digest of rows that were imported before, unless a later file said otherwise of it."""
    rows = sorted(rows_among(ImportRow, digest=digests), key=lambda row: row.pk)
    seen = {row.digest: (row.lead_id, row.batch_id) for row in rows}
    about = ImportRow.objects.filter(lead_id__among={lead for lead, _ in seen.values()} - {None})
    newest = about.order_by("lead_id", "-pk").distinct("lead_id").values_list("lead_id", "batch_id")
    latest = {lead: said_in for lead, said_in in newest if said_in != batch.pk}
    return {digest: lead for digest, (lead, said_in) in seen.items() if latest.get(lead, said_in) == said_in}


def _last_word(lead_id: UUID) -> dict[str, str]:
    """The stage and the owner that imports named last."""
    told = Event.objects.filter(kind=Kind.LEAD_IMPORTED, lead_id=lead_id).order_by("-occurred_at", "-id")
    bodies = list(told.values_list("body", flat=True))
    return {name: next((said[name] for said in bodies if said.get(name)), "") for name in ("stage", "owner")}


def _news_of(word: str, last: str) -> str:
    return word if word != last else ""


def _imported(readings: Mapping[int, Reading], before: Before) -> dict[int, UUID]:
    """Row -> the lead that an earlier import made of it: by its id, else by its address. What says something new of one
    that was merged into another since is a repeat of that other."""
    leads = {pk: row for pk, row in before.rows["lead"].items() if row["status"] != Status.MERGED}
    ours = set(ImportRow.objects.filter(lead_id__among=leads).values_list("lead_id", flat=True))
    by_number = {row["external_id"]: pk for pk, row in leads.items() if row["external_id"] and pk in ours}
    people = {pk: row["email_norm"] for pk, row in before.rows["contact"].items()}
    by_email = {people.get(row["contact_id"], ""): pk for pk, row in leads.items() if pk in ours}
    found = {}
    for row, reading in readings.items():
        number, email = reading.lead.get("external_id", ""), reading.person.get("email_norm", "")
        pk = by_number.get(number) if number else by_email.get(email) if email else None
        if pk:
            found[row] = pk
    return found


def _is_new(outcome: Outcome) -> bool:
    return outcome.lead is not None and outcome.duplicate_of is None


def _is_id_only(one: Told) -> bool:
    return not any(one.facts.get(name) for name in ("email", "phone", "name", "first_name", "last_name"))


def _mark_incomplete(leads: Sequence[Lead]) -> None:
    for lead in leads:
        lead.incomplete = list(dict.fromkeys([*lead.incomplete, *NO_CONTACT]))
    Lead.objects.bulk_update(leads, ["incomplete"])
