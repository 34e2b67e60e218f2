"""Leads that went out until a day come back on it by themselves, with their history."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time
from typing import TYPE_CHECKING
from uuid import UUID
from zoneinfo import ZoneInfo

from events.jobs import reschedule_all
from events.record import SYSTEM
from leads.models import Lead, Status
from leads.records import release
from tenancy import clock
from tenancy.scope import current_account

if TYPE_CHECKING:
    from events.jobs import Handler

OUT = (Status.DISQUALIFIED, Status.LOST)
EARLY = time(6)  # before anybody works: it is there when the day begins


def plan(lead_ids: Sequence[UUID], bring_back: Handler) -> None:
    """Set or cancel the timer of each of these leads, by the day it is to come back on."""
    days = Lead.objects.filter(pk__in=lead_ids, status__in=OUT).values_list("pk", "recycle_on").order_by("pk")
    reschedule_all(bring_back, [(pk, early_on(day) if day else None) for pk, day in days])


def bring_back(lead_ids: Sequence[UUID]) -> None:
    """Open those whose day has come and that are still out."""
    today = clock.now().astimezone(_zone()).date()
    due = Lead.objects.filter(pk__in=lead_ids, status__in=OUT, recycle_on__lte=today)
    leads = list(due.with_people().order_by("id"))
    release([lead.pk for lead in leads if lead.owner and lead.owner.left_at])  # whoever left gets nothing back
    for lead in leads:
        lead.reopen(by=SYSTEM, reason=_words(lead), recycled=True)


def early_on(day: date) -> datetime:
    """When a lead comes back on a local day of the account (aware)."""
    return datetime.combine(day, EARLY, _zone())


def _words(lead: Lead) -> str:
    how = lead.get_status_display().lower()
    since = f" since {lead.closed_at.astimezone(_zone()):%-d %b %Y}" if lead.closed_at else ""
    because = f": {lead.disqualified_reason}" if lead.disqualified_reason else ""
    return f"Its day has come. It was {how}{since}{because}."


def _zone() -> ZoneInfo:
    return ZoneInfo(current_account().time_zone)
