"""What a member should know at once: a lead is theirs, somebody asks again, a promise is broken."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q

from accounts.models import Member
from accounts.roles import Function, Role
from events.kinds import Kind
from events.models import Event, NoticeKind, Notification
from leads.models import Lead
from routing.digest import digest
from routing.models import Clock, Cover
from routing.reaching import carry, give
from routing.reasons import Reason
from tenancy import clock
from tenancy.sight import current_sight

KINDS = {
    **dict.fromkeys((Kind.LEAD_ASSIGNED, Kind.LEAD_REPEATED, Kind.LEAD_REOPENED), NoticeKind.LEAD),
    **dict.fromkeys((Kind.PROMISE_REMINDED, Kind.PROMISE_BROKEN), NoticeKind.PROMISE),
    **dict.fromkeys((Kind.PROMISE_ESCALATED, Kind.LEAD_UNASSIGNED, Kind.LEAD_DECLINED), NoticeKind.TEAM),
}
FRESH = timedelta(hours=24)  # older happenings are history, not news
OWED = {
    Clock.FIRST_ATTEMPT: "a first attempt",
    Clock.FIRST_RESPONSE: "an answer",
    Clock.NEXT_STEP: "a next step",
}
QUIET = timedelta(minutes=10)  # who hears of a lead need not hear again that it asks


def tell(lead_ids: Sequence[UUID]) -> None:
    """One notice for each news of these leads and each member it concerns; what was told already is not told again."""
    leads = {lead.pk: lead for lead in Lead.objects.with_people().filter(pk__among=lead_ids)}
    since = clock.now() - FRESH - QUIET
    happened = Event.objects.filter(lead_id__among=list(leads), kind__in=list(KINDS), occurred_at__gte=since)
    overseers = [member for member in Member.objects.active() if member.may(Function.REASSIGN)]
    notices = [
        notice
        for event in news_among(happened.order_by("lead_id", "occurred_at", "id"))
        if event.occurred_at >= since + QUIET
        for notice in notices_of(event, leads[event.lead_id], overseers)
    ]
    give(notices)


def tell_of_covers(cover_ids: Sequence[UUID]) -> None:
    """Whoever acts for somebody hears of all their leads at once; and both do when they go back."""
    happened = Event.objects.filter(subject_id__in=cover_ids, kind__in=(Kind.COVER_BEGUN, Kind.COVER_ENDED))
    covers = {cover.pk: cover for cover in Cover.objects.filter(pk__in=cover_ids).select_related("member", "acting")}
    since = clock.now() - FRESH
    notices = [
        Notification(
            member_id=member_id,
            text=text[:200],
            path=f"covers/{covers[event.subject_id].public_id}/",
            event_id=event.pk,
            created_at=event.occurred_at,
        )
        for event in happened.filter(occurred_at__gte=since).order_by("occurred_at", "id")
        for member_id, text in _of_cover(event, covers[event.subject_id])
    ]
    give(notices)


def carry_of(subject_ids: Sequence[UUID]) -> None:
    """Notices that an app upstream has given of something that happened to these just now, each once."""
    happened = Event.objects.filter(subject_id__in=subject_ids, kind__in=(Kind.SOURCE_SILENT, Kind.SOURCE_HEARD))
    recent = happened.filter(recorded_at__gte=clock.now() - FRESH).values_list("pk", flat=True)
    rows = Notification.objects.filter(event_id__in=list(recent), tell_at=None).select_for_update().order_by("id")
    waiting = list(rows)
    carry(waiting)
    Notification.objects.bulk_update(waiting, ["tell_at", "to_mail", "to_post"])


def _of_cover(event: Event, cover: Cover) -> list[tuple[UUID, str]]:
    count = event.body["leads"]
    leads = f"{count} lead{'' if count == 1 else 's'}"
    if event.kind == Kind.COVER_BEGUN:
        until = f"until {cover.last_day.day} {cover.last_day:%b}"
        return [
            (cover.acting_id, f"You act for {cover.member.name} {until}: {leads} of theirs are yours."),
            (cover.member_id, f"{cover.acting.name} acts for you {until}, with {leads}."),
        ]
    back = f"{leads} went back to {cover.member.name}."
    return [(cover.member_id, f"You are back. {digest(cover).sentence}"), (cover.acting_id, back)]


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
    """A member's notices that were not seen yet, newest first; none of a lead that is out of sight by now."""
    unread = Notification.objects.filter(member_id=member.pk, read_at=None)
    if current_sight():
        seen = Exists(Lead.objects.in_sight().filter(pk=OuterRef("lead_id")))
        unread = unread.filter(Q(lead_id=None) | Q(seen))
    return unread.order_by("-created_at", "-id")


def notices_of(event: Event, lead: Lead, overseers: Iterable[Member]) -> list[Notification]:
    """The unsaved notices of one event: to the owner, and to whom it falls to help."""
    text = sentence(event, lead)
    return [
        Notification(
            member_id=member_id,
            kind=KINDS[Kind(event.kind)],
            text=text[:200],
            lead_id=lead.pk,
            event_id=event.pk,
            urgent=lead.tier == "urgent",
        )
        for member_id in sorted(concerned(event, lead, overseers))
        if member_id != event.actor_id  # nobody is told of what they did themselves
    ]


def concerned(event: Event, lead: Lead, overseers: Iterable[Member]) -> set[UUID]:
    """Promises concern the owner, and the managers once they are told; a lead without anybody all who oversee."""
    everybody = {member.pk for member in overseers}
    managers = managers_of(lead, overseers)
    owner = {lead.owner_id} if lead.owner_id else set()
    match event.kind:
        case Kind.LEAD_ASSIGNED if event.body.get("quiet"):
            return set()
        case Kind.LEAD_ASSIGNED:
            return owner if event.body.get("member_id") == str(lead.owner_id) else set()
        case Kind.LEAD_REOPENED if not event.body.get("recycled"):
            return set()
        case Kind.LEAD_DECLINED:
            return set() if event.body.get("to") else managers
        case Kind.PROMISE_REMINDED:
            return owner or managers
        case Kind.PROMISE_ESCALATED:
            return managers
        case Kind.LEAD_UNASSIGNED:
            return everybody if event.body.get("reason") == "nobody" and not owner else set()
        case _:
            return owner


def managers_of(lead: Lead, overseers: Iterable[Member]) -> set[UUID]:
    """The managers of the owner's team, or all, or (where there is none) the admins."""
    overseers = list(overseers)
    managers = [member for member in overseers if member.role == Role.MANAGER]
    team = [member for member in managers if lead.owner and lead.owner.team_id and member.team_id == lead.owner.team_id]
    return {member.pk for member in team or managers or overseers}


def sentence(event: Event, lead: Lead) -> str:
    """What happened, with a name first: notices are read in a glance."""
    who = f"{lead.contact} of {lead.company}" if lead.company and str(lead.company) else str(lead.contact)
    match event.kind:
        case Kind.LEAD_ASSIGNED:
            tier = f" {lead.tier.capitalize()}." if lead.tier else ""
            return f"{who} is yours now.{tier}"
        case Kind.LEAD_REPEATED:
            return f"{who} asks again."
        case Kind.LEAD_REOPENED:
            return f"{who} is back. {event.body.get('reason', '')}"
        case Kind.LEAD_DECLINED:
            reason = Reason(event.body["reason"]).label.lower()
            return f"{event.body['member']} passes on {who}, {reason}, and nobody else can take it."
        case Kind.PROMISE_REMINDED:
            return f"{who} waits: {OWED[event.body['clock']]} is due soon."
        case Kind.PROMISE_BROKEN if event.body.get("clock") == Clock.NEXT_STEP:
            return f"{who} has no next step."
        case Kind.PROMISE_BROKEN:
            return f"{who} waited longer than promised."
        case Kind.PROMISE_ESCALATED:
            return escalation(event, lead, who)
        case _:
            return f"{who} has no owner: nobody is available."


def escalation(event: Event, lead: Lead, who: str) -> str:
    """What a manager is told of a promise that was broken: whose it was, how often, and why."""
    missed = int(event.body.get("windows", 1))
    owner = f", {lead.owner.name}’s" if lead.owner else ", nobody’s"
    what = "has no next step" if event.body.get("clock") == Clock.NEXT_STEP else "still waits for an answer"
    often = {1: "", 2: " after twice the time"}.get(missed, f" after {missed} times the time")
    return f"{who}{owner}, {what}{often}. {event.body.get('why', '')}".strip()
