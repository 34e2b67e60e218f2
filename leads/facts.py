"""What is known of a lead, as plain values by the catalogue's names: what conditions, scoring and gates look at."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from leads.domains import is_free_mail
from leads.money import major

if TYPE_CHECKING:
    from leads.models.lead import Lead
    from leads.models.people import Company, Contact

COPIED = (
    "message product territory budget timeline_days business_problem tech_stack it_decision currency "
    "score tier fit intent authority timing points status track custom campaign referrer"
).split()


def facts_of(lead: Lead) -> dict[str, Any]:
    """Facts by name; unknown ones are None (texts too), `custom` and `campaign` also as `custom.key`.

    Money is in major units (`value`), times are aware. Reads contact, company, source and owner: select them along.
    """
    copied = {name: _known(getattr(lead, name)) for name in COPIED}
    return (
        copied
        | _person(lead.contact)
        | _firm(lead.company)
        | {
            "country": lead.contact.country or (lead.company.country if lead.company else "") or None,
            "value": None if lead.value_minor is None else float(major(lead.value_minor, lead.currency)),
            "source": lead.source.name,
            "source_kind": lead.source.kind,
            "owner": str(lead.owner_id) if lead.owner_id else None,
            "stage": _known(lead.stage_name),
            "captured_at": lead.captured_at,
        }
        | {f"custom.{key}": value for key, value in lead.custom.items()}
        | {f"campaign.{key}": value for key, value in lead.campaign.items()}
    )


def _person(contact: Contact) -> dict[str, Any]:
    domain = contact.email_norm.rpartition("@")[2]
    return {
        "name": _known(contact.name),
        "first_name": _known(contact.first_name),
        "last_name": _known(contact.last_name),
        "email": _known(contact.email),
        "phone": _known(contact.phone_e164 or contact.phone),
        "job_title": _known(contact.job_title),
        "seniority": _known(contact.seniority),
        "department": _known(contact.department),
        "language": _known(contact.language),
        "free_mail": is_free_mail(domain) if domain else None,
    }


def _firm(company: Company | None) -> dict[str, Any]:
    names = {"company": "name", "domain": "domain", "headcount": "headcount", "industry": "industry"}
    return {fact: _known(getattr(company, column)) if company else None for fact, column in names.items()}


def _known(value: Any) -> Any:
    return None if value == "" or value == [] else value
