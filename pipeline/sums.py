"""What a pipeline's deals come to: open ones by their tallies, what a tally can't say by the deals themselves."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import BigIntegerField, CharField, Count, F, Q, Sum, UUIDField, Value
from django.db.models.functions import Coalesce

from accounts.models import Member
from pipeline.filters import HOT, Asked, view_q
from pipeline.models import Deal, DealStatus, Pipeline, Tally
from tenancy.prepared import prepared
from tenancy.sight import EVERYTHING, Sight

OVER = [DealStatus.WON, DealStatus.LOST]
SHOWN = "shown"  # of what is open
UNTALLIED = ("stalled", "owed")  # views
NOWHERE, NO_MONEY, NONE = Value(None, UUIDField()), Value("", CharField()), Value(0, BigIntegerField())
NUMBERS = ("number", "shown", "worth", "mine", "hot")


@dataclass
class Sums:
    """Deals of one column, with and without the filter, and their value by currency."""

    count: int = 0
    shown: int = 0
    won: int = 0
    value: dict[str, int] = field(default_factory=lambda: defaultdict(int))


class Part(NamedTuple):
    """A number of deals: `of` is their status, or which of the open ones are meant."""

    of: str
    place: UUID | None  # their stage
    money: str  # their currency
    number: int
    shown: int  # by the filter
    worth: int  # of the shown
    mine: int
    hot: int


def parts_of(
    pipeline: Pipeline,
    asked: Asked,
    me: Member,
    now: datetime,
    since: datetime,
    *,
    views: bool,
    sight: Sight = EVERYTHING,
) -> list[Part]:
    """All that is counted, in one query: open deals, and those that ended `since`; for `views`, how many each has.

    Only what is in sight; of somebody else's the tallies know the owner, and the few that one was let in to are added.
    """
    if not asked.q and not sight:
        return _plainly(pipeline, me, now, since, views=views)
    seen = sight.q("owner_id", "lead_id")
    parts = [_open(pipeline, asked, me, now, sight), _over(pipeline, asked, since, seen)]
    deals = Deal.objects.open().filter(seen, pipeline=pipeline)
    if sight.let_in:
        parts.append(_let_in(deals, asked, sight))
    if not asked.tallied:
        shown = {"shown": Count("*"), "worth": _sum("value_minor")}
        parts.append(_part(deals.filter(asked.q), of=Value(SHOWN), place=F("stage_id"), money=F("currency"), **shown))
    if views:
        parts += [_part(deals.filter(view_q(key, me, now)), of=Value(key), number=Count("*")) for key in UNTALLIED]
    return [Part(*row) for row in parts[0].union(*parts[1:], all=True)]


_PLAINLY = """
    SELECT 'open', stage_id, currency, sum(count), sum(count), sum(value)::bigint,
           coalesce(sum(count) FILTER (WHERE owner_id = %(me)s), 0),
           coalesce(sum(count) FILTER (WHERE tier IN ('urgent', 'high')), 0)
      FROM deal_tally WHERE account_id = %(account)s AND pipeline_id = %(pipeline)s GROUP BY stage_id, currency
    UNION ALL
    SELECT status, stage_id, currency, count(*), count(*), coalesce(sum(value_minor), 0)::bigint, 0, 0
      FROM deal WHERE account_id = %(account)s AND pipeline_id = %(pipeline)s
       AND status IN ('won', 'lost') AND closed_at >= %(since)s GROUP BY status, stage_id, currency
"""


_VIEWS = """
    UNION ALL
    SELECT 'stalled', NULL, '', count(*), 0, 0, 0, 0 FROM deal
     WHERE account_id = %(account)s AND pipeline_id = %(pipeline)s AND status = 'open' AND limit_at < %(now)s
    UNION ALL
    SELECT 'owed', NULL, '', count(*), 0, 0, 0, 0 FROM deal
     WHERE account_id = %(account)s AND pipeline_id = %(pipeline)s AND status = 'open' AND owed_by IS NOT NULL
"""


def _plainly(pipeline: Pipeline, me: Member, now: datetime, since: datetime, *, views: bool) -> list[Part]:
    """The same without a filter, as it is asked all day and by everybody who looks each time that a card changes."""
    cursor = prepared()
    given = {"account": pipeline.account_id, "pipeline": pipeline.pk, "me": me.pk, "since": since}
    cursor.execute(_PLAINLY + _VIEWS if views else _PLAINLY, given | {"now": now} if views else given)
    return [Part(*row) for row in cursor.fetchall()]


def _open(pipeline: Pipeline, asked: Asked, me: Member, now: datetime, sight: Sight) -> Any:
    return _part(
        Tally.objects.filter(Sight(sight.hidden).q("owner_id"), pipeline_id=pipeline.pk),
        of=Value(DealStatus.OPEN.value),
        place=F("stage_id"),
        money=F("currency"),
        number=_sum("count"),
        mine=_sum("count", view_q("mine", me, now)),
        hot=_sum("count", HOT),
        **({"shown": _sum("count", asked.q), "worth": _sum("value", asked.q)} if asked.tallied else {}),
    )


def _let_in(deals: Any, asked: Asked, sight: Sight) -> Any:
    """Of the open deals those of hidden owners, which are in sight all the same."""
    shown = {"shown": Count("id", filter=asked.q or None), "worth": _sum("value_minor", asked.q)}
    return _part(
        deals.filter(owner_id__in=sight.hidden),
        of=Value(DealStatus.OPEN.value),
        place=F("stage_id"),
        money=F("currency"),
        number=Count("*"),
        hot=Count("id", filter=HOT),
        **(shown if asked.tallied else {}),
    )


def _over(pipeline: Pipeline, asked: Asked, since: datetime, seen: Q) -> Any:
    return _part(
        Deal.objects.filter(seen, pipeline=pipeline, status__in=OVER, closed_at__gte=since),
        of=F("status"),
        place=F("stage_id"),
        money=F("currency"),
        number=Count("*"),
        shown=Count("id", filter=asked.q or None),
        worth=_sum("value_minor", asked.q),
    )


def _part(rows: Any, *, of: Any, place: Any = NOWHERE, money: Any = NO_MONEY, **numbers: Any) -> Any:
    """Rows as a query of Parts, grouped by the first three; numbers that are not told are 0."""
    grouped = rows.order_by().values(of=of, place=place, money=money)
    return grouped.annotate(**dict.fromkeys(NUMBERS, NONE) | numbers).values_list(*Part._fields)


def _sum(column: str, condition: Q | None = None) -> Any:
    return Coalesce(Sum(column, filter=condition or None), 0, output_field=BigIntegerField())
