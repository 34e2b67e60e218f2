"""By which ways members hear of notices: once, together, and not at night."""

from datetime import UTC, datetime, time, timedelta
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from accounts.models import Member
from events.models import Job, NoticeKind, Notification
from routing.models import NoticeSettings
from routing.reaching import give, heard_at
from tenancy import clock
from tests.factories import a_lead

pytestmark = pytest.mark.usefixtures("in_scope")

HOURS = NoticeSettings(quiet_from=time(20), quiet_until=time(7, 30))
BERLIN, CHICAGO = ZoneInfo("Europe/Berlin"), ZoneInfo("America/Chicago")


def utc(*when: int) -> datetime:
    return datetime(*when, tzinfo=UTC)  # type: ignore[arg-type, misc]


@pytest.mark.parametrize(
    ("now", "zone", "heard"),
    [
        (utc(2026, 3, 17, 9, 42), BERLIN, utc(2026, 3, 17, 9, 42)),
        (utc(2026, 3, 17, 19, 0), BERLIN, utc(2026, 3, 18, 6, 30)),  # it is 20:00: quiet begins with this minute
        (utc(2026, 3, 17, 5, 0), BERLIN, utc(2026, 3, 17, 6, 30)),  # past midnight: the same morning
        (utc(2026, 3, 17, 6, 30), BERLIN, utc(2026, 3, 17, 6, 30)),  # 7:30: over with this minute
        (utc(2026, 3, 28, 22, 0), BERLIN, utc(2026, 3, 29, 5, 30)),  # the night of the clock change
        (utc(2026, 3, 17, 9, 42), CHICAGO, utc(2026, 3, 17, 12, 30)),  # their own night
    ],
)
def test_in_quiet_hours_a_notice_waits_for_their_end(now: datetime, zone: ZoneInfo, heard: datetime) -> None:
    assert heard_at(now, HOURS, zone, urgent=False) == heard


def test_quiet_hours_can_lie_within_a_day() -> None:
    siesta = NoticeSettings(quiet_from=time(13), quiet_until=time(15))
    assert heard_at(utc(2026, 3, 17, 12, 10), siesta, BERLIN, urgent=False) == utc(2026, 3, 17, 14)
    assert heard_at(utc(2026, 3, 17, 23), siesta, BERLIN, urgent=False) == utc(2026, 3, 17, 23)


def test_an_urgent_lead_disturbs_unless_somebody_wants_no_disturbance_at_all() -> None:
    night = utc(2026, 3, 17, 23)
    assert heard_at(night, HOURS, BERLIN, urgent=True) == night
    deaf = NoticeSettings(quiet_from=time(20), quiet_until=time(7, 30), urgent_anyway=False)
    assert heard_at(night, deaf, BERLIN, urgent=True) == utc(2026, 3, 18, 6, 30)


def a_notice(member: Member, text: str = "Jonas is yours now.", **columns: Any) -> Notification:
    return Notification(member_id=member.pk, text=text, **columns)


def unread(member: Member) -> list[str]:
    rows = Notification.objects.filter(member_id=member.pk, read_at=None).order_by("created_at", "id")
    return list(rows.values_list("text", flat=True))


def sending(way: str = "mail") -> list[datetime]:
    return list(Job.objects.filter(kind=f"routing.{way}_notices").order_by("run_at").values_list("run_at", flat=True))


def test_who_said_nothing_is_told_by_mail_at_once(cast: SimpleNamespace) -> None:
    give([a_notice(cast.rita)])
    notice = Notification.objects.get()
    assert (notice.to_mail, notice.to_post, notice.tell_at) == (True, False, clock.now())
    assert sending()[0] == clock.now()
    assert not sending("post")


def test_the_ways_are_the_members_own(cast: SimpleNamespace) -> None:
    NoticeSettings.objects.create(member=cast.rita, mail=False, post_url="https://hooks.example/a")
    NoticeSettings.objects.create(member=cast.raj, muted=[NoticeKind.LEAD])
    give([a_notice(cast.rita, kind=NoticeKind.LEAD), a_notice(cast.raj, kind=NoticeKind.LEAD)])
    said = {one.member_id: (one.to_mail, one.to_post) for one in Notification.objects.all()}
    assert said == {cast.rita.pk: (False, True), cast.raj.pk: (False, False)}
    assert {job.subject_id for job in Job.objects.filter(kind="routing.post_notices")} == {cast.rita.pk}
    assert not sending()


def test_what_waits_for_the_morning_is_sent_in_the_morning(cast: SimpleNamespace) -> None:
    Member.objects.filter(pk=cast.rita.pk).update(time_zone="Europe/Berlin")
    NoticeSettings.objects.create(member=cast.rita, quiet_from=time(9), quiet_until=time(12))
    give([a_notice(cast.rita)])  # it is 10:42 in Berlin
    assert sending()[0] == Notification.objects.get().tell_at == utc(2026, 3, 17, 11)


def test_fifty_notices_of_a_minute_are_two_errands_at_most(cast: SimpleNamespace) -> None:
    for _ in range(10):
        give([a_notice(cast.rita, lead_id=a_lead().pk) for _ in range(5)])
    assert len(unread(cast.rita)) == 50
    assert sending() == [clock.now(), clock.now() + timedelta(minutes=2)]


def test_after_a_minute_they_are_told_again(cast: SimpleNamespace) -> None:
    now = clock.now()
    for minutes in range(0, 30, 10):
        with clock.at(now + timedelta(minutes=minutes)):
            give([a_notice(cast.rita)])
            assert now + timedelta(minutes=minutes) in sending()


def test_a_lead_has_one_unread_notice_the_newest(cast: SimpleNamespace) -> None:
    jonas, petra = a_lead(), a_lead()
    give([a_notice(cast.rita, "Jonas is yours now.", lead_id=jonas.pk)])
    give([a_notice(cast.rita, "Petra is yours now.", lead_id=petra.pk)])
    both = [a_notice(cast.rita, "Jonas waits.", lead_id=jonas.pk), a_notice(cast.rita, "Too late.", lead_id=jonas.pk)]
    give(both)
    give([a_notice(cast.raj, "Jonas is yours now.", lead_id=jonas.pk)])
    assert unread(cast.rita) == ["Petra is yours now.", "Too late."]
    assert unread(cast.raj) == ["Jonas is yours now."]
    waiting = Notification.objects.filter(member_id=cast.rita.pk, to_mail=True).order_by("created_at", "id")
    assert list(waiting.values_list("text", flat=True)) == ["Petra is yours now.", "Too late."]


def test_giving_again_what_was_given_changes_nothing(cast: SimpleNamespace) -> None:
    lead = a_lead()
    notice = a_notice(cast.rita, lead_id=lead.pk)
    give([notice])
    Notification.objects.update(to_mail=False)  # it went
    with clock.at(clock.now() + timedelta(minutes=5)):
        give([a_notice(cast.rita, "Too late.", lead_id=lead.pk)])
        give([a_notice(cast.rita, lead_id=lead.pk, event_id=notice.event_id)])
    assert unread(cast.rita) == ["Too late."]
    assert Notification.objects.filter(to_mail=True).count() == 1
