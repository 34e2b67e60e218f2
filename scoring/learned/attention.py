"""Engagement as facts to learn from: how often each kind was seen in 90 days, and how long ago the last was. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from leads.catalogue import Field, Type
from scoring.signals import MICROSECOND, Ages, Signals, ages_of, moment

SPAN = timedelta(days=90)
FAMILY = "seen."
LAST = f"{FAMILY}last"
COUNTED = {
    "page_view": "Pages seen",
    "pricing_page": "Views of the pricing page",
    "form_view": "Forms seen",
    "download": "Downloads",
    "email_open": "Mails opened",
    "email_click": "Clicks in mails",
    "reply": "Replies",
    "chat": "Chats",
    "call": "Calls",
    "custom": "Other signals",
}
AGES = (
    (timedelta(days=2), "within 2 days"),
    (timedelta(days=7), "within a week"),
    (timedelta(days=30), "within 30 days"),
    (SPAN, "within 90 days"),
)
NEVER = "not in 90 days"
FIELDS = {
    FAMILY + kind: Field(FAMILY + kind, f"{label} in 90 days", Type.NUMBER) for kind, label in COUNTED.items()
} | {LAST: Field(LAST, "Last seen", Type.TEXT)}


def attention(signals: Signals, now: datetime) -> dict[str, Any]:
    """The facts as of `now` (aware): what came later counts for nothing."""
    ages = _recent(signals, now)
    last = min((min(seen) for seen in ages.values() if seen), default=None)
    counts: dict[str, Any] = {FAMILY + kind: len(ages.get(kind, ())) for kind in COUNTED}
    return counts | {LAST: NEVER if last is None else next(word for age, word in AGES if last < age // MICROSECOND)}


def next_change(signals: Signals, now: datetime) -> datetime | None:
    """When time alone makes them others: something is too long ago to count, or the last thing is of another age."""
    ages = [age for seen in _recent(signals, now).values() for age in seen]
    if not ages:
        return None
    waits = [*(SPAN // MICROSECOND - age for age in ages), *(age // MICROSECOND - min(ages) for age, _ in AGES)]
    return now + min(wait for wait in waits if wait > 0) * MICROSECOND


def _recent(signals: Signals, now: datetime) -> Ages:
    ages = ages_of(signals, moment(now))
    return {kind: [age for age in seen if age < SPAN // MICROSECOND] for kind, seen in ages.items()}


def is_attention(field: str) -> bool:
    return field.startswith(FAMILY)
