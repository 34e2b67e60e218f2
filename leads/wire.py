"""A lead as the API sends it. By hand, because capture answers with it on the hot path."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from leads.models import Company, Contact, Lead
from leads.money import major
from tenancy.ids import public_id

WITH = ("contact", "company", "source", "owner")  # what a queryset must select along


def lead_on_wire(lead: Lead) -> dict[str, Any]:
    """The lead of docs/api.md; unknown facts are null, times UTC, ids public."""
    return {
        "id": lead.public_id,
        "status": lead.status,
        "track": lead.track,
        "incomplete": lead.incomplete,
        "contact": contact_on_wire(lead.contact),
        "company": company_on_wire(lead.company),
        "source": {"id": lead.source.public_id, "name": lead.source.name, "kind": lead.source.kind},
        "campaign": lead.campaign,
        "message": lead.message or None,
        "product": lead.product or None,
        "budget": lead.budget or None,
        "timeline_days": lead.timeline_days,
        "business_problem": lead.business_problem or None,
        "tech_stack": lead.tech_stack,
        "it_decision": lead.it_decision or None,
        "value": money_on_wire(lead),
        "custom": lead.custom,
        "qualification": _qualification(lead),
        "score": lead.score,
        "tier": lead.tier or None,
        "owner": {"id": lead.owner.public_id, "name": lead.owner.name} if lead.owner else None,
        "deal": {"id": public_id("dea", lead.deal_id), "stage": lead.stage_name} if lead.deal_id else None,
        "external_id": lead.external_id or None,
        "first_response_due_at": moment(lead.first_response_due_at),
        "first_response_at": moment(lead.first_response_at),
        "captured_at": moment(lead.captured_at),
        "assigned_at": moment(lead.assigned_at),
        "updated_at": moment(lead.updated_at),
    }


def moment(value: datetime | None) -> str | None:
    """`2026-03-02T09:00:00.120Z`."""
    if value is None:
        return None
    return value.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def money_on_wire(lead: Lead) -> dict[str, str] | None:
    if lead.value_minor is None:
        return None
    return {"amount": str(major(lead.value_minor, lead.currency)), "currency": lead.currency}


def contact_on_wire(contact: Contact) -> dict[str, Any]:
    return {
        "id": contact.public_id,
        "name": contact.name or None,
        "first_name": contact.first_name or None,
        "last_name": contact.last_name or None,
        "email": contact.email or None,
        "phone": contact.phone_e164 or contact.phone or None,
        "job_title": contact.job_title or None,
        "seniority": contact.seniority or None,
        "department": contact.department or None,
        "country": contact.country or None,
        "language": contact.language or None,
    }


def company_on_wire(company: Company | None) -> dict[str, Any] | None:
    if company is None:
        return None
    return {
        "id": company.public_id,
        "name": company.name or None,
        "domain": company.domain or None,
        "headcount": company.headcount,
        "industry": company.industry or None,
    }


def _qualification(lead: Lead) -> dict[str, int | None] | None:
    if lead.points is None:
        return None
    return {
        "fit": lead.fit,
        "intent": lead.intent,
        "authority": lead.authority,
        "timing": lead.timing,
        "points": lead.points,
        "of": lead.points_of,
    }
