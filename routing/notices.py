"""What a member should know at once: a lead is theirs, somebody asks again, a promise is broken."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from accounts.models import Member
from accounts.roles import Function, Role
from events.kinds import Kind
from events.models import Event, Notification
from leads.models import Lead
from tenancy import clock

TOLD_OF = (Kind.LEAD_ASSIGNED, Kind.LEAD_REPEATED, Kind.LEAD_UNASSIGNED, Kind.PROMISE_BROKEN)
FRESH = timedelta(hours=24)  # older happenings are history, not news
QUIET = timedelta(minutes=10)  # who hears of a lead need not hear again that it asks


def tell(lead_ids: Sequence[UUID]) -> None:
    """One notice for each news of these leads and each member it concerns; what was told already is not told again."""
    leads = {lead.pk: lead for lead in Lead.objects.with_people().filter(pk__in=lead_ids)}
    since = clock.now() - FRESH - QUIET
    happened = Event.objects.filter(lead_id__in=list(leads), kind__in=TOLD_OF, occurred_at__gte=since)
    overseers = [member for member in Member.objects.active() if member.may(Function.REASSIGN)]
    notices = [
        notice
        for event in news_among(happened.order_by("lead_id", "occurred_at", "id"))
        if event.occurred_at >= since + QUIET
        for notice in notices_of(event, leads[event.lead_id], overseers)
    ]
    Notification.objects.bulk_create(notices, ignore_conflicts=True)


def news_among(happened: Iterable[Event]) -> list[Event]:
    """Of what happened, in order, what is worth a notice: of somebody who asks fifty times in a row only the first,
    and of a repeat before the owner came nothing, for the new owner hears of the lead itself."""
    news: list[Event] = []
    before: dict[UUID | None, Event] = {}
    for event in happened:
        earlier = before.get(event.lead_id)
        if event.kind == Kind.LEAD_ASSIGNED:
            news = [one for one in news if (one.lead_id, one.kind) != (event.lead_id, Kind.LEAD_REPEATED)]
        if event.kind != Kind.LEAD_REPEATED or not earlier or event.occurred_at - earlier.occurred_at > QUIET:
            news.append(event)
        if event.kind in (Kind.LEAD_ASSIGNED, Kind.LEAD_REPEATED):
            before[event.lead_id] = event
    return news


def unread_by(member: Member) -> Any:
    """A member's notices that were not seen yet, newest first."""
    return Notification.objects.filter(member_id=member.pk, read_at=None).order_by("-created_at", "-id")


def notices_of(event: Event, lead: Lead, overseers: Iterable[Member]) -> list[Notification]:
    """The unsaved notices of one event: to the owner, and to whom it falls to help."""
    text = sentence(event, lead)
    return [
        Notification(member_id=member_id, text=text[:200], lead_id=lead.pk, event_id=event.pk)
        for member_id in sorted(concerned(event, lead, overseers))
        if member_id != event.actor_id  # nobody is told of what they did themselves
    ]


def concerned(event: Event, lead: Lead, overseers: Iterable[Member]) -> set[UUID]:
    """A promise broken reaches the managers too; a lead without anybody reaches managers and admins."""
    everybody = {member.pk for member in overseers}
    managers = {member.pk for member in overseers if member.role == Role.MANAGER} or everybody
    owner = {lead.owner_id} if lead.owner_id else set()
    match event.kind:
        case Kind.LEAD_ASSIGNED:
            return owner if event.body.get("member_id") == str(lead.owner_id) else set()
        case Kind.PROMISE_BROKEN:
            return owner | managers
        case Kind.LEAD_UNASSIGNED:
            return everybody if event.body.get("reason") == "nobody" and not owner else set()
        case _:
            return owner


def sentence(event: Event, lead: Lead) -> str:
    """What happened, with a name first: notices are read in a glance."""
    who = f"{lead.contact} of {lead.company}" if lead.company and str(lead.company) else str(lead.contact)
    match event.kind:
        case Kind.LEAD_ASSIGNED:
            tier = f" {lead.tier.capitalize()}." if lead.tier else ""
            return f"{who} is yours now.{tier}"
        case Kind.LEAD_REPEATED:
            return f"{who} asks again."
        case Kind.PROMISE_BROKEN:
            return f"{who} waited longer than promised."
        case _:
            return f"{who} has no owner: nobody is available."
