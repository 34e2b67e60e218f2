"""All that Today shows, put together."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.urls import reverse

from accounts.models import Member
from followups.today import agenda as tasks
from followups.today import answering, side
from followups.today.answering import DONE, Queue
from followups.today.strip import Thing, strip
from followups.today.team import team
from followups.today.watch import Watch
from leads.models import Activity
from pipeline.wire import title_of
from tenancy import clock

JUST_NOW = timedelta(minutes=10)


def today(member: Member, *, focus: bool = False, whose: str = "") -> dict[str, Any]:
    """The context of followups/today.html; `focus`: something was logged, the next lead takes the focus.

    `whose` (mine, team) is for those who lead others.
    """
    watch = Watch(member, clock.now(), whose)
    queue, agenda = answering.queue(watch), tasks.agenda(watch)
    replies, reply_count = side.replies(watch)
    stalled, stalled_count = side.stalling(watch)
    return {
        "watch": watch,
        "queue": queue,
        "focus": focus,
        "receipts": just_logged(watch),
        "agenda": agenda,
        "replies": replies,
        "reply_count": reply_count,
        "stalled": stalled,
        "stalled_count": stalled_count,
        "kept": side.kept(watch),
        "views": _views(watch),
        **team(watch),
        "strip": strip(_things(watch, queue, agenda), watch.now, watch.zone),
        "when": f"{watch.local:%A} {watch.local.day} {watch.local:%B}, {watch.local:%H:%M}",
        "next_promise": _next_promise(watch, queue),
    }


def _views(watch: Watch) -> list[tuple[str, str, bool]]:
    """Whose day: for those who may look at both."""
    if not watch.may_lead:
        return []
    here = reverse("today")
    return [(f"{here}?whose=team", "Team", watch.is_team), (f"{here}?whose=mine", "Mine", not watch.is_team)]


def just_logged(watch: Watch) -> list[dict[str, str]]:
    """What this member has just logged, each as one line."""
    recent = (
        Activity.objects.in_sight()
        .filter(member=watch.member, kind="call", automatic=False, created_at__gte=watch.now - JUST_NOW)
        .select_related("lead__contact", "lead__company")
    )
    return [
        {
            "words": f"{DONE.get(activity.outcome, 'Called')}: {activity.lead.contact}",
            "whom": title_of(activity.lead),
            "url": reverse("lead", args=[activity.lead.public_id]),
            "when": watch.clock(activity.occurred_at),
        }
        for activity in recent.order_by("-created_at", "-id")[:3]
    ]


def _things(watch: Watch, queue: Queue, agenda: tasks.Agenda) -> list[Thing]:
    promises = [Thing(at, name, state) for at, name, state in queue.due]
    due = [Thing(item.due, item.whom, "task") for item in agenda.items if item.due]
    return [
        *promises,
        *due,
        *(Thing(row.starts_at, row.title, "meeting", row.minutes) for row in tasks.meetings(watch)),
    ]


def _next_promise(watch: Watch, queue: Queue) -> str:
    """“Marlowe at 11:52”, for the sentence of an empty queue; tried ones count too."""
    ahead = sorted(entry for entry in queue.due if entry[0] > watch.now)
    return f"{ahead[0][1]} at {watch.clock(ahead[0][0])}" if ahead else ""
