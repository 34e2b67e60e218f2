"""Where this lead stands among those its reader has to look after: "1 of 9", and its neighbours."""

from __future__ import annotations

from typing import Any

from django.db.models import F
from django.urls import reverse

from accounts.models import Member
from leads.models import Lead, Status
from tenancy.ids import public_id

MOST = 200


def place(lead: Lead, member: Member) -> dict[str, Any] | None:
    """The neighbours in the reader's own queue, promises first; None for a lead that is not in it."""
    mine = Lead.objects.filter(owner=member, status=Status.OPEN)
    in_order = mine.order_by(F("first_response_due_at").asc(nulls_last=True), "-captured_at", "-id")
    ids = list(in_order.values_list("pk", flat=True)[:MOST])
    if lead.pk not in ids:
        return None
    at = ids.index(lead.pk)
    return {
        "words": f"{at + 1} of {len(ids)}",
        "previous": _url(ids[at - 1]) if at else "",
        "next": _url(ids[at + 1]) if at + 1 < len(ids) else "",
    }


def _url(lead_id: Any) -> str:
    return reverse("lead", args=[public_id(Lead.PREFIX, lead_id)])
