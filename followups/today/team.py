"""The manager's view: who carries how much, what was escalated, and what nobody has."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import Count, Max, Q
from django.urls import reverse

from accounts.models import Member
from accounts.roles import Role
from followups.today.watch import Watch, rows_of
from leads.models import Lead
from pipeline.models import Deal, Task
from pipeline.wire import title_of
from routing import escalations
from routing.models import Breach, PoolMember
from routing.state import people_of

SHOWN = 4


@dataclass(frozen=True)
class Load:
    """What one member carries. `share` is their part of `room` in per cent, None where there is no limit."""

    name: str
    initials: str
    hue: int
    holds: int
    room: int | None
    waiting: int  # for a first answer whose promise is at risk or broken
    overdue: int  # tasks
    stalled: int  # deals over their stage's limit
    away: str
    board_url: str

    @property
    def is_over(self) -> bool:
        return self.room is not None and self.holds >= self.room

    @property
    def share(self) -> int | None:
        return None if not self.room else min(100, self.holds * 100 // self.room)


@dataclass(frozen=True)
class Line:
    """A lead that somebody must see to, and the dialog in which it is given to somebody."""

    name: str
    url: str
    words: str
    assign_url: str


def team(watch: Watch) -> dict[str, Any]:
    """What "followups/today_team.html" reads; nothing for those who look at their own day. Eleven queries whatever the
    number of people."""
    if not watch.is_team:
        return {"loads": []}
    lines, broken = _escalated(watch)
    unowned, count = _unowned(watch)
    return {
        "loads": _loads(watch),
        "escalated": lines,
        "escalated_count": broken,
        "unowned": unowned,
        "unowned_count": count,
        "may_reassign": watch.may_lead,
    }


def _loads(watch: Watch) -> list[Load]:
    """Those who carry most of what they can first."""
    members = Member.objects.active().exclude(role=Role.MARKETER)
    if watch.team_id:
        members = members.filter(team_id=watch.team_id)
    people = list(members.order_by("name"))
    ids = [member.pk for member in people]
    known = {person_id: person.why_away(watch.now) for person_id, person in people_of(people, watch.now).items()}
    counts, room = _counts(ids, watch), _room(ids)
    loads = [
        Load(
            name=member.name,
            initials=member.initials,
            hue=member.hue,
            room=room.get(member.pk),
            away=known.get(member.pk, ""),
            board_url=f"{reverse('board')}?{urlencode({'owner': member.public_id})}",
            **{name: found.get(member.pk, 0) for name, found in counts.items()},
        )
        for member in people
        if member.role == Role.REP or counts["holds"].get(member.pk)
    ]
    return sorted(loads, key=lambda load: (-(load.share or 0), -load.waiting, load.name))


def _counts(ids: list[UUID], watch: Watch) -> Mapping[str, Mapping[UUID, int]]:
    """Per member: open leads, promises in danger, tasks overdue, deals past their limit."""
    leads = Lead.objects.open().filter(owner__in=ids)
    held = leads.values_list("owner_id").annotate(
        all=Count("id"), waiting=Count("id", filter=Q(first_response_at=None, first_response_risk_at__lte=watch.now))
    )
    rows = list(held.order_by())
    overdue = Task.objects.filter(member__in=ids, done_at=None, due_at__lt=watch.now, lead__status="open")
    stalled = Deal.objects.open().filter(owner__in=ids, limit_at__lt=watch.now)
    return {
        "holds": {owner: count for owner, count, _ in rows},
        "waiting": {owner: waiting for owner, _, waiting in rows},
        "overdue": dict(overdue.values_list("member_id").annotate(Count("id")).order_by()),
        "stalled": dict(stalled.values_list("owner_id").annotate(Count("id")).order_by()),
    }


def _room(ids: list[UUID]) -> dict[UUID, int]:
    """How many open leads each may hold: the most that any of their pools allows; missing where one has no limit."""
    seats = PoolMember.objects.filter(member__in=ids).values_list("member_id")
    rows = seats.annotate(most=Max("capacity_open"), free=Count("id", filter=Q(capacity_open=None))).order_by()
    return {member: most for member, most, free in rows if most is not None and not free}


def _escalated(watch: Watch) -> tuple[list[Line], int]:
    breaches = Breach.objects.unsettled().filter(watch.owned("lead__") | Q(lead__owner=None))
    rows, count = rows_of(
        breaches.select_related("timer__policy", "owner", "lead__contact", "lead__company", "lead__owner").order_by(
            "broken_at", "id"
        ),
        SHOWN,
    )
    return [_line(row.lead, escalations.told(row)) for row in rows], count


def _unowned(watch: Watch) -> tuple[list[Line], int]:
    """Open leads that nobody has, the longest waiting first."""
    leads = Lead.objects.open().filter(owner=None).with_people().order_by("captured_at", "id")
    rows, count = rows_of(leads, SHOWN)
    return [_line(lead, f"Since {watch.clock(lead.captured_at)}, by {lead.source.name}") for lead in rows], count


def _line(lead: Lead, words: str) -> Line:
    about = [lead.public_id]
    return Line(title_of(lead), reverse("lead", args=about), words, reverse("lead-assignment", args=about))
