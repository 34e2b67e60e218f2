"""Firms and people: the lists that filters ask for, what stands beside each, and correcting what is known of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db.models import Count, Q

from accounts.models import Member
from leads.models import Company, Contact, Lead, Status
from leads.names import fold, without_legal_suffix
from leads.searching import by_words
from tenancy.ids import from_public

LONGEST = 320
OUT = (Status.SPAM, Status.MERGED)
LAST = "\U0010ffff"  # sorts behind every letter


def companies(query: Mapping[str, str]) -> Any:
    """Firms; `domain` and `name` find one, `q` those that begin so or have a lead that matches.

    Raises ValidationError by filter.
    """
    domain, name, words = _said(query, "domain"), _said(query, "name"), _said(query, "q")
    rows = Company.objects.in_sight().exclude(name="", domain="")
    if domain:
        rows = rows.filter(domain=domain.lower())
    if name:
        rows = rows.filter(name_norm=_folded(name))
    if words:
        firm = _folded(words)
        begins = Q(name_norm__gte=firm, name_norm__lt=firm + LAST) if firm else Q(pk=None)
        host = words.lower()
        begins |= Q(domain__gte=host, domain__lt=host + LAST)
        rows = rows.filter(begins | Q(pk__in=_of_leads(words, "company_id")))
    return rows


def contacts(query: Mapping[str, str]) -> Any:
    """People with their firm; `email` finds one, `company` (a public id) those of a firm, `q` by any part of a name,
    address or number. Raises ValidationError by filter."""
    email, company, words = _said(query, "email"), _said(query, "company"), _said(query, "q")
    rows = Contact.objects.in_sight().filter(erased_at=None).select_related("company")
    if email:
        rows = rows.filter(email_norm=email.lower())
    if company:
        rows = rows.filter(company=_company_id(company))
    if words:
        rows = rows.filter(pk__in=_of_leads(words, "contact_id"))
    return rows


@dataclass
class Beside:
    """What a list shows beside a firm or a person: how many leads, open ones, people; the newest lead and the owner
    of the newest open one."""

    leads: int = 0
    open: int = 0
    people: int = 0
    newest: Lead | None = None
    owner: Member | None = None


def beside_companies(ids: Iterable[UUID]) -> dict[UUID, Beside]:
    """By firm, in four queries whatever their number."""
    ids = list(ids)
    found = _beside("company_id", ids)
    people = Contact.objects.in_sight().filter(company__in=ids, erased_at=None).order_by()
    for pk, count in people.values("company_id").annotate(count=Count("id")).values_list("company_id", "count"):
        found[pk].people = count
    return found


def beside_contacts(ids: Iterable[UUID]) -> dict[UUID, Beside]:
    """By person, in three queries whatever their number."""
    return _beside("contact_id", list(ids))


def _beside(column: str, ids: list[UUID]) -> dict[UUID, Beside]:
    found = {pk: Beside() for pk in ids}
    leads = Lead.objects.in_sight().filter(**{f"{column}__in": ids}).exclude(status__in=OUT)
    counts = {"count": Count("id"), "count_open": Count("id", filter=Q(status=Status.OPEN))}
    for pk, count, open_count in leads.order_by().values(column).annotate(**counts).values_list(column, *counts):
        found[pk].leads, found[pk].open = count, open_count
    newest_first = leads.with_people().order_by(column, "-captured_at", "-id").distinct(column)
    for lead in newest_first:
        found[getattr(lead, column)].newest = lead
    for lead in newest_first.filter(status=Status.OPEN).exclude(owner=None):
        found[getattr(lead, column)].owner = lead.owner
    return found


def leads_of(**who: Any) -> Any:
    """The leads of a firm (`company=`) or person (`contact=`), newest first."""
    return Lead.objects.in_sight().with_people().filter(**who).exclude(status__in=OUT).order_by("-captured_at", "-id")


def _of_leads(words: str, column: str) -> list[UUID]:
    leads = Lead.objects.in_sight().filter(pk__in=by_words(words)).exclude(**{column: None})
    return list(leads.values_list(column, flat=True).distinct())


def _folded(name: str) -> str:
    return fold(without_legal_suffix(name))[:200]


def _company_id(public: str) -> UUID:
    try:
        return from_public(Company.PREFIX, public)
    except ValueError as error:
        raise ValidationError({"company": [str(error)]}) from None


def _said(query: Mapping[str, str], name: str) -> str:
    value = query.get(name, "").strip()
    if "\x00" in value or len(value) > LONGEST:
        raise ValidationError({name: [f"At most {LONGEST} characters, without NUL."]})
    return value
