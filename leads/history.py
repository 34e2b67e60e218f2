"""The history of every field: who set it, when, what it was before and after."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from accounts.models import Member
from events.kinds import Kind
from events.models import Event
from leads.labels import fact_label, fact_words
from leads.merging import late
from leads.models import Lead

MOST = 200
NAMES = {"owner": "Owner", "value_minor": "Value", "expected_close": "Expected close"}


@dataclass(frozen=True)
class Change:
    """One field at one moment (aware)."""

    fact: str
    label: str
    before: str
    after: str
    who: str
    at: datetime


def history(lead: Lead, fact: str = "") -> dict[str, Any]:
    """What "pipeline/history.html" reads: `changes`, newest first, of one `fact` or of all; and the `facts` there are.

    Facts of the lead, its contact and firm, changes of its deals, and whose it was. Two queries.
    """
    kinds = (Kind.LEAD_CHANGED, Kind.DEAL_CHANGED, Kind.LEAD_ASSIGNED)
    events = Event.objects.filter(lead_id__in=late.with_merged(lead.pk), kind__in=kinds)
    rows = list(events.order_by("-occurred_at", "-id")[:MOST])
    before = {str(event.body.get("before")) for event in rows if event.kind == Kind.LEAD_ASSIGNED} - {"None"}
    names = {str(pk): name for pk, name in Member.objects.filter(pk__in=before).values_list("pk", "name")}
    found = [change for event in rows for change in _changes(event, names)]
    facts = sorted({(change.fact, change.label) for change in found}, key=lambda one: one[1])
    if fact not in dict(facts):
        fact = ""
    return {"changes": [one for one in found if fact in ("", one.fact)], "facts": facts, "fact": fact}


def _changes(event: Event, names: Mapping[str, str]) -> list[Change]:
    about: dict[str, Any] = {"who": event.actor_name or "Somebody", "at": event.occurred_at}
    if event.kind == Kind.LEAD_ASSIGNED:
        return [
            Change(
                "owner",
                NAMES["owner"],
                names.get(str(event.body.get("before")), ""),
                str(event.body.get("member", "")),
                **about,
            )
        ]
    pairs = [(name, pair) for name, pair in event.body.items() if isinstance(pair, list) and len(pair) == 2]
    return [
        Change(name, _label(name), fact_words(before), fact_words(after), **about) for name, (before, after) in pairs
    ]


def _label(name: str) -> str:
    return NAMES.get(name) or fact_label(name)
