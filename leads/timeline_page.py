"""A lead's timeline as the lead page shows it: by day, newest first, everything or only people or only the system."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format

from events.models import Event
from leads.merging import late
from leads.models import Lead
from leads.timeline import HUMAN, Entry, entry
from tenancy import clock

STEP, MOST = 50, 1000
WHO = (("all", "All"), ("people", "People"), ("system", "System"))


def told(lead: Lead, who: str) -> QuerySet[Event]:
    """The events of a lead and of those merged into it: all, those by people, or the system's."""
    events: QuerySet[Event] = Event.objects.filter(lead_id__in=late.with_merged(lead.pk))
    if who == "people":
        return events.filter(actor_kind__in=HUMAN)
    return events.exclude(actor_kind__in=HUMAN) if who == "system" else events


def timeline_context(lead: Lead, who: str = "all", shown: int = STEP) -> dict[str, Any]:
    """What "pipeline/lead.html#timeline" reads besides the lead: `days`, `filter`, `timeline_url`, `more_url`.

    Two queries. Times are in the current time zone.
    """
    who = who if who in dict(WHO) else "all"
    shown = min(max(shown, STEP), MOST)
    found = list(told(lead, who).order_by("-occurred_at", "-id")[: shown + 1])
    here = reverse("lead-timeline", args=[lead.public_id])
    lines = [entry(event) for event in found[:shown]]
    return {
        "days": [
            {"name": _day(day), "items": [_item(line) for line in of_day]}
            for day, of_day in groupby(lines, key=lambda line: timezone.localdate(line.time))
        ],
        "filter": [(f"{here}?who={name}", words, name == who) for name, words in WHO],
        "timeline_url": f"{here}?who={who}&shown={shown}",
        "more_url": f"{here}?who={who}&shown={shown + STEP}" if len(found) > shown and shown < MOST else "",
    }


def _item(line: Entry) -> dict[str, Any]:
    return {
        "title": line.title,
        "text": line.text,
        "icon": line.icon,
        "human": line.human,
        "at": line.time.isoformat(),
        "clock": f"{timezone.localtime(line.time):%H:%M:%S}",
        "actor": line.actor,
    }


def _day(day: Any) -> str:
    age = (timezone.localdate(clock.now()) - day).days
    return {0: "Today", 1: "Yesterday"}.get(age) or str(date_format(day, "D j M Y"))
