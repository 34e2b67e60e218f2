"""What the board is narrowed to: a view, and filters from its query string. Nonsense is left out, not refused."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q

from accounts.models import Member
from leads.listing import listed
from leads.models import Source
from pipeline.models import Stage
from tenancy.ids import from_public

VIEWS = (
    ("", "All open"),
    ("mine", "My deals"),
    ("hot", "Urgent and high"),
    ("stalled", "Stalled"),
    ("owed", "Owed proof"),
)
TIERS = (("urgent", "Urgent"), ("high", "High and up"), ("medium", "Medium and up"), ("low", "Low only"))
SCORES = (("80", "80 and more"), ("60", "60 and more"), ("40", "40 and more"))
AGES = (("late", "Past the limit"), ("week", "More than a week"), ("day", "Since yesterday"))
PROMISES = (("breach", "Broken"), ("risk", "At risk"), ("ok", "On track"))
UP_TO = {
    "urgent": ["urgent"],
    "high": ["urgent", "high"],
    "medium": ["urgent", "high", "medium"],
    "low": ["low"],
}


@dataclass(frozen=True)
class Asked:
    """A query string, understood: one condition per filter that is on."""

    view: str
    text: str
    chosen: dict[str, str]
    view_q: Q
    filter_q: Q

    @property
    def on(self) -> bool:
        return bool(self.text or self.chosen)

    @property
    def q(self) -> Q:
        return self.view_q & self.filter_q

    @property
    def query(self) -> dict[str, str]:
        """What belongs into a link that keeps view and filters."""
        said = {"view": self.view, "q": self.text} | self.chosen
        return {name: value for name, value in said.items() if value}


def view_q(view: str, me: Member, now: datetime) -> Q:
    """The deals of one of VIEWS."""
    made = {
        "mine": Q(owner=me),
        "hot": Q(tier__in=["urgent", "high"]),
        "stalled": Q(limit_at__lt=now),
        "owed": Q(owed_by__isnull=False),
    }
    return made.get(view, Q())


def asked(query: Mapping[str, str], me: Member, now: datetime) -> Asked:
    """Read a query string at `now` (aware)."""
    view = query.get("view", "") if query.get("view", "") in dict(VIEWS) else ""
    text = query.get("q", "").replace("\x00", "").strip()[:100]
    filter_q, chosen = Q(), {}
    for name, read in FILTERS.items():
        value = query.get(name, "")
        condition = _understood(read, value, now) if value else None
        if condition is not None:
            filter_q &= condition
            chosen[name] = value
    if text:
        filter_q &= Q(lead_id__in=listed({"q": text}).values("pk"))
    return Asked(view, text, chosen, view_q(view, me, now), filter_q)


def _understood(read: Callable[[str, datetime], Q], value: str, now: datetime) -> Q | None:
    try:
        return read(value, now)
    except (ValueError, KeyError):
        return None


def _promise(value: str, now: datetime) -> Q:
    due, risk = "lead__first_response_due_at", "lead__first_response_risk_at"
    running = Q(lead__first_response_at=None, **{f"{due}__isnull": False})
    made = {
        "breach": Q(**{f"{due}__lte": now}),
        "risk": Q(**{f"{due}__gt": now, f"{risk}__lte": now}),
        "ok": Q(**{f"{due}__gt": now}) & (Q(**{f"{risk}__gt": now}) | Q(**{f"{risk}__isnull": True})),
    }
    return running & made[value]


def _age(value: str, now: datetime) -> Q:
    made = {
        "late": Q(limit_at__lt=now),
        "week": Q(entered_stage_at__lt=now - timedelta(days=7)),
        "day": Q(entered_stage_at__gte=now - timedelta(days=1)),
    }
    return made[value]


FILTERS: dict[str, Callable[[str, datetime], Q]] = {
    "tier": lambda value, _: Q(tier__in=UP_TO[value]),
    "owner": lambda value, _: Q(owner_id=from_public(Member.PREFIX, value)),
    "stage": lambda value, _: Q(stage_id=from_public(Stage.PREFIX, value)),
    "source": lambda value, _: Q(lead__source_id=from_public(Source.PREFIX, value)),
    "score": lambda value, _: Q(lead__score__gte=int(value)) if value in dict(SCORES) else Q(),
    "age": _age,
    "promise": _promise,
}
