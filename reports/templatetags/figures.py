"""Numbers for people: with unit, in the fewest digits that say it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django import template
from django.urls import reverse

from leads.money import major
from reports.funnel import PARTS, Funnel, StageRow
from reports.rates import Rate

register = template.Library()
SYMBOLS = {"EUR": "€", "GBP": "£", "USD": "$"}
WORKDAY, DAY = 8 * 3600, 24 * 3600


@register.filter
def money(minor: float | None, currency: str) -> str:
    """`€34,912`, `CHF 1,200`; whole units. A dash for nothing known."""
    if minor is None:
        return "–"
    amount = f"{major(round(minor), currency).quantize(Decimal(1)):,}"
    return f"{SYMBOLS[currency]}{amount}" if currency in SYMBOLS else f"{currency} {amount}"


@register.filter
def duration(seconds: float | None) -> str:
    """`0.4 s`, `9 min 40 s`, `5 h 10`, `2.4 d`, by the clock."""
    if seconds is None:
        return "–"
    if seconds < 60:
        return f"{seconds:.1f} s"
    if seconds < 3600:
        return f"{seconds // 60:.0f} min {seconds % 60:.0f} s"
    if seconds < DAY:
        return f"{seconds // 3600:.0f} h {seconds % 3600 // 60:02.0f}"
    return f"{seconds / DAY:.1f} d"


@register.filter
def working_days(seconds: float | None) -> str:
    """`2.4` working days of eight hours."""
    return "–" if seconds is None else f"{seconds / WORKDAY:.1f}"


@register.filter
def points_over(rate: Rate, before: Rate | None) -> str:
    """`+3.2 pt` over the period before; empty where one of them is of nothing."""
    points = rate.points_over(before)
    return "" if points is None else f"{_signed(points)} pt"


@register.filter
def change(now: float | None, before: float | None) -> str:
    """`+14.6 %` over `before`; empty where that is not known."""
    if now is None or not before:
        return ""
    return f"{_signed((now - before) / before * 100)} %"


@register.filter
def minus(now: float | None, before: float | None) -> float | None:
    return None if now is None or before is None else now - before


@register.filter
def signed(number: float | None, digits: int = 0) -> str:
    return "" if number is None else _signed(number, digits)


def _signed(number: float, digits: int = 1) -> str:
    text = f"{abs(number):,.{digits}f}"
    return f"{'−' if number < 0 else '+'}{text}"


@register.simple_tag(takes_context=True)
def behind(context: Any, part: str = "", stage: Any = None) -> str:
    """The link to the leads behind a number of the report at hand."""
    chosen = {"part": part, "stage": stage.public_id if stage else ""}
    more = urlencode({name: value for name, value in chosen.items() if value})
    query = "&".join(filter(None, [more, context.get("query", "")]))
    return f"{reverse('report-leads', args=[context['report'].name])}?{query}"


@register.filter
def against(now: Funnel, before: Funnel | None) -> list[tuple[StageRow, dict[str, int], StageRow | None]]:
    """Each stage of a funnel with its bar's numbers, and the same stage in the period before."""
    scale = max((row.entered for row in now.rows), default=0)
    earlier = {row.stage.pk: row for row in before.rows} if before else {}
    return [
        (row, {"scale": scale} | {part: getattr(row, part) for part in PARTS}, earlier.get(row.stage.pk))
        for row in now.rows
    ]
