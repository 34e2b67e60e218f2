"""Cover, don't reassign: while a member is away somebody acts for them, and everything comes back by itself."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db.models import Q

from accounts.models import Member
from accounts.roles import Function
from events.jobs import HANDLERS, cancel_all, schedule
from events.kinds import Kind
from events.record import SYSTEM, By, record
from leads.models import Lead
from leads.records import AssignmentRow, record_assignments
from routing.models import Cover, Covered, Decision, Leave
from routing.passing import MAY_OWN
from routing.reasons import Reason
from routing.rostering import take_leave
from routing.workingtime import zone_named
from tenancy import clock
from tenancy.scope import current_account

AT_ONCE = 200  # leads in one transaction
SHOWN = 30  # of those that are over
LONGEST = timedelta(days=366)


def plan(member: Member, acting: Member, first_day: date, last_day: date, *, by: By) -> Cover:
    """Let `acting` act for `member` on these days, both included; on leave, they get no new leads meanwhile.

    It begins by itself, at once if the first day is today or past, and ends by itself. Raises ValidationError.
    """
    _check(member, acting, first_day, last_day)
    starts_at, ends_at = _midnight(member, first_day), _midnight(member, last_day + timedelta(days=1))
    if ends_at <= clock.now():
        raise ValidationError({"last_day": "These days are over."})
    cover: Cover = Cover.objects.create(
        member=member,
        acting=acting,
        first_day=first_day,
        last_day=last_day,
        starts_at=starts_at,
        ends_at=ends_at,
        planned_by=by.name[:120],
    )
    if not Leave.objects.filter(member=member, first_day__lte=last_day, last_day__gte=first_day).exists():
        take_leave(member, first_day, last_day, by=by, note=f"{acting.name} acts for them")
    schedule(HANDLERS["routing.turn_covers"], cover.pk, max(starts_at, clock.now()))
    return cover


def _check(member: Member, acting: Member, first_day: date, last_day: date) -> None:
    if last_day < first_day:
        raise ValidationError({"last_day": "The last day comes before the first."})
    if last_day - first_day > LONGEST:
        raise ValidationError({"last_day": "A cover lasts a year at most. For longer, pass the leads on."})
    if acting.pk == member.pk:
        raise ValidationError({"acting": "Nobody acts for themselves."})
    if acting.left_at or acting.role not in MAY_OWN:
        raise ValidationError({"acting": f"{acting.name} can’t own leads."})
    standing = Cover.objects.standing().filter(first_day__lte=last_day, last_day__gte=first_day)
    if standing.filter(member=member).exists():
        raise ValidationError({"first_day": f"Somebody acts for {member.name} on some of these days already."})
    if standing.filter(Q(member=acting) | Q(acting=member)).exists():
        raise ValidationError({"acting": "One of the two is away, or acts for somebody, on some of these days."})


def _midnight(member: Member, day: date) -> datetime:
    """The beginning of a member's local day."""
    return datetime.combine(day, time(), zone_named(member.time_zone or current_account().time_zone))


def turn(cover_ids: Sequence[UUID]) -> None:
    """Do what is due of covers: begin, some leads at a time; or end."""
    for cover in Cover.objects.standing().filter(pk__in=cover_ids).select_related("member", "acting").order_by("id"):
        if clock.now() >= cover.ends_at:
            _give_back(cover, SYSTEM)
        elif clock.now() >= cover.starts_at:
            _begin(cover)


def _begin(cover: Cover) -> None:
    """Hand over the next leads; once there are none left, wait for the end."""
    leads = _owned(cover.member).select_for_update(of=("self",), no_key=True).order_by("id")
    moved = _move(list(leads[:AT_ONCE]), cover.acting, _acting(cover))
    Covered.objects.bulk_create([Covered(cover=cover, lead=lead) for lead in moved], ignore_conflicts=True)
    if len(moved) == AT_ONCE:
        schedule(HANDLERS["routing.turn_covers"], cover.pk, clock.now())
        return
    schedule(HANDLERS["routing.turn_covers"], cover.pk, cover.ends_at)
    if cover.begun_at is None:
        cover.begun_at = clock.now()
        Cover.objects.filter(pk=cover.pk).update(begun_at=cover.begun_at)
        count = Covered.objects.filter(cover=cover).count()
        record(Kind.COVER_BEGUN, cover, by=SYSTEM, **told(cover), leads=count)


def end(cover: Cover, *, by: By) -> None:
    """The member is back early, or does not go: what is with the other comes back now. Safe to repeat."""
    held: Cover | None = Cover.objects.standing().select_related("member", "acting").filter(pk=cover.pk).first()
    if held:
        cancel_all(HANDLERS["routing.turn_covers"], [held.pk])
        _give_back(held, by)


def _give_back(cover: Cover, by: By) -> None:
    """Whatever the acting owner still has of it goes back, unless the member has left; and both are told."""
    theirs = Covered.objects.filter(cover=cover).values("lead_id")
    leads = _owned(cover.acting).filter(pk__in=theirs)
    stays = cover.member.left_at is not None
    held = [] if stays else list(leads.select_for_update(of=("self",), no_key=True).order_by("id"))
    for start in range(0, len(held), AT_ONCE):
        _move(held[start : start + AT_ONCE], cover.member, f"{cover.member.name} is back.")
    now = clock.now()
    Covered.objects.filter(cover=cover, lead_id__in=[lead.pk for lead in held]).update(returned_at=now)
    Cover.objects.filter(pk=cover.pk).update(ended_at=now)
    if cover.begun_at:
        record(Kind.COVER_ENDED, cover, by=by, **told(cover), leads=len(held))


def _owned(member: Member) -> Any:
    return Lead.objects.open().filter(owner=member)


def _acting(cover: Cover) -> str:
    return f"{cover.acting.name} acts for {cover.member.name} until {cover.last_day.day} {cover.last_day:%b}."


def _move(leads: Sequence[Lead], to: Member, sentence: str) -> Sequence[Lead]:
    """Give locked leads to a member, for a neutral reason; nobody is told of each, for they are told of all."""
    body = {"member": to.name, "reason": Reason.COVER.value, "corrective": False, "by": SYSTEM.name}
    Decision.objects.bulk_create(
        [Decision(lead=lead, member=to, reason="cover", sentence=sentence, body=body) for lead in leads]
    )
    record_assignments([AssignmentRow(lead.pk, to.pk, to.name, sentence, quiet=True) for lead in leads], SYSTEM)
    return leads


def told(cover: Cover) -> dict[str, Any]:
    """What events say of a cover."""
    return {
        "member_id": cover.member_id,
        "name": cover.member.name,
        "acting_id": cover.acting_id,
        "acting": cover.acting.name,
        "until": cover.last_day,
    }


def covers_seen_by(member: Member) -> dict[str, Sequence[Cover]]:
    """Covers that stand, and the last that ended: a manager sees everybody's, others those they take part in."""
    rows = Cover.objects.select_related("member", "acting")
    if not member.may(Function.REASSIGN):
        rows = rows.filter(Q(member=member) | Q(acting=member))
    standing = rows.filter(ended_at=None).order_by("starts_at", "id")
    return {"standing": list(standing), "over": list(rows.exclude(ended_at=None).order_by("-ended_at", "-id")[:SHOWN])}


def may_see(member: Member, cover: Cover) -> bool:
    return member.may(Function.REASSIGN) or member.pk in (cover.member_id, cover.acting_id)
