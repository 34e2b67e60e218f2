"""Everything that was received, to look at: what it was, what became of it, and why."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, F, Max, Q

from leads.inbound.arrival import read_json
from leads.models import Inlet, Payload, PayloadState, Protocol
from tenancy import clock
from tenancy.ids import public_id
from tenancy.paging import BadCursor, Page, page_of

MOST_SHOWN = 20_000  # characters of one payload
ROWS = 50


@dataclass(frozen=True)
class Filter:
    """`state` is one of PayloadState, `inlet` a public id; "" for all."""

    state: str = ""
    inlet: str = ""
    cursor: str = ""


def received(wanted: Filter) -> Page:
    """A page of payloads, newest first; a filter that makes no sense filters nothing."""
    rows = Payload.objects.select_related("inlet", "source", "lead__contact").defer("body")
    if wanted.state in PayloadState.values:
        rows = rows.filter(state=wanted.state)
    if inlet := inlet_called(wanted.inlet):
        rows = rows.filter(inlet=inlet)
    try:
        return page_of(rows, order="-received_at", cursor=wanted.cursor, limit=ROWS)
    except BadCursor:
        return page_of(rows, order="-received_at", limit=ROWS)


def counts() -> dict[str, int]:
    """How many payloads there are in each state."""
    return dict(Payload.objects.order_by().values_list("state").annotate(Count("id")))


def inlet_called(public: str) -> Inlet | None:
    try:
        found: Inlet = Inlet.objects.by_public_id(public)
    except Inlet.DoesNotExist:
        return None
    return found


def inlets_with_counts() -> list[tuple[Inlet, datetime | None, int]]:
    """Inlets, those in use first and by name, with when they last received something and how much failed."""
    # Counted apart: PostgreSQL does not know that an inlet's id alone names it, and refuses to group by it.
    failed = Count("id", filter=Q(state=PayloadState.FAILED))
    rows = (
        Payload.objects.exclude(inlet=None)
        .order_by()
        .values_list("inlet_id")
        .annotate(last=Max("received_at"), failed=failed)
    )
    known = {inlet_id: (last_at, count) for inlet_id, last_at, count in rows}
    inlets = Inlet.objects.select_related("source").order_by(F("withdrawn_at").asc(nulls_first=True), "name")
    return [(inlet, *known.get(inlet.pk, (None, 0))) for inlet in inlets]


def token_warnings() -> list[tuple[Inlet, str]]:
    """Access tokens that ended or soon will, for those who can renew them."""
    today = clock.now().date()
    inlets = Inlet.objects.filter(protocol__in=[Protocol.META, Protocol.LINKEDIN], withdrawn_at=None).order_by("name")
    return [(inlet, warning) for inlet in inlets if (warning := inlet.token_warning(today))]


def examples_of(inlet: Inlet) -> list[Payload]:
    """The last ten things an inlet received that can be read as JSON."""
    return list(inlet.payloads.exclude(state=PayloadState.REFUSED).order_by("-received_at", "-id")[:10])


def shown(payload: Payload) -> str:
    """A payload's body to read: JSON in lines, else as text."""
    raw = bytes(payload.body)
    data = read_json(raw) if payload.protocol != Protocol.EMAIL else None
    if data is not None:
        return json.dumps(data, indent=2, ensure_ascii=False)[:MOST_SHOWN]
    return raw[:MOST_SHOWN].decode("utf-8", "replace").replace("\x00", "�")


def submission_of(payload: Payload) -> str:
    """The public id of the submission that was made of it, or ""."""
    return public_id("sub", payload.submission_id) if payload.submission_id else ""
