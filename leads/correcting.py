"""Correcting what is known of a firm or a person, for all of their leads at once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError

from events.kinds import Kind
from events.record import By, Happening, record_all
from leads import normalise
from leads.changes import searchable, understood
from leads.models import Company, Contact, Lead
from leads.names import fold
from tenancy import clock

# What a firm calls its facts, and what a lead calls them.
FIRM = {"name": "company", "domain": "domain", "headcount": "headcount", "industry": "industry", "country": "country"}
PERSON = ("name", "first_name", "last_name", "email", "phone", "job_title", "seniority", "country", "language")


def change_company(company: Company, facts: Mapping[str, Any], *, by: By) -> list[str]:
    """Set facts of a firm by the names in FIRM, normalised; None or "" empties one. Its open leads are scored again.

    Records COMPANY_CHANGED, and LEAD_CHANGED on each open lead, with {fact: [before, after]}; returns what changed.
    Raises ValidationError by fact for nonsense, unknown names and a domain that another firm has.
    """
    _only(facts, FIRM)
    columns = _columns(facts)
    _refuse_taken(company, columns.get("domain"))
    changed = {name: [getattr(company, name), columns[name]] for name in FIRM if name in columns}
    changed = {name: pair for name, pair in changed.items() if pair[0] != pair[1]}
    if not changed:
        return []
    for name, value in columns.items():
        setattr(company, name, value)
    company.save(update_fields=list(columns))
    _tell_leads(company, {FIRM[name]: pair for name, pair in changed.items()}, by)
    record_all([Happening(Kind.COMPANY_CHANGED, company.pk, None, by, changed)])
    return list(changed)


def change_contact(contact: Contact, facts: Mapping[str, Any], *, by: By) -> list[str]:
    """Set facts of a person by the names in PERSON; recorded on the newest lead in sight.

    Raises ValidationError by fact.
    """
    _only(facts, PERSON)
    lead = Lead.objects.in_sight().with_people().filter(contact=contact).order_by("-captured_at", "-id").first()
    if lead is None:
        raise ValidationError({"contact": ["This person has no lead to note it on."]})
    changed: list[str] = lead.change(facts, by=by)
    return changed


def _only(facts: Mapping[str, Any], known: Any) -> None:
    if unknown := [name for name in facts if name not in known]:
        raise ValidationError({name: [ValidationError("There is no such fact.", code="unknown")] for name in unknown})


def _columns(facts: Mapping[str, Any]) -> dict[str, Any]:
    said = {FIRM[name]: value for name, value in facts.items() if name != "country"}
    try:
        columns = dict(understood(said).firm)
    except ValidationError as error:
        ours = {fact: name for name, fact in FIRM.items()}
        raise ValidationError({ours.get(fact, fact): words for fact, words in error.error_dict.items()}) from None
    if "name" in columns:
        columns["name_norm"] = fold(columns["name"])[:200]
    if "country" in facts:
        columns["country"] = _country(facts["country"])
    return columns


def _country(value: Any) -> str:
    try:
        return normalise.country(value) if value else ""
    except normalise.Malformed as error:
        raise ValidationError({"country": [ValidationError(str(error), code=error.code)]}) from None


def _refuse_taken(company: Company, domain: str | None) -> None:
    if domain and Company.objects.filter(domain=domain).exclude(pk=company.pk).exists():
        raise ValidationError({"domain": [ValidationError("Another company has this domain.", code="duplicate")]})


def _tell_leads(company: Company, changed: dict[str, list[Any]], by: By) -> None:
    """The same, on the timeline of each open lead; and all are found by the new name."""
    leads = list(Lead.objects.filter(company=company).select_related("contact", "company"))
    for lead in leads:
        lead.search_text, lead.updated_at = searchable(lead), clock.now()
    Lead.objects.bulk_update(leads, ["search_text", "updated_at"], batch_size=500)
    open_ids = list(Lead.objects.open().filter(company=company).order_by("id").values_list("pk", flat=True))
    record_all([Happening(Kind.LEAD_CHANGED, pk, pk, by, changed) for pk in open_ids])
