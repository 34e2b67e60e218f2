"""Who said what we know of a lead: told again from its submissions and changes, so that capture writes nothing more."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.db.models import Q

from events.kinds import Kind
from events.models import Actor, Event
from leads.merging.facts import NEWEST_COUNTS
from leads.models import Lead, Submission
from leads.reading import OURS, is_blank
from leads.vocabulary import FACTS

MOST = 200  # submissions, and as many changes
# Facts that capture reads out of others.
DERIVED = {
    "email": ("domain",),
    "website": ("domain",),
    "phone": ("country",),
    "job_title": ("seniority", "department"),
    "name": ("first_name", "last_name"),
    "value": ("currency",),
}
NEWEST = NEWEST_COUNTS | {"value"}


class Voice(StrEnum):
    PERSON = "person"  # one of ours
    SENDER = "sender"  # the prospect or a system, through a source
    PROVIDER = "provider"


@dataclass(frozen=True)
class Said:
    """`known` is False when this voice emptied the fact. `id` is the actor's."""

    voice: Voice
    name: str
    at: datetime
    known: bool = True
    id: UUID | None = None


@dataclass(frozen=True)
class Step:
    """What one voice said at one moment; `overrules` what was said before, else it only fills."""

    said: Said
    facts: Mapping[str, bool]  # whether it is known from then on
    overrules: bool


def provenance(lead: Lead) -> dict[str, Said]:
    """Who said each fact last, by the fact's name; what came otherwise (a colleague's form, say) is not in it."""
    return last_said([*_sent(lead), *_changed(lead)])


def last_said(steps: Iterable[Step]) -> dict[str, Said]:
    """Pure: senders fill what is not known and renew what the newest enquiry says better; changes overrule."""
    said: dict[str, Said] = {}
    for step in sorted(steps, key=lambda step: step.said.at):
        for fact, known in step.facts.items():
            before = said.get(fact)
            if step.overrules or before is None or not before.known or fact in NEWEST:
                said[fact] = replace(step.said, known=known)
    return said


def _sent(lead: Lead) -> Iterator[Step]:
    sent = Submission.objects.filter(lead__contact_id=lead.contact_id).select_related("source")
    for one in sent.order_by("-received_at")[:MOST]:
        said = Said(Voice.SENDER, one.source.name, one.received_at, id=one.source_id)
        yield Step(said, dict.fromkeys(_facts_in(one.raw, one.source.mapping), True), overrules=False)


def _facts_in(raw: Mapping[str, Any], mapping: Mapping[str, str]) -> Iterator[str]:
    nested = raw.get("custom")
    for key in nested if isinstance(nested, Mapping) else ():
        yield f"custom.{key}"
    for key, value in raw.items():
        if is_blank(value) or key in OURS:
            continue
        name = str(mapping.get(key) or key) if isinstance(mapping, Mapping) else key
        yield from (name, *DERIVED.get(name, ())) if name in FACTS else (f"custom.{name.removeprefix('custom.')}",)


def _changed(lead: Lead) -> Iterator[Step]:
    # Facts of the person and the firm may have been changed on another of their leads.
    kin = Q(contact_id=lead.contact_id) | (Q(company_id=lead.company_id) if lead.company_id else Q())
    leads = list(Lead.objects.filter(kin).order_by("-captured_at", "-id").values_list("pk", flat=True)[:MOST])
    events = Event.objects.filter(lead_id__in={lead.pk, *leads}, kind=Kind.LEAD_CHANGED)
    for event in events.order_by("-occurred_at", "-id")[:MOST]:
        said = Said(_voice(event), event.actor_name, event.occurred_at, id=event.actor_id)
        facts = {fact: after is not None for fact, (_, after) in event.body.items() if _concerns(event, lead, fact)}
        yield Step(said, facts, overrules=True)


def _voice(event: Event) -> Voice:
    if event.actor_kind == Actor.MEMBER:
        return Voice.PERSON
    return Voice.PROVIDER if event.actor_kind == Actor.SYSTEM and event.actor_id else Voice.SENDER


def _concerns(event: Event, lead: Lead, fact: str) -> bool:
    """What is said of another lead counts here only if person or firm keep it."""
    columns = FACTS[fact].columns if fact in FACTS else ()
    return event.lead_id == lead.pk or any(column.startswith(("person.", "firm.")) for column in columns)
