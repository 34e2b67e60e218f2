"""The list of deals: what the board shows as open, as a table that sorts, in pages by key, and as a spreadsheet."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from pipeline.amounts import short
from pipeline.board import Board
from pipeline.deal_columns import COLUMNS, SORTS, WITH, Column, chosen, shown, written
from pipeline.models import Deal, DealQuerySet
from tenancy.paging import Page, page_of

SIZE, SLICE = 50, 500
USUAL_ORDER = "-opened_at"


@dataclass(frozen=True)
class Listing:
    """One page of the deals that a board with the same query string shows."""

    board: Board
    columns: list[Column]
    order: str
    page: Page

    @classmethod
    def of(cls, board: Board, query: Mapping[str, str], columns: Iterable[object]) -> Listing:
        """Raises BadCursor for a place in the list that is none of ours."""
        order = order_of(query)
        page = page_of(open_deals(board), order=order, cursor=str(query.get("cursor", "")), limit=SIZE)
        return cls(board, chosen(columns), order, page)

    def context(self) -> dict[str, Any]:
        return {
            "rows": [self._row(deal) for deal in self.page.rows],
            "heads": [self._head(column) for column in self.columns],
            "columns": [(column.name, column.label, column in self.columns) for column in COLUMNS],
            "order": self.order,
            "csv_url": self._link("board-csv"),
            "next_url": self._link(cursor=self.page.next) if self.page.next else "",
            "previous_url": self._link(cursor=self.page.previous) if self.page.previous else "",
        }

    def _row(self, deal: Deal) -> dict[str, Any]:
        return {
            "id": deal.public_id,
            "lead_id": deal.lead.public_id,
            "version": deal.version,
            "tier": deal.tier,
            "title": shown(COLUMNS[0].cell(deal)),
            "cells": [(column, self._cell(column, deal)) for column in self.columns],
        }

    def _cell(self, column: Column, deal: Deal) -> str:
        return short(deal.value_minor, deal.currency) if column.name == "value" else shown(column.cell(deal))

    def _head(self, column: Column) -> dict[str, Any]:
        """A heading; the first click sorts up, where things end first, the next one turns it round."""
        up = self.order == column.order
        spoken = {column.order: "ascending", f"-{column.order}": "descending"}.get(self.order, "none")
        url = self._link(sort=f"-{column.order}" if up else column.order) if column.order else ""
        return {"label": column.label, "number": column.number, "url": url, "aria": spoken if column.order else ""}

    def _link(self, name: str = "board-list", **more: str) -> str:
        kept = self.board.asked.query | ({"sort": self.order} if self.order != USUAL_ORDER else {})
        said = urlencode(kept | more)
        return f"{reverse(name)}?{said}" if said else reverse(name)


def order_of(query: Mapping[str, str]) -> str:
    """The column to sort by, `-` for downwards; the usual one for nonsense."""
    said = query.get("sort", "")
    return said if said.removeprefix("-") in SORTS else USUAL_ORDER


def open_deals(board: Board) -> DealQuerySet:
    """What the columns of the board show together, but for what is closed."""
    deals: DealQuerySet = Deal.objects.open().filter(board.q, pipeline=board.pipeline)
    return deals.select_related(*WITH)


def as_table(board: Board, query: Mapping[str, str], columns: Iterable[object]) -> Iterator[list[object]]:
    """All of them, heading first; read in slices, so that a hundred thousand need no more memory than a page."""
    taken, order, cursor = chosen(columns), order_of(query), ""
    yield [column.label for column in taken]
    while True:
        page = page_of(open_deals(board), order=order, cursor=cursor, limit=SLICE)
        for deal in page.rows:
            yield [written(column.cell(deal)) for column in taken]
        cursor = page.next
        if not cursor:
            return
