"""By which ways a member hears of a notice: in the app at once, and by mail or webhook unless it is a quiet hour."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from accounts.models import Member
from events.jobs import HANDLERS, schedule_once
from events.models import Notification
from routing.models import NoticeSettings
from routing.workingtime import zone_named
from tenancy import clock
from tenancy.inserting import insert_values
from tenancy.scope import current_account

TRIAL = "A trial: this is how notices reach you."
TOGETHER = 60  # seconds: what comes within them goes out at once
WAYS = ("to_mail", "to_post")


def give(notices: Sequence[Notification]) -> None:
    """Show these notices, in the order of time, and send them on. What was given already is not given again.

    Of several about one lead a member finds only the newest unread: one notice for each lead.
    """
    given = _given(notices)
    fresh = [notice for notice in notices if (notice.member_id, notice.event_id) not in given]
    if not fresh:
        return
    _keep_newest(fresh)
    carry(fresh)
    insert_values(Notification, [vars(notice) for notice in fresh], tail="ON CONFLICT DO NOTHING")
    _read_older(fresh)


def carry(notices: Sequence[Notification]) -> None:
    """Decide, in memory, by which ways notices leave the house and when; and schedule it."""
    wishes, zones = settings_of({notice.member_id for notice in notices})
    now, due = clock.now(), []
    for notice in notices:
        wish = wishes[notice.member_id]
        notice.tell_at = heard_at(now, wish, zones[notice.member_id], urgent=notice.urgent)
        if notice.read_at is None and notice.kind not in wish.muted:
            notice.to_mail, notice.to_post = wish.mail, bool(wish.post_url)
        due += [(way, notice.member_id, notice.tell_at) for way in WAYS if getattr(notice, way)]
    _schedule(due)


def heard_at(now: datetime, wish: NoticeSettings, zone: ZoneInfo, *, urgent: bool) -> datetime:
    """When a member may be disturbed, from `now` (aware) on: at once, or when the quiet hours in their zone end."""
    if wish.quiet_from is None or wish.quiet_until is None or (urgent and wish.urgent_anyway):
        return now
    local = now.astimezone(zone)
    if not _is_quiet(local.time(), wish.quiet_from, wish.quiet_until):
        return now
    day = local.date() + timedelta(days=local.time() >= wish.quiet_until)
    return datetime.combine(day, wish.quiet_until, zone)


def _is_quiet(at: time, start: time, end: time) -> bool:
    """Whether `at` lies in the hours from `start` until `end`, which may be on the next day."""
    return start <= at < end if start <= end else at >= start or at < end


def settings_of(member_ids: Iterable[UUID]) -> tuple[Mapping[UUID, NoticeSettings], Mapping[UUID, ZoneInfo]]:
    """What members wish (the usual, unsaved, where they have said nothing), and their zones."""
    ids, account = list(member_ids), current_account()
    said = {row.member_id: row for row in NoticeSettings.objects.filter(member_id__in=ids)}
    own = dict(Member.objects.filter(pk__among=ids).values_list("pk", "time_zone"))
    wishes = {key: said.get(key) or NoticeSettings(member_id=key) for key in ids}
    return wishes, {key: zone_named(own.get(key) or account.time_zone) for key in ids}


def wish_of(member: Member) -> NoticeSettings:
    """What one member wishes; unsaved where they have said nothing."""
    return settings_of([member.pk])[0][member.pk]


def _schedule(due: Sequence[tuple[str, UUID, datetime]]) -> None:
    schedule_once(HANDLERS["routing.mail_notices"], _minutes(due, "to_mail"))
    schedule_once(HANDLERS["routing.post_notices"], _minutes(due, "to_post"))


def _minutes(due: Sequence[tuple[str, UUID, datetime]], way: str) -> list[tuple[str, UUID, datetime]]:
    """A job for each member and minute, and one for what comes while that runs: nobody gets a burst."""
    jobs: dict[str, tuple[UUID, datetime]] = {}
    for _, member_id, at in (one for one in due if one[0] == way):
        minute = int(at.timestamp()) // TOGETHER
        for number, run_at in ((minute, at), (minute + 1, at + timedelta(seconds=2 * TOGETHER))):
            jobs.setdefault(f"{member_id.hex}:{number}", (member_id, run_at))
    return [(key, member_id, at) for key, (member_id, at) in sorted(jobs.items())]


def _given(notices: Sequence[Notification]) -> set[tuple[UUID, UUID]]:
    known = Notification.objects.filter(event_id__among={notice.event_id for notice in notices})
    return set(known.values_list("member_id", "event_id"))


def _keep_newest(notices: Sequence[Notification]) -> None:
    """Of those given together, all but the last about a lead count as read."""
    newest = _newest(notices)
    for notice in notices:
        if notice.lead_id and newest[notice.member_id, notice.lead_id] is not notice:
            notice.read_at = notice.created_at


def _read_older(notices: Sequence[Notification]) -> None:
    """What a member was told about the same lead before counts as read, too, and is not sent any more."""
    newest = _newest(notices)
    members, leads = ({pair[part] for pair in newest} for part in (0, 1))
    about = Notification.objects.filter(member_id__in=members, lead_id__among=list(leads), read_at=None)
    older = [
        pk
        for pk, member_id, lead_id, at in about.values_list("pk", "member_id", "lead_id", "created_at")
        if (notice := newest.get((member_id, lead_id))) and pk != notice.pk and at <= notice.created_at
    ]
    if older:
        Notification.objects.filter(pk__in=older).update(read_at=clock.now(), to_mail=False, to_post=False)


def _newest(notices: Sequence[Notification]) -> dict[tuple[UUID, UUID], Notification]:
    """The last notice about each lead, by member and lead."""
    return {(notice.member_id, notice.lead_id): notice for notice in notices if notice.lead_id}


def try_out(member: Member) -> Notification:
    """A notice for a member who asks whether notices reach them: by all of their ways, at any hour."""
    wish = wish_of(member)
    now = clock.now()
    ways = {"to_mail": wish.mail, "to_post": bool(wish.post_url)}
    path = "notifications/settings/"
    notice: Notification = Notification.objects.create(
        member_id=member.pk, text=TRIAL, path=path, created_at=now, tell_at=now, **ways
    )
    _schedule([(way, member.pk, now) for way, goes in ways.items() if goes])
    return notice


def disturbs(notice: Notification, wish: NoticeSettings) -> bool:
    """Whether a notice may show itself on the desktop now."""
    in_time = notice.tell_at is not None and notice.tell_at <= clock.now()
    return wish.desktop and in_time and notice.kind not in wish.muted
