"""Changing when people work: the account's hours, a member's own, leave and pauses, and what they know."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from itertools import pairwise
from typing import Any

from django.core.exceptions import ValidationError

from accounts.models import Member
from events.kinds import Kind
from events.record import By, record
from routing.models import Leave, Roster
from tenancy import clock
from tenancy.models import Account
from tenancy.scope import current_account

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MOST_TAGS, MOST_DAYS_OFF = 50, 200
_HOURS = re.compile(r"(\d{1,2})[:.]?(\d{2})?\s*[-–]\s*(\d{1,2})[:.]?(\d{2})?")

Hours = list[list[int]]


def hours_in(text: str) -> Hours:
    """The hours of a day as people write them, `9-12:30, 13:30-18:00`; none for an empty text.

    Raises ValidationError for what is none, ends before it begins, or overlaps.
    """
    found: Hours = []
    for part in filter(None, (part.strip() for part in text.replace(";", ",").split(","))):
        match = _HOURS.fullmatch(part)
        numbers = [int(number or 0) for number in match.groups()] if match else [99]
        start, end = (numbers[0] * 60 + numbers[1], numbers[2] * 60 + numbers[3]) if match else (0, 0)
        if any(minutes > 59 for minutes in numbers[1::2]) or not start < end <= 24 * 60:
            raise ValidationError(f"“{part[:20]}” are no hours, such as 9:00-17:00. Nights are two: 22-24 and 0-6.")
        found.append([start, end])
    found.sort()
    if any(one[1] > other[0] for one, other in pairwise(found)):
        raise ValidationError("These hours overlap.")
    return found


def hours_said(hours: Sequence[Sequence[int]]) -> str:
    """`9:00-12:30, 13:30-18:00`."""
    return ", ".join(f"{start // 60}:{start % 60:02}-{end // 60}:{end % 60:02}" for start, end in hours)


def set_account_hours(account: Account, said: Mapping[str, Any], *, by: By) -> None:
    """Set the account's `week`, whose `holidays` are free, its own `days_off`; for promises, stages and everybody."""
    if len(said.get("days_off", ())) > MOST_DAYS_OFF:
        raise ValidationError({"days_off": f"At most {MOST_DAYS_OFF} days."})
    if "week" in said and not any(said["week"]):
        raise ValidationError("Somebody works at some time: promises need it.")
    account.working = {**account.working, **said}
    account.save(update_fields=["working"])
    record(Kind.ROSTER_CHANGED, account.pk, by=by, name=account.name)


def set_roster(member: Member, said: Mapping[str, Any], *, by: By) -> Roster:
    """Set what is kept of a member: `week` (None: the account's), `holidays`, `skills`, `languages`, `time_zone`."""
    said = dict(said)
    if "time_zone" in said:
        Member.objects.filter(pk=member.pk).update(time_zone=said.pop("time_zone"))
    for name in ("skills", "languages"):
        if name in said:
            said[name] = _tags(said[name], name)
    roster: Roster = Roster.objects.get_or_create(member=member)[0]
    for name, value in said.items():
        setattr(roster, name, value)
    roster.save()
    record(Kind.ROSTER_CHANGED, member, by=by, name=member.name)
    return roster


def pause(member: Member, until: datetime | None, *, by: By) -> None:
    """Let a member get no new leads until then (aware); None ends a pause. Raises ValidationError for a past time."""
    if until is not None and until <= clock.now():
        raise ValidationError({"until": "A pause ends later than now."})
    Roster.objects.get_or_create(member=member)
    Roster.objects.filter(member=member).update(paused_until=until)
    record(Kind.ROSTER_CHANGED, member, by=by, name=member.name, paused_until=until)


def take_leave(member: Member, first_day: date, last_day: date, *, by: By, note: str = "") -> Leave:
    """Note days on which a member is away. Raises ValidationError for days out of order, or taken already."""
    if last_day < first_day:
        raise ValidationError({"last_day": "Leave ends after it begins."})
    if Leave.objects.filter(member=member, first_day__lte=last_day, last_day__gte=first_day).exists():
        raise ValidationError({"first_day": "Some of these days are leave already."})
    leave: Leave = Leave.objects.create(member=member, first_day=first_day, last_day=last_day, note=note[:120])
    record(Kind.ROSTER_CHANGED, member, by=by, name=member.name, away=[first_day, last_day])
    return leave


def cancel_leave(leave: Leave, *, by: By) -> None:
    record(Kind.ROSTER_CHANGED, leave.member, by=by, name=leave.member.name, back=[leave.first_day, leave.last_day])
    leave.delete()


def roster_of(member: Member) -> Roster:
    """What is kept of a member; an unsaved one with nothing where there is none."""
    found: Roster | None = Roster.objects.filter(member=member).first()
    return found or Roster(account=current_account(), member=member)


def leave_of(member: Member) -> Sequence[Leave]:
    """A member's leave, what is to come first, of what is over the newest."""
    return list(Leave.objects.filter(member=member).order_by("-last_day")[:20])


def _tags(words: Sequence[str], name: str) -> list[str]:
    tags = list(dict.fromkeys(word.strip().lower()[:60] for word in words if word.strip()))
    if len(tags) > MOST_TAGS:
        raise ValidationError({name: f"At most {MOST_TAGS} of them."})
    if name == "languages" and (odd := [tag for tag in tags if not re.fullmatch("[a-z]{2,3}", tag)]):
        raise ValidationError({name: f"“{odd[0][:20]}” is no language; two letters are wanted, such as de."})
    return tags
