"""The board: columns of cards with counts, value and weighted value, in a handful of queries whatever the number."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import Count, OuterRef, Q, Subquery, Sum
from django.db.models.functions import Coalesce
from django.urls import reverse

from accounts.models import Member
from pipeline.amounts import sums
from pipeline.cards import Deck, Row, month_of, rows_of
from pipeline.filters import VIEWS, Asked, asked, view_q
from pipeline.models import Criterion, Deal, DealQuerySet, DealStatus, Pipeline, Stage, StageKind, When
from pipeline.names import Names, names
from pipeline.orders import CLOSED, Order
from routing.calendars import calendar_of
from routing.workingtime import Calendar
from tenancy import clock
from tenancy.scope import current_account

FIRST, MORE = 8, 50  # cards of a column in the first view, which stays below 100 KB; and with each scroll
OVER = [DealStatus.WON, DealStatus.LOST]


@dataclass
class Sums:
    """Deals of one column, with and without the filter, and their value by currency."""

    count: int = 0
    shown: int = 0
    won: int = 0
    value: dict[str, int] = field(default_factory=lambda: defaultdict(int))


def all_stages() -> list[Stage]:
    """The stages of every pipeline, in order, with their pipelines.

    Each knows how many criteria ask at its way in and out (`asked_in`, `asked_out`).
    """
    return list(
        Stage.objects.in_use()
        .filter(pipeline__archived_at=None)
        .exclude(kind=StageKind.LOST)  # what is lost stands in the column of what is over
        .select_related("pipeline")
        .annotate(asked_in=_asked(When.ENTRY), asked_out=_asked(When.EXIT))
        .order_by("pipeline__position", "pipeline_id", "position")
    )


def stages_of(public: str = "", rows: Sequence[Stage] | None = None) -> list[Stage]:
    """Those of the pipeline with this public id, else of the account's first one; none without a pipeline."""
    rows = all_stages() if rows is None else rows
    first = rows[0].pipeline.public_id if rows else ""
    return [row for row in rows if row.pipeline.public_id == public] or [
        row for row in rows if row.pipeline.public_id == first
    ]


def _asked(when: str) -> Any:
    # A sub-query: grouping stages by their id fails, because in the database the key has two columns.
    rows = Criterion.objects.filter(stage_id=OuterRef("pk"), when=when, required=True).order_by()
    return Coalesce(Subquery(rows.values("stage_id").annotate(n=Count("pk")).values("n")), 0)


class Board:
    """One pipeline, by its `stages_of`, as `me` sees it, narrowed to what `query` asks for."""

    def __init__(self, stages: Sequence[Stage], me: Member, query: Mapping[str, str]) -> None:
        self.stages, self.me = stages, me
        self.pipeline: Pipeline = stages[0].pipeline
        self.now: datetime = clock.now()
        self.asked: Asked = asked(query, me, self.now)
        self.calendar: Calendar = calendar_of(current_account())
        self.month_start, self.month = month_of(self.now, self.calendar)

    @cached_property
    def names(self) -> Names:
        return names(self.me)

    @cached_property
    def deck(self) -> Deck:
        return Deck(self.stages, self.names.members, self.calendar, self.now, self.me, self.asked.order)

    @cached_property
    def closing(self) -> UUID | None:
        """The column of what is won, and of what is lost."""
        return next((stage.pk for stage in self.stages if stage.kind == StageKind.WON), None)

    def columns(self) -> list[dict[str, Any]]:
        """Every column with its first cards, in two queries: the sums, and the cards of all."""
        queries = [rows_of(self._deals(stage), self._order(stage), FIRST + 1) for stage in self.stages]
        return self._filled(queries, FIRST)

    def _filled(self, queries: list[Any], most: int) -> list[dict[str, Any]]:
        """The columns, each with its part of one common query."""
        cards: dict[UUID, list[Row]] = defaultdict(list)
        for values in queries[0].union(*queries[1:], all=True) if queries else ():
            row = Row(*values)
            cards[row.stage_id if row.status == DealStatus.OPEN or not self.closing else self.closing].append(row)
        return [self._column(stage, self._sorted(stage, cards[stage.pk]), most) for stage in self.stages]

    def column(self, stage: Stage, after: str = "", most: int = MORE) -> dict[str, Any]:
        """One column; `after` is where an earlier slice of it ended. Raises ValueError for what no slice said."""
        order, deals = self._order(stage), self._deals(stage)
        if after:
            deals = deals.filter(order.beneath(*order.position(after)))
        return self._column(stage, [Row(*values) for values in rows_of(deals, order, most + 1)], most)

    def changed(self, **which: Any) -> dict[str, Any]:
        """What brings some deals up to date on a page: every head, their cards, and which are not here any more."""
        deals = list(Deal.objects.filter(**which).only("id"))
        there = [self._deals(stage).filter(pk__in=[deal.pk for deal in deals]) for stage in self.stages]
        queries = [
            rows_of(some, self._order(stage), len(deals)) for stage, some in zip(self.stages, there, strict=True)
        ]
        columns = self._filled(queries, len(deals)) if deals else self._filled([], 0)
        shown = {card["id"] for column in columns for card in column["cards"]}
        gone = [deal.public_id for deal in deals if deal.public_id not in shown]
        return {"columns": columns, "totals": self.totals, "gone": gone}

    @cached_property
    def totals(self) -> dict[str, Any]:
        """What the head says of the whole pipeline, as filtered."""
        value: dict[str, int] = defaultdict(int)
        weighted: dict[str, int] = defaultdict(int)
        shown = 0
        for stage in self._open_stages():
            shown += self.sums[stage.pk].shown
            for currency, minor in self.sums[stage.pk].value.items():
                value[currency] += minor
                weighted[currency] += minor * stage.probability // 100
        home = current_account().currency
        return {
            "open": shown,
            "value": sums(value, home),
            "weighted": sums(weighted, home),
            "all": sum(one.count for one in self.sums.values()),
        }

    @property
    def hidden(self) -> int:
        """How many deals of the view the filter hides."""
        if not self.asked.on:
            return 0
        return sum(self._in_view[stage.pk] - self.sums[stage.pk].shown for stage in self._open_stages())

    @cached_property
    def sums(self) -> dict[UUID, Sums]:
        found: dict[UUID, Sums] = defaultdict(Sums)
        for row in self._summed:
            open_ = row["status"] == DealStatus.OPEN
            one = found[row["stage_id"] if open_ or self.closing is None else self.closing]
            one.count += row["count"]
            one.shown += row["shown"]
            if row["status"] == DealStatus.WON:
                one.won += row["shown"]
            if row["value"] and row["status"] != DealStatus.LOST:
                one.value[row["currency"] or current_account().currency] += row["value"]
        return found

    @cached_property
    def _summed(self) -> list[dict[str, Any]]:
        """One pass over the pipeline's open deals and this month's closed ones."""
        counts: dict[str, Any] = {
            f"view_{key}": Count("id", filter=view_q(key, self.me, self.now)) for key, _ in VIEWS if key
        }
        everything = Deal.objects.filter(pipeline=self.pipeline).filter(
            Q(status=DealStatus.OPEN) | Q(status__in=OVER, closed_at__gte=self.month_start)
        )
        return list(
            everything.values("stage_id", "status", "currency").annotate(
                count=Count("id"),
                shown=Count("id", filter=self.asked.q or None),
                value=Sum("value_minor", filter=self.asked.q or None),
                **counts,
            )
        )

    @cached_property
    def by_view(self) -> dict[str, int]:
        """How many open deals each of VIEWS has."""
        rows = [row for row in self._summed if row["status"] == DealStatus.OPEN]
        return {key: sum(row[f"view_{key}" if key else "count"] for row in rows) for key, _ in VIEWS}

    @cached_property
    def _in_view(self) -> dict[UUID, int]:
        column = f"view_{self.asked.view}" if self.asked.view else "count"
        found: dict[UUID, int] = defaultdict(int)
        for row in self._summed:
            if row["status"] == DealStatus.OPEN:
                found[row["stage_id"]] += row[column]
        return found

    def _gate_into(self, stage: Any) -> int:
        """How many criteria stand before a column."""
        before: Any = next((one for one in reversed(self.stages) if one.position < stage.position), None)
        return before.asked_out + stage.asked_in if before else 0

    def _open_stages(self) -> list[Stage]:
        return [stage for stage in self.stages if stage.kind == StageKind.OPEN]

    def _deals(self, stage: Stage) -> DealQuerySet:
        """The deals of a column, as filtered; the closing column has this month's won and lost."""
        deals: DealQuerySet = Deal.objects.filter(self.asked.q)
        if stage.kind == StageKind.WON:
            return deals.filter(pipeline=self.pipeline, status__in=OVER, closed_at__gte=self.month_start)
        return deals.filter(stage=stage, status=DealStatus.OPEN)

    def _order(self, stage: Stage) -> Order:
        return CLOSED if stage.kind == StageKind.WON else self.asked.order

    def _sorted(self, stage: Stage, rows: list[Row]) -> list[Row]:
        """A union forgets the order of its parts."""
        order = self._order(stage)
        return sorted(rows, key=lambda row: (getattr(row, order.column), row.id), reverse=order.down)

    def _column(self, stage: Stage, rows: list[Row], most: int) -> dict[str, Any]:
        shown = rows[:most]
        one, home, column_id = self.sums[stage.pk], current_account().currency, stage.public_id
        won = stage.kind == StageKind.WON
        weighted = {currency: value * stage.probability // 100 for currency, value in one.value.items()}
        gate = self._gate_into(stage)
        query = urlencode(self.asked.query)
        url = reverse("board-column", args=[column_id])
        made: dict[str, Any] = {
            "id": column_id,
            "name": f"{stage.name} in {self.month}" if won else stage.name,
            "colour": stage.colour,
            "url": f"{url}?{query}" if query else url,
            "count": one.shown,
            "limit": stage.wip,
            "full": stage.wip is not None and one.count >= stage.wip,
            "value": sums(one.value, home),
            "weighted": "" if won else sums(weighted, home),
            "words": f"won, {one.won} of {one.shown} closed" if won else "",
            "gate": gate,
            "gate_url": reverse("stage-gate", args=[column_id]) if gate else "",
            "cards": [self.deck.card(row) for row in shown],
            "more_url": "",
            "empty": "Nothing closed yet" if won else "",
        }
        if len(rows) > most and shown:
            after = self._order(stage).cursor(shown[-1])
            made["more_url"] = f"{url}?{urlencode(self.asked.query | {'after': after})}"
        return made
