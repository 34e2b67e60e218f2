"""Everything that arrived, newest first: what the intake queue and the spam folder show."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q

from leads.duplicates import open_suspicions
from leads.models import Source, Status, Submission
from tenancy.ids import from_public

CHANNELS = {
    "form": "Form",
    "api": "API",
    "batch": "API, batch",
    "manual": "By hand",
    "import": "Import",
    "email": "E-mail",
    "webhook": "Webhook",
    "call": "Call",
}
WENT = {
    "owned": "Has an owner",
    "waiting": "Nobody has it",
    "closed": "Closed",
}


def arrived(query: Mapping[str, str]) -> Any:
    """Submissions as `query` asks, with all that a row shows. Spam is a view of its own (`view=spam`).

    Raises ValueError for a filter that makes no sense.
    """
    rows = Submission.objects.select_related("source", "form", "lead__contact", "lead__company", "lead__owner")
    rows = rows.defer("raw", "consent")
    if query.get("view") == "spam":
        rows = rows.filter(lead__status=Status.SPAM)
    for name, read in FILTERS.items():
        if value := query.get(name, "").strip():
            rows = rows.filter(read(value))
    return rows


def suspected(lead_ids: Collection[UUID]) -> dict[UUID, str]:
    """Those of the leads that may be somebody we know, with the pair (public id) somebody should look at. One query."""
    pairs = open_suspicions().filter(Q(first__in=lead_ids) | Q(second__in=lead_ids))
    found: dict[UUID, str] = {}
    for pair in pairs.only("id", "first_id", "second_id", "account_id"):
        for lead_id in (pair.first_id, pair.second_id):
            found.setdefault(lead_id, pair.public_id)  # the likeliest comes first
    return found


def _source(text: str) -> Q:
    return Q(source_id=from_public(Source.PREFIX, text))


def _among(known: Mapping[str, Q]) -> Callable[[str], Q]:
    def read(text: str) -> Q:
        if text not in known:
            raise ValueError(f"“{text[:20]}” is none of: {', '.join(known)}.")
        return known[text]

    return read


_COMPLETE = Q(lead__incomplete=[])
_FIRST = _among({"new": Q(duplicate=False), "repeat": Q(duplicate=True)})


def _first(text: str) -> Q:
    if text != "suspected":
        return _FIRST(text)
    # Two questions, each by its own index, instead of an OR that no index answers.
    lead, asked = OuterRef("lead_id"), open_suspicions().order_by()
    return Q(Exists(asked.filter(first_id=lead))) | Q(Exists(asked.filter(second_id=lead)))


FILTERS: dict[str, Callable[[str], Q]] = {
    "source": _source,
    "channel": _among({name: Q(channel=name) for name in CHANNELS}),
    "complete": _among({"yes": _COMPLETE, "no": ~_COMPLETE, "odd": ~Q(problems=[])}),
    "first": _first,
    "went": _among(
        {
            "owned": Q(lead__status=Status.OPEN, lead__owner__isnull=False),
            "waiting": Q(lead__status=Status.OPEN, lead__owner__isnull=True),
            "closed": Q(lead__status__in=[Status.WON, Status.LOST, Status.DISQUALIFIED]),
        }
    ),
}
