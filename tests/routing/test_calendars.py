"""The calendars of an account and its members: their own hours, zone, holidays and leave, else the account's."""

from __future__ import annotations

from datetime import UTC, date, datetime
from types import SimpleNamespace

import pytest
from django.db import IntegrityError, transaction

from accounts.models import Member
from routing.calendars import calendar_of, calendars_of
from routing.models import Leave, Roster
from tenancy import clock
from tenancy.models import Account

pytestmark = pytest.mark.usefixtures("in_scope")
EARLY: list[list[list[int]]] = [[[360, 840]]] * 5 + [[], []]
MONDAY = datetime(2026, 3, 2, 7, tzinfo=UTC)


def at(day: int, hour: int) -> datetime:
    return datetime(2026, 3, day, hour, tzinfo=UTC)


def test_without_any_roster_everybody_works_nine_to_five_of_the_account(
    account: Account, cast: SimpleNamespace
) -> None:
    own = calendars_of([cast.rita, cast.raj])
    assert own[cast.rita.pk] is own[cast.raj.pk] is calendar_of(account)
    assert calendar_of(account).next_open(at(2, 3)) == at(2, 9)


def test_the_accounts_hours_and_days_off_are_everybodys(account: Account, cast: SimpleNamespace) -> None:
    account.working = {"week": EARLY, "days_off": [{"day": "2026-03-03", "name": "Company day"}]}
    for calendar in (calendar_of(account), calendars_of([cast.rita])[cast.rita.pk]):
        assert calendar.is_working(MONDAY)
        assert calendar.free_day(date(2026, 3, 3)) == "Company day"
        assert calendar.next_open(at(2, 14)) == at(4, 6)


def test_rita_has_hours_a_zone_and_holidays_of_her_own(account: Account, cast: SimpleNamespace) -> None:
    account.working = {"week": EARLY}
    Roster.objects.create(member=cast.rita, week=[[[600, 720]]] * 7, holidays="DE")
    Member.objects.filter(pk=cast.rita.pk).update(time_zone="Asia/Kathmandu")
    cast.rita.refresh_from_db()
    own = calendars_of([cast.rita, cast.raj])
    assert own[cast.raj.pk] is calendar_of(account)
    assert own[cast.rita.pk].next_open(at(1, 0)) == datetime(2026, 3, 1, 4, 15, tzinfo=UTC)
    assert own[cast.rita.pk].free_day(date(2026, 10, 3))
    assert not calendar_of(account).free_day(date(2026, 10, 3))


def test_somebody_may_work_on_public_holidays(cast: SimpleNamespace) -> None:
    Roster.objects.create(member=cast.rita, holidays="none")
    own = calendars_of([cast.rita, cast.raj])
    christmas = date(2026, 12, 25)
    assert (own[cast.rita.pk].free_day(christmas), own[cast.raj.pk].free_day(christmas)) == ("", "Christmas Day")


def test_leave_takes_days_away_first_and_last_included(cast: SimpleNamespace) -> None:
    Leave.objects.create(member=cast.rita, first_day=date(2026, 3, 3), last_day=date(2026, 3, 5))
    Leave.objects.create(member=cast.rita, first_day=date(2025, 1, 1), last_day=date(2025, 12, 31))
    with clock.at(MONDAY):
        own = calendars_of([cast.rita, cast.raj])
    assert own[cast.rita.pk].next_open(at(2, 20)) == at(6, 9)
    assert own[cast.raj.pk].next_open(at(2, 20)) == at(3, 9)
    assert len(own[cast.rita.pk].leave) == 1  # what is long over is not read


def test_leave_ends_after_it_begins(cast: SimpleNamespace) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Leave.objects.create(member=cast.rita, first_day=date(2026, 3, 5), last_day=date(2026, 3, 3))


def test_one_roster_each(cast: SimpleNamespace) -> None:
    Roster.objects.create(member=cast.rita)
    with pytest.raises(IntegrityError), transaction.atomic():
        Roster.objects.create(member=cast.rita)
