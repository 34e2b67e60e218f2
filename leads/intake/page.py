"""The intake queue as a page: views, filters as chips, pages by key."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict
from django.urls import reverse

from leads.intake.queue import CHANNELS, FILTERS, WENT, arrived, suspected
from leads.labels import fact_label
from leads.list_page import age, chip
from leads.models import Source, Status, Submission
from leads.silence.watching import open_silences
from tenancy import clock
from tenancy.paging import Page, page_of

SIZE = 50
VIEWS = {"": "Everything", "spam": "Spam folder"}
FIRST = {"new": "First enquiries", "repeat": "Repeats", "suspected": "Perhaps known"}


@dataclass(frozen=True)
class Intake:
    """One page of what arrived, and what was asked for."""

    page: Page
    query: Mapping[str, str]

    @classmethod
    def of(cls, query: QueryDict) -> Intake:
        """Raises ValueError (BadCursor too) for a query that makes no sense."""
        wanted = {name: str(query[name]) for name in ("view", *FILTERS) if query.get(name)}
        if wanted.get("view", "") not in VIEWS:
            raise ValueError("There is no such view.")
        cursor = str(query.get("cursor", ""))
        return cls(page_of(arrived(wanted), order="-received_at", cursor=cursor, limit=SIZE), wanted)

    def context(self) -> dict[str, Any]:
        now, view = clock.now(), self.query.get("view", "")
        base, rows = reverse("intake"), self.page.rows
        twice = suspected({row.lead_id for row in rows})
        return {
            "rows": [_row(row, age(row.received_at, now)) | {"twice": twice.get(row.lead_id)} for row in rows],
            "silences": list(open_silences()),
            "is_spam": view == "spam",
            "views": [(words, f"{base}?view={name}" if name else base, name == view) for name, words in VIEWS.items()],
            "filter": {
                "chips": _chips(self.query),
                "on": bool(set(self.query) & set(FILTERS)),
                "count": len(set(self.query) & set(FILTERS)),
                "view": view,
                "clear_url": f"{base}?view={view}" if view else base,
            },
            "next_url": self._link(self.page.next),
            "previous_url": self._link(self.page.previous),
        }

    def _link(self, cursor: str) -> str:
        return f"{reverse('intake')}?{urlencode(dict(self.query) | {'cursor': cursor})}" if cursor else ""


def _row(row: Submission, since: str) -> dict[str, Any]:
    lead = row.lead
    return {
        "id": row.public_id,
        "lead_id": lead.public_id,
        "name": str(lead.contact) or lead.contact.email or lead.contact.phone or "No name yet",
        "company": str(lead.company) if lead.company else "",
        "source": row.source.name,
        "channel": CHANNELS.get(row.channel, row.channel),
        "form": str(row.form) if row.form else "",
        "missing": ", ".join(fact_label(name) for name in lead.incomplete),
        "problems": len(row.problems),
        "repeat": row.duplicate,
        "is_spam": lead.status == Status.SPAM,
        "reason": row.spam,
        "went": _went(row),
        "received_at": row.received_at,
        "age": since,
    }


def _went(row: Submission) -> str:
    lead = row.lead
    if lead.status == Status.SPAM:
        return "Spam folder"
    if lead.status != Status.OPEN:
        return str(lead.get_status_display())
    owner = lead.owner.name if lead.owner else "Nobody"
    return f"{owner}, {lead.stage_name}" if lead.stage_name else owner


def _chips(query: Mapping[str, str]) -> list[dict[str, Any]]:
    sources = [(source.public_id, source.name) for source in Source.objects.order_by("name")]
    complete = [("yes", "Complete"), ("no", "Something is missing"), ("odd", "Something is malformed")]
    return [
        chip("source", "Source", "inbox", sources, query),
        chip("channel", "Channel", "plug", list(CHANNELS.items()), query),
        chip("complete", "Completeness", "clipboard-list", complete, query),
        chip("first", "Repeats", "repeat", list(FIRST.items()), query),
        chip("went", "Where it went", "route", list(WENT.items()), query),
    ]
