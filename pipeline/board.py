"""The board: columns of cards with counts, value and weighted value, in a handful of queries whatever the number."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import cached_property, partial
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS
from django.db.models import BooleanField, Count, ExpressionWrapper, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.urls import reverse

from accounts.models import Member
from leads.models import Lead
from pipeline.amounts import sums
from pipeline.cards import Deck, Row, cards_named, cards_of, first_cards, month_of
from pipeline.emptiness import emptiness
from pipeline.filters import Asked, asked
from pipeline.models import Criterion, Deal, DealQuerySet, DealStatus, Pipeline, Stage, StageKind, When
from pipeline.names import Names, names
from pipeline.orders import CLOSED, Order
from pipeline.sums import OVER, SHOWN, UNTALLIED, Part, Sums, parts_of
from routing.calendars import calendar_of
from routing.workingtime import Calendar
from tenancy import clock
from tenancy.ids import public_id
from tenancy.inserting import columns
from tenancy.prepared import prepared
from tenancy.scope import current_account
from tenancy.sight import current_sight

FIRST, MORE = 8, 50  # cards of a column in the first view, which stays below 100 KB; and with each scroll


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


_STAGE, _PIPELINE = columns(Stage), columns(Pipeline)
_PLAINLY = f"""
    SELECT {", ".join([f"stage.{name}" for name in _STAGE] + [f"pipeline.{name}" for name in _PIPELINE])}
      FROM stage JOIN pipeline ON pipeline.account_id = stage.account_id AND pipeline.id = stage.pipeline_id
     WHERE stage.account_id = %s AND stage.removed_at IS NULL AND stage.kind <> 'lost' AND pipeline.archived_at IS NULL
     ORDER BY pipeline.position, stage.pipeline_id, stage.position
"""  # noqa: S608  (our own words)


def _stages_plainly() -> list[Stage]:
    """The same without their gates, as each card that changed asks for them."""
    cursor = prepared()
    cursor.execute(_PLAINLY, [current_account().pk])
    found = []
    for row in cursor.fetchall():
        stage: Stage = Stage.from_db(DEFAULT_DB_ALIAS, _STAGE, row[: len(_STAGE)])
        stage.pipeline = Pipeline.from_db(DEFAULT_DB_ALIAS, _PIPELINE, row[len(_STAGE) :])
        found.append(stage)
    return found


def stages_of(public: str = "", rows: Sequence[Stage] | None = None) -> list[Stage]:
    """Those of the pipeline with this public id, else of the account's first one; none without a pipeline.

    Without `rows` they don't know their gates: heads and cards show none.
    """
    rows = _stages_plainly() if rows is None else rows
    first = rows[0].pipeline.public_id if rows else ""
    return [row for row in rows if row.pipeline.public_id == public] or [
        row for row in rows if row.pipeline.public_id == first
    ]


def _asked(when: str) -> Any:
    # A sub-query: grouping stages by their id fails, because in the database the key has two columns.
    rows = Criterion.objects.filter(stage_id=OuterRef("pk"), when=when, required=True).order_by()
    return Coalesce(Subquery(rows.values("stage_id").annotate(n=Count("pk")).values("n")), 0)


class Board:
    """One pipeline, by its `stages_of`, as `me` sees it, narrowed to what is in sight and what `query` asks for; with
    `views` it also knows how many deals each of them has."""

    def __init__(self, stages: Sequence[Stage], me: Member, query: Mapping[str, str], *, views: bool = False) -> None:
        self.stages, self.me, self.views = stages, me, views
        self.pipeline: Pipeline = stages[0].pipeline
        self.now: datetime = clock.now()
        self.asked: Asked = asked(query, me, self.now)
        self.sight = current_sight()
        self.q: Q = self.asked.q & self.sight.q("owner", "lead")
        self.calendar: Calendar = calendar_of(current_account())
        self.month_start, self.month = month_of(self.now, self.calendar)

    @cached_property
    def names(self) -> Names:
        return names(self.me)

    @cached_property
    def deck(self) -> Deck:
        return Deck(self.stages, self.calendar, self.now, self.me, self.asked.order)

    @cached_property
    def closing(self) -> UUID | None:
        """The column of what is won, and of what is lost."""
        return next((stage.pk for stage in self.stages if stage.kind == StageKind.WON), None)

    def columns(self) -> list[dict[str, Any]]:
        """Every column with its first cards, in two queries: the sums, and the cards of all."""
        if not self.q:
            return self._filled(first_cards(self.stages, self.asked.order, self.month_start, FIRST + 1), FIRST)
        # Each column's first ids by an index; what cards show is read once, for all of them.
        ids = [self._deals(stage).order_by(*self._order(stage).by).values("id")[: FIRST + 1] for stage in self.stages]
        return self._filled(cards_of(Deal.objects.filter(pk__in=ids[0].union(*ids[1:], all=True))), FIRST)

    def _filled(self, rows: Iterable[Row], most: int) -> list[dict[str, Any]]:
        """The columns, each with its rows as cards."""
        cards: dict[UUID | None, list[Row]] = defaultdict(list)
        for row in rows:
            cards[self._place(row)].append(row)
        return [self._column(stage, self._sorted(stage, cards[stage.pk]), most) for stage in self.stages]

    def _place(self, row: Row) -> UUID | None:
        """The column of a card, None for one that this board has no column for."""
        if row.status == DealStatus.OPEN:
            return row.stage_id
        over = row.status in OVER and row.closed_at is not None and row.closed_at >= self.month_start
        return self.closing if over and row.pipeline_id == self.pipeline.pk else None

    def column(self, stage: Stage, after: str = "", most: int = MORE) -> dict[str, Any]:
        """One column; `after` is where an earlier slice of it ended. Raises ValueError for what no slice said."""
        order, deals = self._order(stage), self._deals(stage)
        if after:
            deals = deals.filter(order.beneath(*order.position(after)))
        return self._column(stage, cards_of(deals.order_by(*order.by)[: most + 1]), most)

    def changed(self, column: str, ids: Sequence[UUID]) -> dict[str, Any]:
        """What brings some deals, by their `id` or `lead_id`, up to date on a page: every head, their cards, which are
        not here any more, and whose leads (`left`) the reader doesn't see, as if they had never been."""
        rows = cards_named(column, ids)
        seen, meant = self._seen_and_meant([row.id for row in rows])
        columns = self._filled([row for row in rows if row.id in meant], len(rows))
        shown = {card["id"] for column in columns for card in column["cards"]}
        left = []
        if self.sight and column == "lead_id":
            rows = [row for row in rows if row.id in seen]
            there = {row.lead_id for row in rows}
            left = [public_id(Lead.PREFIX, lead_id) for lead_id in ids if lead_id not in there]
        gone = [key for key in (public_id(Deal.PREFIX, row.id) for row in rows) if key not in shown]
        return {"columns": columns, "totals": self.totals, "gone": gone, "left": left}

    def _seen_and_meant(self, ids: list[UUID]) -> tuple[set[UUID], set[UUID]]:
        """Which of these deals are in sight, and which of those the filter means."""
        if not self.q:
            return set(ids), set(ids)
        told = ExpressionWrapper(self.q, BooleanField())
        found = list(Deal.objects.in_sight().filter(pk__among=ids).annotate(meant=told).values_list("pk", "meant"))
        return {pk for pk, _ in found}, {pk for pk, meant in found if meant}

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
        return self.by_view[self.asked.view] - self.totals["open"] if self.asked.on else 0

    @cached_property
    def sums(self) -> dict[UUID, Sums]:
        found: dict[UUID, Sums] = defaultdict(Sums)
        for part in self._parts:
            if part.place is None:
                continue
            one = found[part.place if part.of in (DealStatus.OPEN, SHOWN) or self.closing is None else self.closing]
            one.count += part.number
            one.shown += part.shown
            if part.of == DealStatus.WON:
                one.won += part.shown
            if part.worth and part.of != DealStatus.LOST:
                one.value[part.money or current_account().currency] += part.worth
        return found

    @cached_property
    def by_view(self) -> dict[str, int]:
        """How many open deals each of VIEWS has; of a board with `views`."""
        found = {part.of: part.number for part in self._parts if part.of in UNTALLIED}
        open_ = [part for part in self._parts if part.of == DealStatus.OPEN]
        mine, hot = sum(part.mine for part in open_), sum(part.hot for part in open_)
        return {"": sum(part.number for part in open_), "mine": mine, "hot": hot} | found

    @cached_property
    def _parts(self) -> list[Part]:
        asked, seen = self.asked, self.sight
        return parts_of(self.pipeline, asked, self.me, self.now, self.month_start, views=self.views, sight=seen)

    def _gate_into(self, stage: Any) -> int:
        """How many criteria stand before a column."""
        before: Any = next((one for one in reversed(self.stages) if one.position < stage.position), None)
        return before.asked_out + stage.asked_in if before and hasattr(stage, "asked_in") else 0

    def _open_stages(self) -> list[Stage]:
        return [stage for stage in self.stages if stage.kind == StageKind.OPEN]

    def _deals(self, stage: Stage) -> DealQuerySet:
        """The deals of a column, as filtered; the closing column has this month's won and lost."""
        deals: DealQuerySet = Deal.objects.filter(self.q)
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
            "walled": bool(self.sight),
            "value": sums(one.value, home),
            "weighted": "" if won else sums(weighted, home),
            "words": f"won, {one.won} of {one.shown} closed" if won else "",
            "gate": gate,
            "gate_url": reverse("stage-gate", args=[column_id]) if gate else "",
            "cards": [self.deck.card(row) for row in shown],
            "more_url": "",
            "empty": partial(emptiness, self, stage),  # asked by the template where no card is drawn
        }
        if len(rows) > most and shown:
            after = self._order(stage).cursor(shown[-1])
            made["more_url"] = f"{url}?{urlencode(self.asked.query | {'after': after})}"
        return made
