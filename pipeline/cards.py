"""Deals as cards: plain rows from one query, in words and signs."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cached_property
from typing import Any, NamedTuple
from uuid import UUID

from django.urls import reverse

from accounts.models import Member
from accounts.roles import Function
from leads.models import Lead
from leads.promises import promise
from pipeline.amounts import short
from pipeline.limits import age_of
from pipeline.models import Back, Deal, DealQuerySet, DealStatus, Stage
from pipeline.orders import CLOSED, Order
from routing.workingtime import Calendar
from tenancy.ids import public_id
from tenancy.prepared import prepared
from tenancy.scope import current_account

ICONS = {"call": "phone", "email": "mail", "meeting": "calendar", "task": "clipboard-list", "linkedin": "link"}


class Row(NamedTuple):
    """What a card needs of the database."""

    id: UUID
    pipeline_id: UUID
    stage_id: UUID
    status: str
    owner_id: UUID | None
    owner__name: str | None
    value_minor: int | None
    currency: str
    opened_at: datetime
    entered_stage_at: datetime
    closed_at: datetime | None
    lost_reason: str
    competitor: str
    next_step: str
    next_step_kind: str
    next_step_at: datetime | None
    owed_by: date | None
    gate: dict[str, Any]
    version: int
    attention: int
    rank: str
    lead_id: UUID
    lead__tier: str
    lead__first_response_due_at: datetime | None
    lead__first_response_risk_at: datetime | None
    lead__first_response_at: datetime | None
    lead__contact__name: str
    lead__contact__email: str
    lead__contact__job_title: str
    lead__company__name: str | None


@dataclass
class Deck:
    """What all cards of a board share."""

    stages: Sequence[Stage]
    calendar: Calendar
    now: datetime
    me: Member
    order: Order

    @cached_property
    def _reassigns(self) -> bool:
        return self.me.may(Function.REASSIGN)

    def card(self, row: Row) -> dict[str, Any]:
        """One card, in the shape that templates/components/deal_card.html names."""
        deal_id, lead_id = public_id(Deal.PREFIX, row.id), public_id(Lead.PREFIX, row.lead_id)
        person = row.lead__contact__name or row.lead__contact__email
        owner = Member(id=row.owner_id, name=row.owner__name or "") if row.owner_id else None
        shared = {
            "id": deal_id,
            "lead_id": lead_id,
            "lead_url": reverse("lead", args=[lead_id]),
            "version": row.version,
            "value": short(row.value_minor, row.currency),
            "title": row.lead__company__name or person or "No name yet",
            "mine": row.owner_id == self.me.pk or self._reassigns,
            "at": (self.order if row.status == DealStatus.OPEN else CLOSED).key_of(row),
            "owner": {"initials": owner.initials, "name": owner.name, "hue": owner.hue} if owner else None,
        }
        return shared | (self._running(row, deal_id, person) if row.status == DealStatus.OPEN else _closed(row))

    def _running(self, row: Row, deal_id: str, person: str) -> dict[str, Any]:
        stage = self.stages[self._index(row)]
        age = age_of(row.entered_stage_at, stage.limit_working_days, self.now, self.calendar)
        kept = promise(
            row.lead__first_response_due_at, row.lead__first_response_risk_at, row.lead__first_response_at, self.now
        )
        chip = {"state": kept.state, "words": kept.words, "due": kept.due} if kept.state != "none" else None
        if chip is None and age.note:
            chip = {"state": "breach" if age.state == "late" else "risk", "words": age.note, "due": ""}
        who = (
            row.lead__contact__job_title
            if not row.lead__company__name
            else ", ".join(filter(None, (person, row.lead__contact__job_title)))
        )
        return {
            "move_url": reverse("deal-moves", args=[deal_id]),
            "tier": row.lead__tier,
            "person": who,
            "next_step": self._next_step(row, kept.state),
            "sla": chip,
            "meter": row.gate,
            "age": {"words": age.words, "share": min(age.share, 1), "late": age.state == "late"},
            "missing": self._missing(row),
            "result": "",
        }

    @cached_property
    def _public(self) -> list[tuple[str, Stage]]:
        return [(stage.public_id, stage) for stage in self.stages]

    def _index(self, row: Row) -> int:
        return next(index for index, stage in enumerate(self.stages) if stage.pk == row.stage_id)

    def _next_step(self, row: Row, promised: str) -> dict[str, str] | None:
        if promised != "none":
            late = promised == "breach"
            return {"icon": "phone", "text": "First response overdue" if late else "Call now, first response due"}
        if row.next_step:
            text = f"{row.next_step} {self._when(row.next_step_at)}" if row.next_step_at else row.next_step
            return {"icon": ICONS.get(row.next_step_kind, "clipboard-list"), "text": text}
        if row.owed_by:
            return {"icon": "file-text", "text": f"Proof owed by {row.owed_by.day} {row.owed_by:%b}"}
        return None

    def _when(self, moment: datetime) -> str:
        """today 15:30, Thu 10:00, 24 Mar, in the account's zone."""
        local, today = moment.astimezone(self.calendar.zone), self.now.astimezone(self.calendar.zone).date()
        days = (local.date() - today).days
        if days == 0:
            return f"today {local:%H:%M}"
        return f"{local:%a %H:%M}" if 0 < days < 7 else f"{local.day} {local:%b}"

    def _missing(self, row: Row) -> str:
        """What each other stage would say to this card, as JSON: [how many criteria are missing, in words for the head,
        for the slot if that says more]."""
        here = self._index(row)
        ahead: dict[str, Any] = row.gate.get("missing", {})
        answers: dict[str, Any] = {}
        for index, (public, stage) in enumerate(self._public):
            if index < here:
                never = stage.back == Back.NEVER
                answers[public] = [int(never), "No way back" if never else "Back is allowed"]
            elif index > here and public in ahead:
                answers[public] = _answer(ahead[public], next_one=index == here + 1)
        return json.dumps(answers, ensure_ascii=False, separators=(",", ":"))


def _answer(missing: Mapping[str, Any], *, next_one: bool) -> list[Any]:
    count = missing["n"]
    if not count:
        return [0, "The gate is open"]
    if next_one:
        return [count, f"{count} missing, fill in on drop", missing["words"]]
    return [count, f"{count} missing on the way"]


def _closed(row: Row) -> dict[str, Any]:
    won = row.status == DealStatus.WON
    days = ((row.closed_at or row.opened_at) - row.opened_at).days
    rival = f", went to {row.competitor}" if row.competitor else ""
    text = f"{days} d, won" if won else f"{row.lost_reason or 'Lost'}{rival}"
    return {"result": "won" if won else "lost", "result_text": text, "missing": "{}", "move_url": ""}


def cards_of(deals: DealQuerySet) -> list[Row]:
    """What their cards need, in one query."""
    return [Row(*values) for values in deals.values_list(*Row._fields)]


def cards_named(column: str, ids: Sequence[UUID]) -> list[Row]:
    """The same by deals' `id` or `lead_id`: asked by everybody who looks at a board, each time that a card changes."""
    account = current_account().pk
    if len(ids) == 1:  # the usual case, of which PostgreSQL keeps its plan: for a list it makes one each time
        return _found(f"{_CARDS} AND deal.{column} = %s", [account, ids[0]])
    return _found(f"{_CARDS} AND deal.{column} = ANY(%s)", [account, list(ids)])


def first_cards(stages: Sequence[Stage], order: Order, over_since: datetime, most: int) -> list[Row]:
    """The first cards of each stage of one pipeline in an order, and of what ended since, in no order; unfiltered."""
    account, pipeline = current_account().pk, stages[0].pipeline_id
    statement = _CARDS + _FIRST.format(open=_sql(order), over=_sql(CLOSED), most=most)
    return _found(statement, [account, [stage.pk for stage in stages], account, account, pipeline, over_since])


def _sql(order: Order) -> str:
    way = "DESC" if order.down else "ASC"
    return f"{order.column} {way}, id {way}"


def _found(statement: str, given: Sequence[Any]) -> list[Row]:
    cursor = prepared()
    cursor.execute(statement, given)
    return [row._replace(gate=json.loads(str(row.gate))) for row in map(Row._make, cursor.fetchall())]


_TABLES = {"": "deal", "owner": "member"}


def _column(path: str) -> str:
    """Where a field of Row is, by the tables' names."""
    table, _, name = path.replace("lead__contact", "contact").replace("lead__company", "company").rpartition("__")
    return f"{_TABLES.get(table, table)}.{name}"


_CARDS = f"""
    SELECT {", ".join(map(_column, Row._fields))} FROM deal
      JOIN lead ON lead.account_id = deal.account_id AND lead.id = deal.lead_id
      JOIN contact ON contact.account_id = deal.account_id AND contact.id = lead.contact_id
      LEFT JOIN company ON company.account_id = deal.account_id AND company.id = lead.company_id
      LEFT JOIN member ON member.account_id = deal.account_id AND member.id = deal.owner_id
     WHERE deal.account_id = %s
"""  # noqa: S608  (our own words)


_FIRST = """
    AND deal.id IN (
        SELECT first.id FROM unnest(%s::uuid[]) AS place
         CROSS JOIN LATERAL (SELECT id FROM deal WHERE account_id = %s AND stage_id = place AND status = 'open'
                              ORDER BY {open} LIMIT {most}) AS first
        UNION ALL
        (SELECT id FROM deal WHERE account_id = %s AND pipeline_id = %s AND status IN ('won', 'lost')
            AND closed_at >= %s ORDER BY {over} LIMIT {most}))
"""


def month_of(now: datetime, calendar: Calendar) -> tuple[datetime, str]:
    """When the present month began in the account's zone (UTC), and its name."""
    local = now.astimezone(calendar.zone)
    return local.replace(day=1, hour=0, minute=0, second=0, microsecond=0).astimezone(UTC), f"{local:%B}"
