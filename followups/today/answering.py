"""Answer now: who waits for a first answer, the promise you can still keep first."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.urls import reverse

from followups.today.watch import Watch
from leads.labels import spaced
from leads.models import Activity, Direction, Lead
from leads.promises import Promise, promise_of
from pipeline.amounts import short
from pipeline.wire import title_of
from scoring.models import Receipt

SHOWN = 8
LOOKED_AT = 40  # of each kind, before the order is made
SOON = timedelta(hours=1)
RESTS = timedelta(hours=2)  # after a try in vain the next one waits so long
OUTCOMES = (("1", "spoke", "Spoke"), ("2", "no_answer", "No answer"), ("3", "voicemail", "Voicemail"))
DONE = {"spoke": "Spoke", "no_answer": "No answer", "voicemail": "Left a voicemail"}
LABELS = {"ok": "Due {}", "risk": "At risk, due {}", "breach": "Over since {}"}
REASONS = 2  # of the receipt


@dataclass(frozen=True)
class Waiting:
    """One lead that waits. `sla` is the chip: state, words, due, label."""

    id: str
    url: str
    tier: str
    title: str
    sub: str
    who: str
    why: str
    value: str
    phone: str
    phone_words: str
    email: str
    sla: dict[str, str]  # empty without a promise
    log_url: str
    pass_url: str
    ask: str = ""
    owner: str = ""
    outcomes: tuple[tuple[str, str, str], ...] = OUTCOMES


@dataclass
class Queue:
    rows: list[Waiting] = field(default_factory=list)
    count: int = 0
    urgent: int = 0  # promises at risk or broken
    due: list[tuple[datetime, str, str]] = field(default_factory=list)  # when, whom, state: for the day strip

    @property
    def first(self) -> Waiting | None:
        return self.rows[0] if self.rows else None

    @property
    def rest(self) -> list[Waiting]:
        return self.rows[1:]

    @property
    def more(self) -> int:
        """How many wait that are not shown."""
        return self.count - len(self.rows)


def queue(watch: Watch) -> Queue:
    """The leads of this day that wait for their first answer, in order."""
    waiting = Lead.objects.open().filter(watch.owned(), first_response_at=None).with_people()
    tried = _last_tries(candidates := _candidates(waiting, watch.now))
    ordered = in_order(candidates, tried, watch.now)
    shown = ordered[:SHOWN]
    receipts = _receipts([lead.pk for lead in shown])
    rows = [_waiting(lead, tried.get(lead.pk), receipts.get(lead.pk, {}), watch) for lead in shown]
    states = [(lead, promise_of(lead, watch.now).state) for lead in candidates]
    return Queue(
        rows=rows,
        count=len(candidates) if len(candidates) < LOOKED_AT else waiting.count(),
        urgent=sum(state in {"risk", "breach"} for _, state in states),
        due=[(_due(lead), title_of(lead), state) for lead, state in states if state != "none"],
    )


def in_order(leads: Sequence[Lead], tried: dict[UUID, Activity], now: datetime) -> list[Lead]:
    """The promises that can still be kept but not for long; the broken ones, latest first; the others by due time.

    Who was tried in vain within two hours waits behind everybody else.
    """
    rest = [lead for lead in leads if lead.pk in tried and now - tried[lead.pk].occurred_at < RESTS]
    fresh = [lead for lead in leads if lead not in rest]
    promised = [lead for lead in fresh if lead.first_response_due_at]
    open_ones = sorted((lead for lead in promised if _due(lead) > now), key=_due)
    broken = sorted((lead for lead in promised if _due(lead) <= now), key=_due, reverse=True)
    saved = [lead for lead in open_ones if _due(lead) - now <= SOON or promise_of(lead, now).state == "risk"]
    later = [lead for lead in open_ones if lead not in saved]
    without = sorted((lead for lead in fresh if not lead.first_response_due_at), key=lambda lead: -(lead.score or 0))
    return [*saved, *broken, *later, *without, *sorted(rest, key=lambda lead: tried[lead.pk].occurred_at)]


def _candidates(waiting: Any, now: datetime) -> list[Lead]:
    """Enough of each kind to make the order: promises open, broken, none."""
    due = "first_response_due_at"
    kinds = (
        waiting.filter(Q(first_response_due_at__gt=now)).order_by(due, "id"),
        waiting.filter(Q(first_response_due_at__lte=now)).order_by(f"-{due}", "id"),
        waiting.filter(first_response_due_at=None).order_by("-score", "id"),
    )
    return [lead for kind in kinds for lead in kind[:LOOKED_AT]]


def _last_tries(leads: Iterable[Lead]) -> dict[UUID, Activity]:
    tries = Activity.objects.filter(
        lead_id__in=[lead.pk for lead in leads if lead.first_attempt_at], automatic=False, direction=Direction.OUT
    )
    return {activity.lead_id: activity for activity in tries.exclude(kind="note").order_by("occurred_at")}


def _receipts(lead_ids: Sequence[UUID]) -> dict[UUID, dict[str, Any]]:
    newest = Receipt.objects.filter(lead_id__in=lead_ids).order_by("lead_id", "-scored_at", "-id").distinct("lead_id")
    return dict(newest.values_list("lead_id", "body"))


def _waiting(lead: Lead, last: Activity | None, receipt: dict[str, Any], watch: Watch) -> Waiting:
    promise = promise_of(lead, watch.now)
    return Waiting(
        id=lead.public_id,
        url=reverse("lead", args=[lead.public_id]),
        tier=lead.tier,
        title=title_of(lead),
        sub=str(lead.contact) if lead.company else "",
        who=_who(lead),
        why=_why(lead, last, receipt, watch),
        ask=((receipt.get("question") or {}).get("text") or ""),
        value=short(lead.value_minor, lead.currency),
        phone=lead.contact.phone_e164,
        phone_words=spaced(lead.contact.phone_e164),
        email=lead.contact.email_norm,
        sla=_chip(lead, promise, watch),
        log_url=reverse("today-call", args=[lead.public_id]) if watch.may_work else "",
        pass_url=reverse("lead-assignment", args=[lead.public_id]) if watch.may_work else "",
        owner=lead.owner.name if watch.is_team and lead.owner else "",
    )


def _who(lead: Lead) -> str:
    headcount = f"{lead.company.headcount} people" if lead.company and lead.company.headcount else ""
    name = str(lead.contact) if lead.company else ""
    return ", ".join(part for part in (name, lead.contact.job_title, headcount, lead.contact.country) if part)


def _why(lead: Lead, last: Activity | None, receipt: dict[str, Any], watch: Watch) -> str:
    """What was tried, what they wrote, and the strongest reasons of the score, in a line or two."""
    gains = [entry for entry in receipt.get("contributions", ()) if entry["points"] > 0]
    best = sorted(gains, key=lambda entry: -entry["points"])[:REASONS]
    reasons = f"{'; '.join(entry['label'] for entry in best)}." if best else ""
    tried = f"{DONE.get(last.outcome, 'Tried')} {watch.clock(last.occurred_at)}." if last else ""
    wrote = f"“{shortened(lead.message)}”" if lead.message else f"Came by {lead.source.name}."
    return " ".join(part for part in (tried, wrote, reasons) if part)


def shortened(text: str, longest: int = 140) -> str:
    """At most so many letters, cut between words."""
    line = " ".join(text.split())
    return line if len(line) <= longest else f"{line[:longest].rpartition(' ')[0] or line[:longest]}…"


def _chip(lead: Lead, promise: Promise, watch: Watch) -> dict[str, str]:
    due = lead.first_response_due_at
    if promise.state == "none" or due is None:
        return {}
    label = LABELS[promise.state].format(watch.clock(due))
    big = promise.words.removesuffix(" left").removesuffix(" over")
    return {"state": promise.state, "words": promise.words, "big": big, "due": promise.due, "label": label}


def _due(lead: Lead) -> datetime:
    return lead.first_response_due_at or datetime.max.replace(tzinfo=UTC)
