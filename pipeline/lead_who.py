"""Who: the facts, the people on the buying side, and how the lead came."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format

from leads.catalogue import FIELDS, Field
from leads.conditions import is_known
from leads.consent import consent_of
from leads.labels import fact_label, fact_words, spaced
from leads.models import CustomField, Lead, Stakeholder, StakeholderRole, Status, Submission
from leads.provenance import Said, provenance
from pipeline.lead_head import initials

SHOWN = (
    "phone email headcount industry country product value timeline_days budget tech_stack it_decision business_problem"
).split()
TITLES = {"product": "Interest", "timeline_days": "Needed in", "email": "E-mail", "business_problem": "Problem"}
NEEDED = frozenset({"procurement", "finance"})
TOUCHES = 12


def who(lead: Lead, may: bool) -> dict[str, Any]:
    """What "pipeline/lead_facts.html" reads besides the lead."""
    facts, said = lead.facts, provenance(lead)
    people: list[Stakeholder] = list(lead.stakeholders.order_by("created_at", "id"))
    return {
        "facts": [
            fact | {"by": _by(said.get(fact["name"])) if fact["value"] else ""}
            for fact in [shown_fact(lead, name, facts) for name in SHOWN] + _own(lead, facts) + _source(lead)
        ],
        "people": [_contact(lead), *map(_person, people)],
        "nobody_from": _nobody_from(lead, people),
        "touches": _touches(lead),
        "may_work": may,
    }


def shown_fact(lead: Lead, name: str, facts: Any) -> dict[str, Any]:
    """One line of the facts; without a value it offers to be filled in."""
    field = FIELDS.get(name)
    known = is_known(field, facts) if field else facts.get(name) is not None
    return {
        "name": name,
        "label": TITLES.get(name) or fact_label(name),
        "value": _words(field, name, facts[name], lead) if known else "",
        "url": reverse("lead-fact", args=[lead.public_id, name]),
    }


def _by(said: Said | None) -> str:
    """Who said it, and when: `Rita, 2 Mar`."""
    return f"{said.name}, {date_format(timezone.localtime(said.at), 'j M')}" if said else ""


def _words(field: Field | None, name: str, value: Any, lead: Lead) -> str:
    if isinstance(value, bool | list | dict):
        return fact_words(value)
    match name:
        case "headcount":
            return f"{value:,} people"
        case "timeline_days":
            return f"{value} day{'' if value == 1 else 's'}"
        case "value":
            return f"{value:,.0f} {lead.currency}"
        case "phone":
            return spaced(str(value))
        case "industry":
            return str(value).replace("_", " ").capitalize()
    return str(dict(field.choices).get(value, value)) if field else str(value)


def _own(lead: Lead, facts: Any) -> list[dict[str, Any]]:
    """The account's own fields, known or not; of the archived ones those that are known."""
    fields = [field for field in CustomField.objects.in_order() if not field.archived_at or field.key in lead.custom]
    known = {field.name: None for field in fields} | dict(facts)
    return [shown_fact(lead, field.name, known) | {"label": field.label} for field in fields]


def _source(lead: Lead) -> list[dict[str, Any]]:
    return [{"name": "source", "label": "Source", "value": lead.source.name, "url": ""}]


def _contact(lead: Lead) -> dict[str, str]:
    name = lead.contact.name or lead.contact.email
    return {"name": name, "initials": initials(name), "role": lead.contact.job_title or "Contact"}


def _person(row: Stakeholder) -> dict[str, str]:
    role = str(StakeholderRole(row.role).label) if row.role in StakeholderRole.values else row.role
    words = f"{row.job_title}, {role.lower()}" if row.job_title else role
    seen = f"{words}, has reviewed" if row.reviewed_at else words
    url = reverse("lead-one-stakeholder", args=[row.public_id])
    return {"name": row.name, "initials": initials(row.name), "role": seen, "url": url}


def _nobody_from(lead: Lead, people: list[Stakeholder]) -> str:
    """Who is still missing on the buying side of an open deal."""
    there = {row.role for row in people}
    return "" if not lead.deal_id or lead.status != Status.OPEN or there & NEEDED else "Nobody from purchasing yet"


def _touches(lead: Lead) -> list[dict[str, Any]]:
    """Every submission, oldest first: first touch, last touch and those between."""
    found = list(Submission.objects.filter(lead=lead).select_related("source").order_by("-received_at")[:TOUCHES])[::-1]
    return [_touch(row, index, len(found)) for index, row in enumerate(found)]


def _touch(row: Submission, index: int, count: int) -> dict[str, Any]:
    campaign = row.campaign.get("utm_campaign") or row.campaign.get("utm_source") or ""
    ordinal = "" if count == 1 else ", first touch" if index == 0 else ", last touch" if index == count - 1 else ""
    when = date_format(timezone.localtime(row.received_at), "j M, H:i")
    return {
        "text": f"{row.source.name}, “{campaign}”" if campaign else row.source.name,
        "when": when + ordinal,
        "consent": consent_of(row),
    }
