"""Tasks: what is to be done today and what is late: tasks, and the touches of cadences that wait for a person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q
from django.urls import reverse

from followups.models import Touch, TouchState
from followups.today.watch import Watch, rows_of
from pipeline.models import Meeting, Task
from pipeline.wire import title_of

SHOWN = 12
ICONS = {"call": "phone", "email": "mail", "meeting": "calendar", "linkedin": "link", "task": "clipboard-list"}


@dataclass(frozen=True)
class Item:
    """One thing to do. `due` is aware, or None for some day; `done_url` ticks it."""

    id: str
    title: str
    whom: str
    url: str
    done_url: str
    icon: str
    when: str
    late: bool
    due: datetime | None
    edit_url: str = ""  # of a task, with where it is put off
    snooze_url: str = ""
    again: str = ""


@dataclass(frozen=True)
class Agenda:
    items: list[Item]
    count: int
    late: int


def agenda(watch: Watch) -> Agenda:
    """What is due until tonight, late first; tasks without a time come last."""
    items = [*_tasks(watch), *_touches(watch)]
    items.sort(key=lambda item: (item.due is None, item.due or watch.now, item.id))
    return Agenda(items[:SHOWN], len(items), sum(item.late for item in items))


def meetings(watch: Watch) -> list[Meeting]:
    """The meetings of the day, for the strip."""
    start, end = watch.day
    today = Meeting.objects.filter(watch.owned("lead__"), starts_at__gte=start, starts_at__lte=end)
    return list(today.exclude(outcome="cancelled").select_related("lead__contact", "lead__company")[:SHOWN])


def _tasks(watch: Watch) -> list[Item]:
    mine = watch.owned("lead__") if watch.is_team else Q(member_id=watch.member.pk)
    due = Q(due_at=None) | Q(due_at__lte=watch.day[1])
    open_ones = Task.objects.in_sight().filter(mine, due, done_at=None).select_related("lead__contact", "lead__company")
    rows, _ = rows_of(open_ones.order_by("due_at", "id"), SHOWN * 4)
    return [_item(task, task.title, task.kind, task.due_at, watch, "today-task") for task in rows]


def _touches(watch: Watch) -> list[Item]:
    waiting = Touch.objects.filter(watch.owned("lead__"), state=TouchState.DUE, enrolment__ended_at=None)
    rows, _ = rows_of(
        waiting.select_related("lead__contact", "lead__company", "step").order_by("due_at", "id"), SHOWN * 4
    )
    return [_item(touch, _titled(touch), touch.channel, touch.due_at, watch, "today-touch") for touch in rows]


def _titled(touch: Touch) -> str:
    title = f"Approve: {touch.title}" if touch.channel == "email" else touch.title
    return f"{title}, day {touch.step.day}"


def _urls(row: Task | Touch, watch: Watch) -> dict[str, str]:
    """What else can be done with a task; a touch follows its cadence."""
    if isinstance(row, Touch) or not watch.may_work:
        return {}
    about = [row.public_id]
    again = row.get_every_display() if row.every else ""
    return {
        "edit_url": reverse("lead-one-task", args=about),
        "snooze_url": reverse("task-snooze", args=about),
        "again": again,
    }


def _item(row: Task | Touch, title: str, kind: str, due: datetime | None, watch: Watch, url_name: str) -> Item:
    return Item(
        id=row.public_id,
        title=title,
        whom=title_of(row.lead),
        url=reverse("lead", args=[row.lead.public_id]),
        done_url=reverse(url_name, args=[row.public_id]) if watch.may_work else "",
        icon=ICONS.get(kind, "clipboard-list"),
        when=watch.clock(due) if due else "some day",
        # What fell due by itself today is late only tomorrow; a task is late a quarter of an hour after its time.
        late=due is not None and due < _late_before(row, watch),
        due=due,
        **_urls(row, watch),
    )


def _late_before(row: Task | Touch, watch: Watch) -> datetime:
    return watch.day[0] if isinstance(row, Touch) else watch.now - timedelta(minutes=15)
