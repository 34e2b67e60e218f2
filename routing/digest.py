"""What happened to covered leads while their owner was away: the digest at the hand-back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from events.kinds import Kind
from events.models import Event
from leads.models import Lead
from leads.timeline import entry
from routing.models import Cover, Covered

NEWS = {
    Kind.DEAL_WON: "won",
    Kind.DEAL_LOST: "lost",
    Kind.LEAD_DISQUALIFIED: "disqualified",
    Kind.DEAL_MOVED: "moved on",
    Kind.MEETING_BOOKED: "with a meeting",
    Kind.ACTIVITY_LOGGED: "worked on",
    Kind.LEAD_REPEATED: "asked again",
}
TOLD = 3  # last happenings of each lead


@dataclass(frozen=True)
class Line:
    """One lead: where it is now, and the last that happened to it, newest first."""

    lead: Lead
    returned: bool
    news: list[str]


@dataclass(frozen=True)
class Digest:
    """`counts`: leads by what happened to them, each lead once for each thing."""

    cover: Cover
    lines: list[Line]
    counts: Mapping[str, int]

    @property
    def sentence(self) -> str:
        """“12 leads are back: 1 won, 3 moved on.”"""
        back = sum(line.returned for line in self.lines)
        said = ", ".join(f"{count} {words}" for words, count in self.counts.items())
        leads = f"{back} lead{'' if back == 1 else 's'} {'is' if back == 1 else 'are'} back"
        return f"{leads}: {said}." if said else f"{leads}; nothing happened to them."


def digest(cover: Cover) -> Digest:
    """What became of a cover's leads in sight between its beginning and its end; three statements."""
    rows = (
        Covered.objects.in_sight().filter(cover=cover).select_related("lead__contact", "lead__company", "lead__owner")
    )
    covered = list(rows.order_by("taken_at", "id"))
    events = _events([row.lead_id for row in covered], cover.begun_at, cover.ended_at)
    happened = Counter(words for some in events.values() for words in {NEWS[Kind(one.kind)] for one in some})
    return Digest(
        cover,
        [Line(row.lead, row.returned_at is not None, _said(events.get(row.lead_id, []))) for row in covered],
        {words: happened[words] for words in NEWS.values() if happened[words]},
    )


def _events(lead_ids: Sequence[UUID], since: datetime | None, until: datetime | None) -> dict[UUID, list[Event]]:
    found: dict[UUID, list[Event]] = {}
    if since is None:
        return found
    rows: Any = Event.objects.filter(lead_id__in=lead_ids, kind__in=list(NEWS), occurred_at__gte=since)
    if until:
        rows = rows.filter(occurred_at__lte=until)
    for event in rows.exclude(body__automatic=True).order_by("-occurred_at", "-id"):
        found.setdefault(event.lead_id, []).append(event)
    return found


def _said(events: Sequence[Event]) -> list[str]:
    return [entry(event).title for event in events[:TOLD]]
