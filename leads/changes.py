"""Changing facts of a lead that is there: the same reading as at capture, but nonsense is refused."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError

from leads import names
from leads.models.custom_field import CustomField
from leads.models.people import Company, Contact
from leads.money import major
from leads.reading import Reading, is_blank, read
from leads.vocabulary import FACTS, UNCHANGEABLE, Kept, Reader
from tenancy import clock
from tenancy.scope import current_account

if TYPE_CHECKING:
    from leads.models.lead import Lead

# What changes along with a fact, or is told as another one.
NOT_TOLD = frozenset(
    "updated_at incomplete custom campaign first_name last_name free_mail disposable_mail message_length".split()
)
EMPTY = {"headcount": None, "timeline_days": None, "value_minor": None}


def apply(lead: Lead, facts: Mapping[str, Any]) -> dict[str, list[Any]]:
    """Write `facts` on lead, contact and company; returns {fact: [before, after]} of those that differ.

    Raises ValidationError for malformed values, unknown names and an e-mail that belongs to somebody else; of an erased
    person nothing is written any more.
    """
    if lead.contact.erased_at:
        raise ValidationError({"contact": [ValidationError("This person was erased.", code="erased")]})
    before = lead.facts
    reading = understood(_with_its_value(lead, facts))
    _write_firm(lead, reading.firm)
    _write_person(lead, reading.person)
    _write_lead(lead, reading)
    after = lead.facts
    changed = [name for name in before | after if before.get(name) != after.get(name) and name not in NOT_TOLD]
    return {name: [before.get(name), after.get(name)] for name in changed}


def _with_its_value(lead: Lead, facts: Mapping[str, Any]) -> Mapping[str, Any]:
    """An amount alone is in the currency that the lead has, a currency alone is that of its amount."""
    if lead.currency and not is_blank(facts.get("value")):
        return {"currency": lead.currency, **facts}
    if lead.value_minor is not None and "value" not in facts and not is_blank(facts.get("currency")):
        return {**facts, "value": str(major(lead.value_minor, lead.currency))}
    return facts


def custom_fields() -> dict[str, Kept]:
    """The account's custom fields by key."""
    return {field.key: Kept(field.type, tuple(field.choices)) for field in CustomField.of_the_account()}


def understood(facts: Mapping[str, Any]) -> Reading:
    """`facts` as columns; a blank one empties its columns. Raises ValidationError by name."""
    flat = {name.removeprefix("custom."): value for name, value in facts.items() if name != "custom"}
    flat |= _own(facts.get("custom"))
    reader = Reader.of(current_account(), clock.now(), custom_fields())
    reading = read({name: value for name, value in flat.items() if name not in UNCHANGEABLE}, reader)
    if reading.problems or reading.ignored:
        raise ValidationError(_complaints(reading))
    for name, value in flat.items():
        if is_blank(value) and name in FACTS and name not in UNCHANGEABLE:
            places = FACTS[name].places
            reading.put(places, [EMPTY.get(column, "") for _, column in places])
        elif is_blank(value) and name in reader.custom:
            reading.custom[name] = None
    if reading.lead.get("tech_stack") == "":
        reading.lead["tech_stack"] = []
    return reading


def _own(said: Any) -> Mapping[str, Any]:
    if said is None or isinstance(said, Mapping):
        return said or {}
    raise ValidationError({"custom": [ValidationError("An object of own facts is wanted here.", code="malformed")]})


def _complaints(reading: Reading) -> dict[str, list[ValidationError]]:
    found = {item["pointer"].rpartition("/")[2]: (item["detail"], item["code"]) for item in reading.problems}
    found |= dict.fromkeys(reading.ignored, ("There is no such fact.", "unknown"))
    return {name: [ValidationError(detail, code=code)] for name, (detail, code) in found.items()}


def _write_firm(lead: Lead, columns: dict[str, Any]) -> None:
    if not columns:
        return
    known = Company.objects.filter(domain=columns.get("domain")).first() if columns.get("domain") else None
    company = known or lead.company or Company()
    _assign(company, columns)
    if lead.company_id != company.pk:
        lead.company = company
        Contact.objects.filter(pk=lead.contact_id).update(company_id=company.pk)
        lead.contact.company = company


def _write_person(lead: Lead, columns: dict[str, Any]) -> None:
    address = columns.get("email_norm")
    if address and Contact.objects.filter(email_norm=address).exclude(pk=lead.contact_id).exists():
        raise ValidationError({"email": [ValidationError("Another contact has this address.", code="duplicate")]})
    if {"first_name", "last_name"} & set(columns):
        names_now = {name: columns.get(name, getattr(lead.contact, name)) for name in ("first_name", "last_name")}
        columns["name"] = " ".join(filter(None, names_now.values()))[:200]
        columns["name_norm"] = names.fold(columns["name"])[:200]
    _assign(lead.contact, columns)


def _write_lead(lead: Lead, reading: Reading) -> None:
    columns = dict(reading.lead)
    changed = columns.pop("custom")
    custom = {key: value for key, value in (lead.custom | changed).items() if value is not None}
    _assign(lead, columns | {"custom": custom}, save=False)
    known = lead.facts
    lead.incomplete = [name for name in lead.incomplete if known.get(name) is None]
    lead.search_text = searchable(lead)
    lead.updated_at = clock.now()
    # Only what was said: the copies that later apps keep on a lead may have moved on since it was read.
    lead.save(update_fields=[*columns, "custom", "company", "incomplete", "search_text", "updated_at"])


def _assign(row: Any, columns: Mapping[str, Any], *, save: bool = True) -> None:
    for name, value in columns.items():
        setattr(row, name, value)
    if columns and save:
        row.save()


def searchable(lead: Lead) -> str:
    """What search_leads() looks through: folded, one line."""
    contact, company = lead.contact, lead.company
    parts = [contact.name, contact.email, contact.phone, contact.phone_e164, contact.job_title]
    parts += [company.name, company.domain] if company else []
    return names.fold(" ".join([*parts, lead.product]))
