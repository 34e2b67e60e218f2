"""Which leads a list shows: the filters of the API and of the page, read from a query string."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.timezone import is_naive, make_aware

from accounts.models import Member
from leads.models import Lead, LeadQuerySet, Source, Status, Track
from leads.own_filters import own_filters
from leads.searching import by_words
from tenancy.ids import from_public

ORDERS = ("captured_at", "updated_at", "score", "first_response_due_at")
SMALLEST, LARGEST = 0, 100


def listed(query: Mapping[str, str], *, me: Member | None = None) -> LeadQuerySet:
    """The leads in sight that `query` asks for. Raises ValidationError by the filter that makes no sense."""
    leads: LeadQuerySet = Lead.objects.in_sight().with_people()
    wrong = {}
    filters = FILTERS | (own_filters() if any(name.startswith("custom.") for name in query) else {})
    for name, read in filters.items():
        value = query.get(name, "").strip()
        if not value:
            continue
        try:
            leads = leads.filter(_mine(me) if (name, value) == ("owner", "me") else read(value))
        except ValueError as error:
            wrong[name] = [str(error)]
    if wrong:
        raise ValidationError(wrong)
    return leads


def order_of(query: Mapping[str, str]) -> str:
    """The column to sort by, `-` for descending; newest first unless told."""
    order = query.get("order") or "-captured_at"
    if order.removeprefix("-") not in ORDERS:
        raise ValidationError({"order": [f"One of these, with or without -: {', '.join(ORDERS)}."]})
    return order


def _among(column: str, choices: list[str]) -> Callable[[str], Q]:
    def read(text: str) -> Q:
        wanted = text.split(",")
        if unknown := set(wanted) - set(choices):
            raise ValueError(f"“{min(unknown)}” is none of: {', '.join(choices)}.")
        return Q(**{f"{column}__in": wanted})

    return read


def _named(prefix: str, id_column: str, name_column: str = "") -> Callable[[str], Q]:
    def read(text: str) -> Q:
        if name_column and not text.startswith(f"{prefix}_"):
            return Q(**{name_column: _clean(text)})
        return Q(**{id_column: from_public(prefix, text)})

    return read


def _owner(text: str) -> Q:
    return Q(owner=None) if text == "none" else Q(owner_id=from_public(Member.PREFIX, text))


def _mine(me: Member | None) -> Q:
    return Q(owner=me) if me else Q(pk=None)


def _score(lookup: str) -> Callable[[str], Q]:
    def read(text: str) -> Q:
        if not text.isascii() or not text.isdigit() or len(text) > 3 or int(text) > LARGEST:
            raise ValueError(f"A whole number from {SMALLEST} to {LARGEST} is wanted.")
        return Q(**{f"score__{lookup}": int(text)})

    return read


def _since(column: str, lookup: str) -> Callable[[str], Q]:
    return lambda text: Q(**{f"{column}__{lookup}": moment(text, end=lookup == "lt")})


def moment(text: str, *, end: bool = False) -> datetime:
    """A time, or the beginning of a day (its end when `end`) in the account's zone. Raises ValueError."""
    parsed = parse_datetime(text.replace(" ", "+"))
    if parsed is None and (day := parse_date(text)):
        parsed = datetime(day.year, day.month, day.day) + timedelta(days=1 if end else 0)
    if parsed is None or not 1970 <= parsed.year <= 9000:
        raise ValueError("A time such as 2026-03-02T09:00:00Z, or a day, is wanted.")
    return make_aware(parsed) if is_naive(parsed) else parsed


def _incomplete(text: str) -> Q:
    if text not in ("true", "false", "1", "0"):
        raise ValueError("true or false is wanted.")
    empty = Q(incomplete=[])
    return ~empty if text in ("true", "1") else empty


def _text(text: str) -> Q:
    return Q(pk__in=by_words(_clean(text)))


def _clean(text: str) -> str:
    if "\x00" in text or len(text) > 200:
        raise ValueError("At most 200 characters, without NUL.")
    return text


FILTERS: dict[str, Callable[[str], Q]] = {
    "stage": _named("stg", "stage_id", "stage_name"),
    "pipeline": _named("pip", "pipeline_id"),
    "source": _named(Source.PREFIX, "source_id", "source__name"),
    "tier": _among("tier", ["urgent", "high", "medium", "low"]),
    "track": _among("track", Track.values),
    "status": _among("status", Status.values),
    "owner": _owner,
    "score_min": _score("gte"),
    "score_max": _score("lte"),
    "created_from": _since("captured_at", "gte"),
    "created_to": _since("captured_at", "lt"),
    "updated_from": _since("updated_at", "gte"),
    "incomplete": _incomplete,
    "q": _text,
}
