"""The calendars of an account and of its members, from what is kept of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from accounts.models import Member
from routing.models import Leave, Roster
from routing.workingtime import NINE_TO_FIVE, Calendar, Week, calendar_for
from tenancy import clock
from tenancy.models import Account
from tenancy.scope import current_account

NO_HOLIDAYS = "none"
A_DAY = timedelta(days=1)


def calendar_of(account: Account) -> Calendar:
    """When `account` works: the calendar of promises, of stages, and of every member without their own. No query."""
    kept = account.working
    return calendar_for(account.time_zone, whose_holidays(account), week_of(kept.get("week")), days_off(account))


def calendars_of(members: Iterable[Member], since: date | None = None) -> dict[UUID, Calendar]:
    """The calendars of members of the account in scope, with leave that ends from `since` (yesterday) on. Two queries.

    Each is the member's own hours, zone and holidays where they have some, else the account's.
    """
    members = list(members)
    found, leaves = rosters_of(members), leaves_of(members, since or (clock.now() - A_DAY).date())
    return {member.pk: calendar_from(member, found.get(member.pk), leaves.get(member.pk, ())) for member in members}


def rosters_of(members: Iterable[Member]) -> dict[UUID, Roster]:
    """What is kept of members, by their ids."""
    return {row.member_id: row for row in Roster.objects.filter(member__in=[member.pk for member in members])}


def leaves_of(members: Iterable[Member], since: date) -> Mapping[UUID, list[tuple[date, date]]]:
    """The leave of members that ends on `since` or later, by their ids, in order."""
    found: dict[UUID, list[tuple[date, date]]] = defaultdict(list)
    rows = Leave.objects.filter(member__in=[member.pk for member in members], last_day__gte=since)
    for member_id, first, last in rows.order_by("first_day").values_list("member_id", "first_day", "last_day"):
        found[member_id].append((first, last))
    return found


def calendar_from(member: Member, roster: Roster | None, leave: Sequence[tuple[date, date]]) -> Calendar:
    """One member's calendar, from what is kept of them."""
    account = current_account()
    week = roster.week if roster and roster.week is not None else account.working.get("week")
    return calendar_for(
        member.time_zone or account.time_zone,
        whose_holidays(account, roster.holidays if roster else ""),
        week_of(week),
        days_off(account),
        tuple(leave),
    )


def whose_holidays(account: Account, own: str = "") -> str:
    """The country, or its part, whose public holidays are free; "" for none."""
    said: str = own or account.working.get("holidays") or account.country
    return "" if said == NO_HOLIDAYS else said


def week_of(kept: Any) -> Week:
    """Kept hours of a week; nine to five where there are none."""
    return NINE_TO_FIVE if kept is None else tuple(tuple((start, end) for start, end in day) for day in kept)


def days_off(account: Account) -> tuple[tuple[date, str], ...]:
    """The account's own days off, with their names."""
    kept = account.working.get("days_off", ())
    return tuple((date.fromisoformat(one["day"]), one["name"] or "a day off") for one in kept)
