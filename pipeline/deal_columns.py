"""The columns that the list of deals can have: how each sorts, what stands in it on the page and in a spreadsheet."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils import timezone

from leads.money import major
from pipeline.models import Deal
from pipeline.wire import title_of


@dataclass(frozen=True)
class Column:
    """`order`: the column of the deal that it sorts by, if it does; `cell`: a text, number or time of a deal."""

    name: str
    label: str
    cell: Callable[[Deal], Any]
    order: str = ""
    number: bool = False


def _value(deal: Deal) -> Any:
    return None if deal.value_minor is None else major(deal.value_minor, deal.currency)


def _met(deal: Deal) -> str:
    return f"{deal.gate.get('met', 0)} of {deal.gate.get('total', 0)}"


COLUMNS = (
    Column("deal", "Deal", lambda deal: title_of(deal.lead)),
    Column("person", "Person", lambda deal: deal.lead.contact.name or deal.lead.contact.email),
    Column("stage", "Stage", lambda deal: deal.stage.name),
    Column("tier", "Tier", lambda deal: deal.tier.capitalize(), "attention"),
    Column("score", "Score", lambda deal: deal.lead.score, number=True),
    Column("owner", "Owner", lambda deal: deal.owner.name if deal.owner else "Nobody"),
    Column("value", "Value", _value, "value_minor", number=True),
    Column("currency", "Currency", lambda deal: deal.currency if deal.value_minor is not None else ""),
    Column("next_step", "Next step", lambda deal: deal.next_step, "next_step_at"),
    Column("gate", "Gate", _met),
    Column("entered", "In the stage since", lambda deal: deal.entered_stage_at, "entered_stage_at"),
    Column("limit", "Limit", lambda deal: deal.limit_at, "limit_at"),
    Column("owed", "Proof owed by", lambda deal: deal.owed_by, "owed_by"),
    Column("close", "Expected close", lambda deal: deal.expected_close, "expected_close"),
    Column("opened", "Opened", lambda deal: deal.opened_at, "opened_at"),
    Column("source", "Source", lambda deal: deal.lead.source.name if deal.lead.source else ""),
    Column("product", "Product", lambda deal: deal.lead.product),
)
BY_NAME = {column.name: column for column in COLUMNS}
ALWAYS = "deal"  # a row is read by it
USUAL = ("deal", "person", "stage", "tier", "owner", "value", "next_step", "limit", "opened")
SORTS = {column.order for column in COLUMNS if column.order}
WITH = ("lead__contact", "lead__company", "lead__source", "owner", "stage")


def chosen(names: Iterable[object]) -> list[Column]:
    """The columns of these names, in our order; the usual ones where none is known."""
    wanted = {name for name in names if isinstance(name, str) and name in BY_NAME} or set(USUAL)
    return [column for column in COLUMNS if column.name in wanted | {ALWAYS}]


def shown(cell: Any) -> str:
    """A cell in words, times in the reader's zone."""
    if isinstance(cell, datetime):
        return f"{timezone.localtime(cell):%-d %b %Y %H:%M}"
    if isinstance(cell, date):
        return f"{cell:%-d %b %Y}"
    return "" if cell is None else str(cell)


def written(cell: Any) -> Any:
    """A cell of the spreadsheet: times and days as ISO 8601."""
    return cell.isoformat() if isinstance(cell, datetime | date) else cell
