"""Beside the queue: who replied, what stalls, and which promises were kept this week."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q
from django.urls import reverse

from followups.today.answering import shortened
from followups.today.watch import Watch, rows_of
from leads.models import Activity, Direction
from pipeline.amounts import short
from pipeline.limits import age_of
from pipeline.models import Deal
from pipeline.wire import title_of
from routing.models import Clock, Timer

SHOWN = 4
RECENT = timedelta(days=3)
SOON = timedelta(days=1)  # a limit this near is shown before it is over
PATIENCE = timedelta(days=1)  # with a deal that has no next step yet
BOXES = 40


@dataclass(frozen=True)
class Reply:
    id: str
    name: str
    initials: str
    firm: str
    url: str
    when: str
    text: str
    email: str = ""
    phone: str = ""
    log_url: str = ""


@dataclass(frozen=True)
class Stalled:
    id: str
    title: str
    url: str
    value: str
    words: str
    state: str  # breach or risk
    plan_url: str
    disqualify_url: str


@dataclass(frozen=True)
class Kept:
    """Promises whose time came this week: `rows` by owner, for a team."""

    kept: int
    broken: int
    missed: list[str]
    rows: list[tuple[str, int, int]]

    @property
    def of(self) -> int:
        return self.kept + self.broken

    @property
    def boxes(self) -> list[bool]:
        """Kept or not, the misses last; at most as many as fit."""
        return ([True] * self.kept + [False] * self.broken)[-BOXES:]


def replies(watch: Watch) -> tuple[list[Reply], int]:
    """The last few days' answers from prospects to which nobody has done anything yet, newest first."""
    inbound = Activity.objects.filter(
        watch.owned("lead__"), direction=Direction.IN, automatic=False, occurred_at__gte=watch.now - RECENT
    ).exclude(Exists(_answers()))
    rows, count = rows_of(
        inbound.select_related("lead__contact", "lead__company").order_by("-occurred_at", "-id"), SHOWN
    )
    return [_reply(activity, watch) for activity in rows], count


def _answers() -> Any:
    """What a person did about the lead of an activity since it came in."""
    by_us = Activity.objects.filter(direction=Direction.OUT, automatic=False)
    return by_us.filter(lead_id=OuterRef("lead_id"), occurred_at__gte=OuterRef("occurred_at"))


def _reply(activity: Activity, watch: Watch) -> Reply:
    lead, name = activity.lead, str(activity.lead.contact)
    return Reply(
        id=activity.public_id,
        name=name,
        initials="".join(word[0] for word in name.split()[:2]).upper(),
        firm=str(lead.company or ""),
        url=reverse("lead", args=[lead.public_id]),
        when=watch.clock(activity.occurred_at),
        text=shortened(activity.body) if activity.body else activity.get_kind_display(),
        email=lead.contact.email_norm,
        phone=lead.contact.phone_e164,
        log_url=reverse("today-answered", args=[lead.public_id]) if watch.may_work else "",
    )


def stalling(watch: Watch) -> tuple[list[Stalled], int]:
    """Open deals past their stage's limit, about to be, or without a next step; the longest over first."""
    open_ones = Deal.objects.open().in_sight().filter(watch.owned())
    forgotten = Q(next_step="", entered_stage_at__lt=watch.now - PATIENCE)
    stuck = open_ones.filter(Q(limit_at__lt=watch.now + SOON) | forgotten)
    order = (F("limit_at").asc(nulls_last=True), "id")
    rows, count = rows_of(stuck.select_related("lead__contact", "lead__company", "stage").order_by(*order), SHOWN)
    return [_stalled(deal, watch) for deal in rows], count


def _stalled(deal: Deal, watch: Watch) -> Stalled:
    age = age_of(deal.entered_stage_at, deal.stage.limit_working_days, watch.now, watch.calendar)
    standing = f"{age.words} in {deal.stage.name}{f', {age.note}' if age.note else ''}."
    return Stalled(
        id=f"stalled-{deal.public_id}",
        title=title_of(deal.lead),
        url=reverse("lead", args=[deal.lead.public_id]),
        value=short(deal.value_minor, deal.currency),
        words=standing if deal.next_step else f"{standing} No next step.",
        state="breach" if age.state == "late" else "risk",
        plan_url=reverse("today-step", args=[deal.lead.public_id]) if watch.may_work else "",
        disqualify_url=reverse("lead-disqualify", args=[deal.lead.public_id]) if watch.may_work else "",
    )


def kept(watch: Watch) -> Kept:
    """First responses promised for this week, by Monday of the member's zone."""
    answers = Timer.objects.filter(watch.owned("lead__"), clock=Clock.FIRST_RESPONSE, cancelled_at=None)
    due = answers.filter(due_at__gte=week_start(watch))
    over = due.filter(Q(broken_at__isnull=False) | Q(kept_at__isnull=False))
    counted = over.values("lead__owner_id", "lead__owner__name").annotate(
        broken=Count("id", filter=Q(broken_at__isnull=False)), all=Count("id")
    )
    rows = [(row["lead__owner__name"], row["all"] - row["broken"], row["all"]) for row in counted]
    broken = sum(row["broken"] for row in counted)
    missed = over.filter(broken_at__isnull=False).select_related("lead__contact", "lead__company")
    names = [f"{title_of(timer.lead)}, {watch.clock(timer.due_at)}" for timer in missed.order_by("-due_at")[:2]]
    return Kept(
        kept=sum(row[2] for row in rows) - broken,
        broken=broken,
        missed=names if broken else [],
        rows=sorted(rows) if watch.is_team else [],
    )


def week_start(watch: Watch) -> datetime:
    return watch.day[0] - timedelta(days=watch.local.weekday())
