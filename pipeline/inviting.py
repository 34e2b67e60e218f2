"""Meetings on their way into calendars: an invitation by mail, a file, and each member's feed."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import timedelta
from uuid import UUID

from accounts.models import Member
from accounts.sight import sight_of
from events import mail
from events.jobs import outside_job
from leads.models import Lead
from pipeline import ics
from pipeline.models import CalendarFeed, Meeting, Task
from routing.workingtime import zone_named
from tenancy import clock, door
from tenancy.models import Account
from tenancy.scope import current_account, scope
from tenancy.sight import seeing

BACK, MOST = timedelta(days=60), 1000
TASK_MINUTES = 15


@outside_job()
def mail_invitation(account: Account, meeting_id: UUID) -> None:
    """Mail the newest state of a meeting to the prospect. A second mail after a crash changes nothing in a calendar."""
    with scope(account):
        found = Meeting.objects.filter(pk=meeting_id).exclude(invited_at=None)
        meeting: Meeting | None = found.select_related("lead__contact", "lead__owner", "member").first()
        letter = _letter(meeting) if meeting and not meeting.lead.contact.erased_at else None
    if letter is None:
        return
    try:
        mail.send(letter)
    except (mail.Refused, mail.Unconfirmed):
        return  # the meeting stands; the page says that it was sent, and the file is there


def invitation(meeting: Meeting) -> str:
    """The meeting as an .ics; its lead comes with its people."""
    method = "CANCEL" if meeting.outcome == "cancelled" else "REQUEST"
    return ics.calendar([_entry(meeting, invite=True)], method=method)


def new_feed(member: Member) -> str:
    """A new secret address of this member's feed, seen once; the one before leads nowhere any more."""
    secret = secrets.token_urlsafe(32)
    close_feed(member)
    door.open_door("feed", secret, current_account())
    CalendarFeed.objects.create(member=member, digest=door.digest("feed", secret))
    return secret


def close_feed(member: Member) -> None:
    """No address leads to this member's calendar any more."""
    CalendarFeed.objects.filter(member=member).delete()


def feed_made(member: Member) -> CalendarFeed | None:
    """The feed of this member, if there is one: when its address was made, not what it is."""
    found: CalendarFeed | None = CalendarFeed.objects.filter(member=member).first()
    return found


def feed_of(secret: str) -> tuple[Member, str] | None:
    """The member behind a secret of the account in scope and their calendar; None for a secret that ended.

    The meetings they hold, and their open tasks, of leads they see, with a time, from 60 days ago on.
    """
    found = CalendarFeed.objects.filter(digest=door.digest("feed", secret), member__left_at=None)
    feed: CalendarFeed | None = found.select_related("member").first()
    if feed is None:
        return None
    with seeing(sight_of(current_account(), feed.member)):
        return feed.member, _calendar(feed.member)


def _calendar(member: Member) -> str:
    since = clock.now() - BACK
    meetings = Meeting.objects.in_sight().filter(member=member, starts_at__gte=since)
    rows = meetings.select_related("lead__contact", "lead__company", "lead__owner", "member").order_by(
        "starts_at", "id"
    )
    tasks = Task.objects.in_sight().filter(member=member, done_at=None, due_at__gte=since)
    due = tasks.select_related("lead__contact", "lead__company").order_by("due_at", "id")
    entries = [*map(_entry, rows[:MOST]), *_due(due[:MOST])]
    return ics.calendar(entries, name=f"{current_account().name}: {member.name}", method="PUBLISH")


def _due(tasks: Iterable[Task]) -> list[ics.Entry]:
    return [
        ics.Entry(
            uid=_uid(task.public_id),
            title=f"{task.title}: {_name(task.lead)}",
            starts_at=task.due_at,
            minutes=TASK_MINUTES,
            stamp=task.created_at,
            url=_url(task.lead),
        )
        for task in tasks
        if task.due_at
    ]


def _entry(meeting: Meeting, *, invite: bool = False) -> ics.Entry:
    """To the prospect it bears our account's name and no link of ours; in one's own calendar whom one meets."""
    lead, host = meeting.lead, meeting.member or meeting.lead.owner
    name, address = mail.sender()
    theirs = {
        "organizer": (host.name if host else name, host.email if host else address),
        "attendee": (str(lead.contact), lead.contact.email_norm),
        "title": f"{meeting.title}: {current_account().name}",
    }
    own = {"title": f"{meeting.title}: {_name(lead)}", "url": _url(lead)}
    return ics.Entry(
        uid=_uid(meeting.public_id),
        starts_at=meeting.starts_at,
        minutes=meeting.minutes,
        stamp=clock.now() if invite else meeting.created_at,
        sequence=meeting.sequence,
        place=meeting.place,
        cancelled=meeting.outcome == "cancelled",
        **(theirs if invite else own),
    )


def _letter(meeting: Meeting) -> mail.Mail | None:
    lead, account = meeting.lead, current_account()
    if not lead.contact.email_norm:
        return None
    host = meeting.member or lead.owner
    cancelled = meeting.outcome == "cancelled"
    starts_at = meeting.starts_at.astimezone(zone_named(account.time_zone))
    when = f"{starts_at:%A} {starts_at.day} {starts_at:%B %Y, %H:%M} ({account.time_zone}), {meeting.minutes} minutes"
    words = [f"{'Cancelled: ' if cancelled else ''}{meeting.title}", when, meeting.place, host.name if host else ""]
    return mail.Mail(
        recipient=lead.contact.email_norm,
        subject=f"{'Cancelled: ' if cancelled else ''}{meeting.title}, {account.name}",
        text="\n".join(filter(None, words)) + "\n",
        message_id=mail.message_id(account, lead.pk, meeting.pk).replace("<", f"<{meeting.sequence}.", 1),
        sender_name=host.name if host else "",
        reply_to=mail.reply_address(account, lead.pk),
        calendar=invitation(meeting),
        calendar_method="CANCEL" if cancelled else "REQUEST",
    )


def _name(lead: Lead) -> str:
    return f"{lead.contact}, {lead.company}" if lead.company and str(lead.company) else str(lead.contact)


def _url(lead: Lead) -> str:
    return current_account().url(f"leads/{lead.public_id}/")


def _uid(public: str) -> str:
    return f"{public}@{mail.sender()[1].rpartition('@')[2]}"
