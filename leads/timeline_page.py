"""A lead's timeline as the lead page shows it: by day, newest first, everything or only people or only the system."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format

from accounts.models import Member
from events.kinds import Kind
from events.models import Event
from leads.merging import late
from leads.models import Lead
from leads.timeline import HUMAN, Entry, Words, entry, words_of
from tenancy import clock

STEP, MOST = 50, 1000
WHO = (("all", "All"), ("people", "People"), ("system", "System"))
# What one may look for: words and the nouns of the kinds that belong there; of activities their own kind.
ACTIVITIES = ("call", "email", "meeting", "linkedin", "note")
ABOUT: dict[str, tuple[str, tuple[str, ...]]] = {
    "call": ("Calls", ()),
    "email": ("E-mails", ("message", "mail")),
    "meeting": ("Meetings", ("meeting",)),
    "linkedin": ("LinkedIn", ()),
    "note": ("Notes", ()),
    "comment": ("Comments", ("comment",)),
    "task": ("Tasks", ("task",)),
    "file": ("Documents", ("file",)),
    "people": ("Stakeholders, objections", ("stakeholder", "objection")),
    "deal": ("Moves", ("deal", "gate", "criterion")),
    "change": ("Changes", ("change",)),
    "score": ("Scores, signals", ("signals", "visitor")),
    "promise": ("Promises", ("promise", "promises", "breach")),
    "cadence": ("Cadence", ("cadence", "step")),
}
MORE = {
    "change": (Kind.LEAD_CHANGED, Kind.LEAD_ANSWERED),
    "score": (Kind.LEAD_SCORED, Kind.LEAD_QUALIFIED),
    "deal": (Kind.LEAD_DISQUALIFIED, Kind.LEAD_REOPENED),
}


def told(lead: Lead, who: str) -> QuerySet[Event]:
    """The events of a lead and of those merged into it: all, those by people, or the system's."""
    events: QuerySet[Event] = Event.objects.filter(lead_id__in=late.with_merged(lead.pk))
    if who == "people":
        return events.filter(actor_kind__in=HUMAN)
    return events.exclude(actor_kind__in=HUMAN) if who == "system" else events


def about(events: QuerySet[Event], kind: str) -> QuerySet[Event]:
    """Of these events those about one thing of ABOUT; all for anything else."""
    if kind not in ABOUT:
        return events
    asked = Q(kind__in=MORE.get(kind, ()))
    for noun in ABOUT[kind][1]:
        asked |= Q(kind__startswith=f"{noun}.")
    if kind in ACTIVITIES:
        asked |= Q(kind=Kind.ACTIVITY_LOGGED, body__kind_of=kind)
    return events.filter(asked)


def timeline_context(
    lead: Lead, who: str = "all", shown: int = STEP, *, kind: str = "", member: Member | None = None
) -> dict[str, Any]:
    """What "pipeline/lead_timeline.html" reads besides the lead: `days`, `filter`, `about`, `timeline_url`, `more_url`.

    Three queries. Times are in the current time zone. `member` may change the own comments.
    """
    who = who if who in dict(WHO) else "all"
    kind = kind if kind in ABOUT else ""
    shown = min(max(shown, STEP), MOST)
    found = list(about(told(lead, who), kind).order_by("-occurred_at", "-id")[: shown + 1])
    here = reverse("lead-timeline", args=[lead.public_id])
    only = f"&kind={kind}" if kind else ""
    words = words_of(found[:shown])
    lines = [(entry(event), words.get(event.pk)) for event in found[:shown]]
    return {
        "days": [
            {"name": _day(day), "items": [_item(line, said, member) for line, said in of_day]}
            for day, of_day in groupby(lines, key=lambda one: timezone.localdate(one[0].time))
        ],
        "filter": [(f"{here}?who={name}{only}", label, name == who) for name, label in WHO],
        "kinds_url": f"{here}?who={who}",
        "about": [(name, label, name == kind) for name, (label, _) in ABOUT.items()],
        "timeline_url": f"{here}?who={who}{only}&shown={shown}",
        "more_url": f"{here}?who={who}{only}&shown={shown + STEP}" if len(found) > shown and shown < MOST else "",
    }


def _item(line: Entry, said: Words | None, member: Member | None) -> dict[str, Any]:
    is_own = said is not None and member is not None and said.author == member.pk
    return {
        "id": line.id,
        "title": line.title,
        "text": said.text if said else line.text,
        "edit_url": said.url if said and is_own else "",
        "icon": line.icon,
        "human": line.human,
        "at": line.time.isoformat(),
        "clock": f"{timezone.localtime(line.time):%H:%M:%S}",
        "actor": line.actor,
    }


def _day(day: Any) -> str:
    age = (timezone.localdate(clock.now()) - day).days
    return {0: "Today", 1: "Yesterday"}.get(age) or str(date_format(day, "D j M Y"))
