"""Writing what a provider said, where nobody has said better."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError

from leads.models import Lead, Provider, Status
from leads.provenance import Said, Voice, provenance

FILLABLE = ("company", "headcount", "industry", "country", "tech_stack", "job_title", "seniority", "phone", "language")


def learn(lead_id: UUID, facts: Mapping[str, Any], provider: Provider) -> list[str]:
    """Write `facts` of a provider on a lead; returns those that changed. Records LEAD_CHANGED by the provider.

    Only what is unknown, or what this provider said itself, is written: people and senders always win.
    """
    locked = Lead.objects.with_people().select_for_update(of=("self",), no_key=True)
    lead: Lead | None = locked.filter(pk=lead_id).exclude(status__in=[Status.SPAM, Status.MERGED]).first()
    if lead is None or not facts:
        return []
    fit = welcome(facts, lead.facts, provenance(lead), provider.pk)
    try:
        return lead.change(fit, by=provider.by)
    except ValidationError as refusal:
        sense = _without(fit, refusal)
        return lead.change(sense, by=provider.by) if sense else []


def welcome(
    facts: Mapping[str, Any], known: Mapping[str, Any], said: Mapping[str, Said], provider_id: UUID
) -> dict[str, Any]:
    """Pure: those of `facts` that this provider may write."""
    return {
        fact: value
        for fact, value in facts.items()
        if (fact in FILLABLE or fact.startswith("custom.")) and _may(known.get(fact), said.get(fact), provider_id)
    }


def _may(value: Any, said: Said | None, provider_id: UUID) -> bool:
    if said and said.voice == Voice.PROVIDER and said.id == provider_id:
        return True
    # Whoever of ours emptied a fact knows that it is wrong.
    return value is None and not (said and said.voice == Voice.PERSON)


def _without(facts: Mapping[str, Any], refusal: ValidationError) -> dict[str, Any]:
    nonsense = set(refusal.message_dict)
    return {fact: value for fact, value in facts.items() if not {fact, fact.removeprefix("custom.")} & nonsense}
