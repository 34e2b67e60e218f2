"""A lead that no rule but the fallback had anybody for: managers and admins should know that the rules have a hole."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from accounts.models import Member
from accounts.roles import Function
from events.kinds import Kind
from events.models import Event, NoticeKind, Notification
from leads.models import Lead
from routing.reaching import give
from tenancy import clock

QUIET = timedelta(hours=1)  # one alarm within it tells of all the leads that fall through


def alarm(lead_ids: Sequence[UUID]) -> None:
    """Tell managers and admins of the first of these leads that fell through, unless they were told within the hour."""
    now = clock.now()
    fell = Event.objects.filter(kind=Kind.LEAD_FELL_THROUGH, lead_id__in=lead_ids, occurred_at__gte=now - QUIET)
    first = fell.order_by("occurred_at", "id").first()
    if first is None or _was_told(first):
        return
    lead = Lead.objects.with_people().get(pk=first.lead_id)
    text = f"No rule had anybody for {lead}: the fallback “{first.body['rule']}” helped out."[:200]
    overseers = [member.pk for member in Member.objects.active() if member.may(Function.REASSIGN)]
    about: dict[str, Any] = {"kind": NoticeKind.TEAM, "text": text, "lead_id": lead.pk, "event_id": first.pk}
    notices = [Notification(member_id=one, **about) for one in sorted(overseers)]
    give(notices)


def _was_told(event: Event) -> bool:
    before = Event.objects.filter(
        kind=Kind.LEAD_FELL_THROUGH, occurred_at__gt=event.occurred_at - QUIET, occurred_at__lte=event.occurred_at
    ).exclude(pk=event.pk)
    told = Notification.objects.filter(event_id__in=before.values_list("pk", flat=True))
    return bool(told.exists())
