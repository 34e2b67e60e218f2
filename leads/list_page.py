"""The list of leads: filters as chips, columns that sort, pages by key."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict
from django.urls import reverse

from accounts.models import Member
from leads.listing import FILTERS, listed, order_of
from leads.models import CustomField, FieldType, Lead, Source, Status, Track
from leads.own_columns import OwnColumns
from leads.promises import promise_of
from tenancy import clock
from tenancy.paging import Page, page_of

SIZE = 50
SORTS = {"score": "Tier", "first_response_due_at": "Promise", "captured_at": "Age"}
TIERS = [("urgent", "Urgent"), ("high", "High"), ("medium", "Medium"), ("low", "Low")]
CHIPS = (FieldType.CHOICE, FieldType.CHOICES, FieldType.BOOLEAN)


@dataclass(frozen=True)
class Listing:
    """One page of leads and what was asked for."""

    page: Page
    query: Mapping[str, str]
    order: str
    columns: OwnColumns

    @classmethod
    def of(cls, query: QueryDict, me: Member) -> Listing:
        """Raises ValidationError or BadCursor for a query that makes no sense."""
        known = [*FILTERS, *(name for name in query if name.startswith("custom."))]
        wanted = {name: str(query[name]) for name in known if query.get(name)}
        order = order_of({"order": str(query.get("order", ""))})
        page = page_of(listed(wanted, me=me), order=order, cursor=str(query.get("cursor", "")), limit=SIZE)
        return cls(page, wanted, order, OwnColumns.of(query.getlist("column")))

    def context(self) -> dict[str, Any]:
        now = clock.now()
        return {
            "rows": [_row(lead, now) | {"own": self.columns.cells(lead)} for lead in self.page.rows],
            "own_columns": [field.label for field in self.columns.chosen],
            "filter": {
                "q": self.query.get("q", ""),
                "chips": [
                    *_chips(self.query),
                    _owner_chip(self.query),
                    _source_chip(self.query),
                    *_own_chips(self.query),
                ],
                "columns": self.columns.options(),
                "on": bool(self.query),
                "count": len(self.query.keys() - {"q"}),
            },
            "order": self.order,
            "sorts": {column: self._sort(column) for column in SORTS},
            "next_url": self._link(cursor=self.page.next) if self.page.next else "",
            "previous_url": self._link(cursor=self.page.previous) if self.page.previous else "",
        }

    def _sort(self, column: str) -> dict[str, str]:
        """A heading's link: the first click sorts downwards, the next one turns it round."""
        down = self.order == f"-{column}"
        spoken = {f"-{column}": "descending", column: "ascending"}.get(self.order, "none")
        return {
            "words": SORTS[column],
            "url": self._link(order=column if down else f"-{column}"),
            "aria": spoken,
        }

    def _link(self, **more: str) -> str:
        kept = dict(self.query) | ({"order": self.order} if self.order != "-captured_at" else {})
        return f"{reverse('leads')}?{urlencode(kept | {'column': self.columns.names} | more, doseq=True)}"


def _row(lead: Lead, now: datetime) -> dict[str, Any]:
    return {
        "lead": lead,
        "id": lead.public_id,
        "name": str(lead.contact) or "No name yet",
        "company": str(lead.company) if lead.company else "",
        "sla": promise_of(lead, now),
        "stage": (lead.status == Status.OPEN and lead.stage_name) or lead.get_status_display(),
        "age": age(lead.captured_at, now),
    }


def age(since: datetime, now: datetime) -> str:
    """`just now`, `12 min`, `5 h`, `3 d`."""
    minutes = int((now - since).total_seconds() // 60)
    if minutes < 1:
        return "just now"
    if minutes < 60:
        return f"{minutes} min"
    return f"{minutes // 60} h" if minutes < 60 * 48 else f"{minutes // 1440} d"


def _chips(query: Mapping[str, str]) -> list[dict[str, Any]]:
    return [
        chip("tier", "Tier", "gauge", TIERS, query),
        chip("status", "Status", "flag", [*Status.choices], query),
        chip("track", "Track", "route", [*Track.choices], query),
        chip("incomplete", "Completeness", "clipboard-list", [("true", "Incomplete"), ("false", "Complete")], query),
    ]


def _owner_chip(query: Mapping[str, str]) -> dict[str, Any]:
    members = [(member.public_id, member.name) for member in Member.objects.active().order_by("name")]
    return chip("owner", "Owner", "user-round", [("me", "Me"), ("none", "Nobody"), *members], query)


def _source_chip(query: Mapping[str, str]) -> dict[str, Any]:
    sources = [(source.public_id, source.name) for source in Source.objects.order_by("name")]
    return chip("source", "Source", "inbox", sources, query)


def _own_chips(query: Mapping[str, str]) -> list[dict[str, Any]]:
    """The account's own lists and yes-or-no fields."""
    fields = CustomField.objects.live().filter(type__in=CHIPS)
    return [chip(field.name, field.label, "tag", _options(field), query) for field in fields]


def _options(field: CustomField) -> list[tuple[Any, Any]]:
    return [(choice, choice) for choice in field.choices] or [("true", "Yes"), ("false", "No")]


def chip(name: str, label: str, icon: str, options: list[tuple[Any, Any]], query: Mapping[str, str]) -> dict[str, Any]:
    chosen = query.get(name, "")
    return {
        "name": name,
        "label": label,
        "icon": icon,
        "on": bool(chosen),
        "options": [(value, words, value == chosen) for value, words in options],
    }
