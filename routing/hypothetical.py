"""A lead that does not exist, read from what somebody says of it, as capture would read it. Nothing is written."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError

from leads.changes import custom_fields
from leads.fields import TIERS
from leads.models import Company, Contact, Lead, Source
from leads.reading import Reading, read
from leads.vocabulary import Reader
from tenancy import clock
from tenancy.scope import current_account

SCORES = ("score", "fit", "intent", "authority", "timing")


def lead_like(said: Mapping[str, Any]) -> Lead:
    """An unsaved lead with the facts `said`, named as capture takes them, and what scoring would have said: `tier`,
    `score`, the sub-scores.

    Its company is the known one of that domain, so that owners of companies count. Raises ValidationError by fact.
    """
    facts = {name: value for name, value in said.items() if name not in (*SCORES, "tier", "source")}
    reading = read(facts, Reader.of(current_account(), clock.now(), custom_fields()))
    wrong = {one["pointer"].strip("/").replace("/", "."): one["detail"] for one in reading.problems}
    wrong |= dict.fromkeys(reading.ignored, "There is no such fact here.")
    scores = {name: _score(name, said[name], wrong) for name in SCORES if said.get(name) not in (None, "")}
    tier = str(said.get("tier") or "").strip().lower()
    if tier and tier not in dict(TIERS):
        wrong["tier"] = f"Choose one of: {', '.join(dict(TIERS))}."
    source = _source(said.get("source"), wrong)
    if wrong:
        raise ValidationError({name: [detail] for name, detail in wrong.items()})
    return _lead(reading, scores | {"tier": tier}, source)


def _lead(reading: Reading, scored: Mapping[str, Any], source: Source) -> Lead:
    domain = reading.firm.get("domain")
    known = Company.objects.filter(domain=domain).first() if domain else None
    company = known or (Company(**reading.firm) if reading.firm else None)
    contact = Contact(company=company, **reading.person)
    now = clock.now()
    return Lead(
        contact=contact,
        company=company,
        source=source,
        campaign=reading.campaign,
        captured_at=now,
        **reading.lead,
        **scored,
    )


def _score(name: str, value: Any, wrong: dict[str, str]) -> int | None:
    try:
        number = int(str(value))
    except ValueError:
        number = -1
    if not 0 <= number <= 100:
        wrong[name] = "A score is a whole number from 0 to 100."
    return number


def _source(name: Any, wrong: dict[str, str]) -> Source:
    if not name:
        return Source(name="Nowhere", kind="api")
    found: Source | None = Source.objects.filter(name=str(name)[:80]).first()
    if found is None:
        wrong["source"] = "There is no such source here."
    return found or Source(name="Nowhere", kind="api")
