"""The built-in facts."""

from __future__ import annotations

from collections.abc import Collection
from decimal import Decimal
from typing import Any

import pycountry
from disposable_email_domains import blocklist
from django.db.models import BooleanField, Case, CharField, DecimalField, ExpressionWrapper, F, Func, Value, When
from django.db.models.functions import Coalesce, Length, NullIf
from django.db.models.lookups import In

from leads.catalogue import Field, Type, canonical_id, register
from leads.domains import FREE_MAIL, is_free_mail
from leads.models import SourceKind, Status, Track
from leads.money import WITH_THREE_DIGITS, WITHOUT_MINOR, major
from leads.normalise import slug

SENIORITIES = (
    ("owner", "Owner"),
    ("c_level", "C-level"),
    ("head", "Head"),
    ("manager", "Manager"),
    ("specialist", "Specialist"),
)
IT_DECISIONS = (("in_house", "In-house"), ("provider", "Provider"))
TIERS = (("urgent", "Urgent"), ("high", "High"), ("medium", "Medium"), ("low", "Low"))
COUNTRIES = tuple(sorted(((c.alpha_2, c.name) for c in pycountry.countries), key=lambda pair: pair[1]))


def _first(*values: str | None) -> str:
    return next(filter(None, values), "")


def _value(minor: int | None, currency: str) -> float | None:
    return None if minor is None else float(major(minor, currency))


def _free_mail(email: str) -> bool | None:
    return is_free_mail(email.rpartition("@")[2]) if email else None


def _country_column() -> Any:
    return Coalesce(NullIf(F("contact__country"), Value(""), output_field=CharField()), F("company__country"))


def _phone_column() -> Any:
    return Coalesce(NullIf(F("contact__phone_e164"), Value(""), output_field=CharField()), F("contact__phone"))


def _value_column() -> Any:
    factor = Case(
        When(currency__in=sorted(WITHOUT_MINOR), then=Value(Decimal(1))),
        When(currency__in=sorted(WITH_THREE_DIGITS), then=Value(Decimal("0.001"))),
        default=Value(Decimal("0.01")),
        output_field=DecimalField(),
    )
    return ExpressionWrapper(F("value_minor") * factor, DecimalField())


def _length_column() -> Any:
    return NullIf(Length("message"), 0)


def _disposable(email: str) -> bool | None:
    return email.rpartition("@")[2] in blocklist if email else None


def _provider_column(domains: Collection[str]) -> Any:
    """Whether the address is at one of these domains; NULL without an address."""
    domain = Func(F("contact__email_norm"), Value("@"), Value(-1), function="split_part", output_field=CharField())
    return Case(
        When(contact__email_norm="", then=None),
        When(In(domain, sorted(domains)), then=Value(True)),
        default=Value(False),
        output_field=BooleanField(),
    )


def _free_mail_column() -> Any:
    return _provider_column(FREE_MAIL)


def _disposable_column() -> Any:
    return _provider_column(blocklist)


def _unsubscribed_column() -> Any:
    return Case(When(contact__unsubscribed_at=None, then=Value(False)), default=Value(True))


PERSON = (
    Field("name", "Name", Type.TEXT, "contact__name"),
    Field("first_name", "First name", Type.TEXT, "contact__first_name"),
    Field("last_name", "Last name", Type.TEXT, "contact__last_name"),
    Field("email", "E-mail", Type.TEXT, "contact__email"),
    Field(
        "phone",
        "Phone",
        Type.TEXT,
        column=_phone_column,
        read=_first,
        paths=("contact__phone_e164", "contact__phone"),
    ),
    Field("job_title", "Job title", Type.TEXT, "contact__job_title"),
    Field("seniority", "Seniority", Type.CHOICE, "contact__seniority", SENIORITIES, normal=str.lower),
    Field("department", "Department", Type.TEXT, "contact__department"),
    Field(
        "country",
        "Country",
        Type.CHOICE,
        choices=COUNTRIES,
        column=_country_column,
        read=_first,
        paths=("contact__country", "company__country"),
        normal=str.upper,
    ),
    Field("language", "Language", Type.TEXT, "contact__language"),
    Field(
        "free_mail",
        "Free-mail address",
        Type.BOOLEAN,
        column=_free_mail_column,
        read=_free_mail,
        paths=("contact__email_norm",),
    ),
    Field(
        "disposable_mail",
        "Disposable address",
        Type.BOOLEAN,
        column=_disposable_column,
        read=_disposable,
        paths=("contact__email_norm",),
    ),
    Field(
        "unsubscribed",
        "Unsubscribed",
        Type.BOOLEAN,
        column=_unsubscribed_column,
        read=lambda at: at is not None,
        paths=("contact__unsubscribed_at",),
    ),
)
FIRM = (
    Field("company", "Company", Type.TEXT, "company__name"),
    Field("domain", "Domain", Type.TEXT, "company__domain", normal=str.lower),
    Field("headcount", "Company size", Type.NUMBER, "company__headcount"),
    Field("industry", "Industry", Type.TEXT, "company__industry", normal=slug),
)
INTEREST = (
    Field("message", "Message", Type.TEXT, "message"),
    Field(
        "message_length",
        "Length of the message",
        Type.NUMBER,
        column=_length_column,
        read=lambda message: len(message) or None,
        paths=("message",),
    ),
    Field("product", "Product", Type.TEXT, "product"),
    Field("territory", "Territory", Type.TEXT, "territory"),
    Field("budget", "Budget", Type.TEXT, "budget"),
    Field("timeline_days", "Days until the need", Type.NUMBER, "timeline_days"),
    Field("business_problem", "Business problem", Type.TEXT, "business_problem"),
    Field("tech_stack", "Tech stack", Type.LIST, "tech_stack"),
    Field("it_decision", "IT decision", Type.CHOICE, "it_decision", IT_DECISIONS, normal=str.lower),
    Field("value", "Value", Type.MONEY, column=_value_column, read=_value, paths=("value_minor", "currency")),
    Field("currency", "Currency", Type.CHOICE, "currency", normal=str.upper),
    Field("source", "Source", Type.TEXT, "source__name"),
    Field("source_kind", "Kind of source", Type.CHOICE, "source__kind", tuple(SourceKind.choices), normal=str.lower),
    Field("referrer", "Referrer", Type.TEXT, "referrer"),
    Field("incomplete", "Missing facts", Type.LIST, "incomplete"),
)
STATE = (
    Field("status", "Status", Type.CHOICE, "status", tuple(Status.choices), normal=str.lower),
    Field("track", "Track", Type.CHOICE, "track", tuple(Track.choices), normal=str.lower),
    Field("owner", "Owner", Type.CHOICE, "owner_id", normal=canonical_id("mem"), prefix="mem"),
    Field("pipeline", "Pipeline", Type.CHOICE, "pipeline_id", normal=canonical_id("pip"), prefix="pip"),
    Field("stage", "Stage", Type.TEXT, "stage_name"),
    Field("stage_number", "Number of the stage", Type.NUMBER, "stage_number"),
    Field("tier", "Tier", Type.CHOICE, "tier", TIERS, normal=str.lower),
    Field("score", "Score", Type.NUMBER, "score"),
    Field("fit", "Fit", Type.NUMBER, "fit"),
    Field("intent", "Intent", Type.NUMBER, "intent"),
    Field("authority", "Authority", Type.NUMBER, "authority"),
    Field("timing", "Timing", Type.NUMBER, "timing"),
    Field("points", "Qualification points", Type.NUMBER, "points"),
    Field("outcome", "Outcome", Type.TEXT, "outcome"),
    Field("disqualified_reason", "Reason of disqualification", Type.TEXT, "disqualified_reason"),
    Field("captured_at", "Captured", Type.TIME, "captured_at"),
    Field("updated_at", "Changed", Type.TIME, "updated_at"),
    Field("assigned_at", "Assigned", Type.TIME, "assigned_at"),
    Field("first_attempt_at", "First attempt", Type.TIME, "first_attempt_at"),
    Field("first_response_at", "First response", Type.TIME, "first_response_at"),
    Field("first_response_due_at", "First response due", Type.TIME, "first_response_due_at"),
    Field("next_step_at", "Next step", Type.TIME, "next_step_at"),
    Field("closed_at", "Closed", Type.TIME, "closed_at"),
    Field("recycle_on", "Recycle date", Type.DATE, "recycle_on"),
)

register(*PERSON, *FIRM, *INTEREST, *STATE)
