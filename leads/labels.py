"""Names of facts as people read them, on forms, in lists and in the timeline."""

from collections.abc import Mapping
from typing import Any

import phonenumbers

from leads.money import major

LABELS = {
    "name": "Name",
    "first_name": "First name",
    "last_name": "Last name",
    "email": "Work e-mail",
    "phone": "Phone",
    "job_title": "Job title",
    "seniority": "Seniority",
    "company": "Company",
    "website": "Website",
    "headcount": "Company size",
    "industry": "Industry",
    "country": "Country",
    "language": "Language",
    "message": "Message",
    "product": "Product",
    "budget": "Budget",
    "timeline_days": "Days until the need",
    "business_problem": "Business problem",
    "tech_stack": "Tech stack",
    "it_decision": "IT decision",
    "value": "Value",
    "currency": "Currency",
    "territory": "Territory",
    "external_id": "External id",
}


def fact_words(value: Any) -> str:
    """A fact's value as people read it: `Yes`, `Azure, SAP`, `25,000.00 EUR`; "" for one that is not known."""
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, Mapping) and isinstance(value.get("minor"), int):
        currency = str(value.get("currency", ""))
        return f"{major(value['minor'], currency):,} {currency}".strip()
    if isinstance(value, list | tuple):
        return ", ".join(map(fact_words, value))
    return "" if value in (None, {}) else str(value)


def spaced(phone: str) -> str:
    """+49 40 5550142, as people read a number; what is none stays as it is."""
    try:
        return phonenumbers.format_number(phonenumbers.parse(phone), phonenumbers.PhoneNumberFormat.INTERNATIONAL)
    except phonenumbers.NumberParseException:
        return phone


def fact_label(name: str) -> str:
    """`timeline_days` -> `Days until the need`; a custom field's key is shown as words."""
    return LABELS.get(name) or name.removeprefix("custom.").replace("_", " ").capitalize()
