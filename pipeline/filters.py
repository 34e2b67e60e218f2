"""What the board is narrowed to: a view, and filters from its query string. Nonsense is left out, not refused."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q

from accounts.models import Member, Team
from leads.listing import listed
from leads.models import Source
from pipeline.models import BoardView, Pipeline, Stage
from pipeline.orders import ATTENTION, ORDERS, Order
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
HOT = Q(tier__in=["urgent", "high"])
LONGEST = 100  # of a text or a product
TALLIED = {"", "mine", "hot", "tier", "owner", "team", "stage"}  # views and filters that `Tally` knows, too


@dataclass(frozen=True)
class Reader:
    """Who reads, and when (aware)."""

    me: Member
    now: datetime


@dataclass(frozen=True)
class Asked:
    """A query string, understood: one condition per filter that is on."""

    view: str
    text: str
    chosen: dict[str, str]
    order: Order
    place: dict[str, str]  # the pipeline, and the saved view that one came from
    view_q: Q
    filter_q: Q

    @property
    def on(self) -> bool:
        return bool(self.text or self.chosen)

    @property
    def q(self) -> Q:
        return self.view_q & self.filter_q

    @property
    def tallied(self) -> bool:
        """Whether `q` can be asked of tallies as well as of deals."""
        return not self.text and {self.view, *self.chosen} <= TALLIED

    @property
    def query(self) -> dict[str, str]:
        """What belongs into a link that keeps view, filters and order."""
        order = self.order.name if self.order is not ATTENTION else ""
        said = self.place | {"view": self.view, "order": order, "q": self.text} | self.chosen
        return {name: value for name, value in said.items() if value}


def view_q(view: str, me: Member, now: datetime) -> Q:
    """The deals of one of VIEWS."""
    made = {
        "mine": Q(owner_id=me.pk),
        "hot": HOT,
        "stalled": Q(limit_at__lt=now),
        "owed": Q(owed_by__isnull=False),
    }
    return made.get(view, Q())


def asked(query: Mapping[str, str], me: Member, now: datetime) -> Asked:
    """Read a query string at `now` (aware)."""
    view = query.get("view", "") if query.get("view", "") in dict(VIEWS) else ""
    text = query.get("q", "").replace("\x00", "").strip()[:LONGEST]
    filter_q, chosen, reader = Q(), {}, Reader(me, now)
    for name, read in FILTERS.items():
        value = query.get(name, "")
        condition = _understood(read, value, reader) if value else None
        if condition is not None:
            filter_q &= condition
            chosen[name] = value
    if text:
        filter_q &= Q(lead_id__in=listed({"q": text}).values("pk"))
    order = ORDERS.get(query.get("order", ""), ATTENTION)
    return Asked(view, text, chosen, order, _place(query), view_q(view, me, now), filter_q)


def _place(query: Mapping[str, str]) -> dict[str, str]:
    prefixes = {"pipeline": Pipeline.PREFIX, "saved": BoardView.PREFIX}
    return {name: query[name] for name, prefix in prefixes.items() if _is_id(prefix, query.get(name, ""))}


def _is_id(prefix: str, text: str) -> bool:
    try:
        from_public(prefix, text)
    except ValueError:
        return False
    return True


def _understood(read: Callable[[str, Reader], Q], value: str, reader: Reader) -> Q | None:
    try:
        return read(value, reader)
    except (ValueError, KeyError):
        return None


def _owner(value: str, reader: Reader) -> Q:
    if value == "me":
        return Q(owner_id=reader.me.pk)
    return Q(owner_id=None) if value == "none" else Q(owner_id=from_public(Member.PREFIX, value))


def _team(value: str, reader: Reader) -> Q:
    team_id = reader.me.team_id if value == "mine" else from_public(Team.PREFIX, value)
    return Q(owner_id__in=Member.objects.filter(team_id=team_id).values("pk"))


def _product(value: str, _: Reader) -> Q:
    if "\x00" in value or len(value) > LONGEST:
        raise ValueError("That is no product.")
    return Q(lead__product=value)


def _score(value: str, _: Reader) -> Q:
    if value not in dict(SCORES):
        raise ValueError("One of the offered scores is wanted.")
    return Q(lead__score__gte=int(value))


def _promise(value: str, reader: Reader) -> Q:
    now, due, risk = reader.now, "lead__first_response_due_at", "lead__first_response_risk_at"
    running = Q(lead__first_response_at=None, **{f"{due}__isnull": False})
    made = {
        "breach": Q(**{f"{due}__lte": now}),
        "risk": Q(**{f"{due}__gt": now, f"{risk}__lte": now}),
        "ok": Q(**{f"{due}__gt": now}) & (Q(**{f"{risk}__gt": now}) | Q(**{f"{risk}__isnull": True})),
    }
    return running & made[value]


def _age(value: str, reader: Reader) -> Q:
    made = {
        "late": Q(limit_at__lt=reader.now),
        "week": Q(entered_stage_at__lt=reader.now - timedelta(days=7)),
        "day": Q(entered_stage_at__gte=reader.now - timedelta(days=1)),
    }
    return made[value]


FILTERS: dict[str, Callable[[str, Reader], Q]] = {
    "tier": lambda value, _: Q(tier__in=UP_TO[value]),
    "owner": _owner,
    "team": _team,
    "stage": lambda value, _: Q(stage_id=from_public(Stage.PREFIX, value)),
    "source": lambda value, _: Q(lead__source_id=from_public(Source.PREFIX, value)),
    "product": _product,
    "score": _score,
    "age": _age,
    "promise": _promise,
}
