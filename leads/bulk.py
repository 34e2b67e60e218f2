"""Many submissions at once, as an import or a partner's batch brings them: a dozen statements for each 500."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q

from events.record import By, Happening, record_all
from leads.already import forget_hidden_ids
from leads.arrival import Arrival, beginning, meeting, new_lead, submission_of
from leads.capture import NO_WAY, UNKNOWN_SOURCE
from leads.changes import custom_fields
from leads.crowd import Crowd
from leads.lookup import DEFAULT_API_SOURCE, id_of_source, named_source
from leads.mapping import names_beside, translated
from leads.merging.late import Watch
from leads.models import Lead, Source, SourceKind, Submission
from leads.reading import Problem, Reading, is_reachable, read
from leads.repeat import blend, repetition, write
from leads.vocabulary import Reader, storable
from tenancy import clock
from tenancy.inserting import insert_all
from tenancy.prepared import plan_anew
from tenancy.scope import current_account

AT_ONCE = 500  # rows; each takes up to two locks, and PostgreSQL has room for some thousands
UNREACHABLE = {"pointer": "/contact", "code": "required", "detail": NO_WAY}


@dataclass
class Row:
    """One submission: its facts under our names (docs/api.md), and when it came (aware), if not now."""

    facts: Mapping[str, Any]
    received_at: datetime | None = None
    reading: Reading | None = None  # of these facts, where the caller has read them already


@dataclass
class Outcome:
    """What became of a row: its lead and submission, or why there is none (`errors`). `duplicate_of` is the lead that
    the row repeats, which may be one of the same batch."""

    lead: Lead | None = None
    submission: Submission | None = None
    duplicate_of: Lead | None = None
    problems: list[Problem] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)
    incomplete: list[str] = field(default_factory=list)
    errors: list[Problem] = field(default_factory=list)


def capture_many(
    rows: Sequence[Row],
    *,
    source: Source | None,
    channel: str,
    by: By,
    ip: str | None = None,
    usual: UUID | None = None,
    quietly: bool = False,
    in_our_words: bool = False,
) -> list[Outcome]:
    """Store many submissions of the account in scope, in the transaction around it; one outcome per row, in order.

    Each row ends as `leads.capture.capture` would have ended it, also where rows of the batch repeat one another; a row
    that is nobody's has `errors` and does not touch the others. Without `source` each row names its own, else it is the
    `usual` one (its id), else the API's. `quietly`: the events are recorded, but nothing follows from them (no score,
    owner, mail), as for history. `in_our_words` as in capture. Large
    batches are better cut at AT_ONCE rows into transactions of their own: the people in them are locked.
    """
    batches = [rows[start : start + AT_ONCE] for start in range(0, len(rows), AT_ONCE)]
    return [
        outcome
        for some in batches
        for outcome in _Batch(source, channel, by, ip, usual, quietly, in_our_words).take(some)
    ]


@dataclass
class _Batch:
    source: Source | None
    channel: str
    by: By
    ip: str | None
    usual: UUID | None
    quietly: bool
    in_our_words: bool
    submissions: list[Submission] = field(default_factory=list)
    happenings: list[Happening] = field(default_factory=list)

    def take(self, rows: Sequence[Row]) -> list[Outcome]:
        plan_anew()
        sources = {} if self.source else _sources({named_source(row.facts) for row in rows}, self.usual)
        reader = Reader.of(current_account(), clock.now(), custom_fields())
        told = [self._understood(row, sources, reader) for row in rows]
        forget_hidden_ids(reading for _, reading in filter(None, told))
        crowd = Crowd.around([(arrival.source, reading) for arrival, reading in filter(None, told)])
        outcomes = [self._outcome(crowd, *one) if one else Outcome(errors=[UNREACHABLE]) for one in told]
        crowd.save()
        self._keep()
        return outcomes

    def _understood(self, row: Row, sources: Mapping[str, Source], reader: Reader) -> tuple[Arrival, Reading] | None:
        """How the row came and what it says; None where nobody could be reached."""
        named, raw = named_source(row.facts), storable(dict(row.facts))
        source = self.source or sources.get(named) or sources[""]
        names = names_beside(source.mapping) if self.in_our_words else source.mapping
        said = translated(raw, names)
        if not is_reachable(said):
            return None
        reading = row.reading if row.reading and not names else read(said, reader)
        if not self.source and named not in ("", source.name, source.public_id):
            reading.problems.insert(0, UNKNOWN_SOURCE)
        return Arrival(raw, source, self.channel, self.by, self.ip, row.received_at or clock.now()), reading

    def _outcome(self, crowd: Crowd, arrival: Arrival, reading: Reading) -> Outcome:
        lead, same_id = crowd.lead_of(arrival.source, reading)
        if lead:
            watch = Watch(lead, reading, holding=lead.id in crowd.holding)
            reopened = blend(lead, reading, same_id=same_id, ground=crowd)
            crowd.changed(lead)
            submission = submission_of(lead, arrival, reading, duplicate=True)
            watch.note(submission)
            self.happenings += repetition(lead, submission, self.by, reopened=reopened)
        else:
            lead = _begin(crowd, arrival, reading)
            submission = submission_of(lead, arrival, reading)
            self.happenings.append(beginning(lead, submission, arrival))
        self.submissions.append(submission)
        self.happenings += meeting(lead, arrival)
        repeated = lead if submission.duplicate else None
        return Outcome(lead, submission, repeated, reading.problems, reading.ignored, lead.incomplete)

    def _keep(self) -> None:
        insert_all(self.submissions)
        record_all(self.happenings, quietly=self.quietly)


def _begin(crowd: Crowd, arrival: Arrival, reading: Reading) -> Lead:
    """A new lead, with its person and firm where they are new too."""
    firm = crowd.firm(reading.firm) if reading.firm else None
    if firm:
        write(firm, reading.firm, ground=crowd)
    contact, is_new = crowd.person(reading, firm)
    if not is_new:
        write(contact, reading.person, ground=crowd)
    lead = new_lead(arrival, reading, contact, firm)
    crowd.add(lead)
    return lead


def _sources(names: set[str], usual: UUID | None) -> dict[str, Source]:
    """The account's sources by the names and ids that were asked for; "" has the one of rows that name none."""
    ids: set[UUID | None] = {usual, *map(id_of_source, names)} - {None}
    found = list(Source.objects.filter(Q(name__in={*names, DEFAULT_API_SOURCE}) | Q(pk__in=ids)))
    default = next((source for source in found if source.pk == usual), None)
    default = default or next((source for source in found if source.name == DEFAULT_API_SOURCE), None)
    if default is None:
        default = Source.objects.get_or_create(name=DEFAULT_API_SOURCE, defaults={"kind": SourceKind.API})[0]
    return {"": default} | {source.public_id: source for source in found} | {source.name: source for source in found}
