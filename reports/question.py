"""What a report is asked: a period and the filters, and how its SQL is told."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from reports.period import Period
from tenancy import clock
from tenancy.models import Account
from tenancy.scope import current_account

# The account as a constant on both sides of every join: that is what row-level security and a cluster need.
FILTERS = """
    (%(source)s::uuid IS NULL OR lead.source_id = %(source)s::uuid)
    AND (%(owner)s::uuid IS NULL OR lead.owner_id = %(owner)s::uuid)
    AND (%(tier)s::text IS NULL OR lead.tier = %(tier)s::text)
"""
WORKDAY_START, WORKDAY = 9 * 3600, 8 * 3600  # seconds; Monday to Friday, in the account's time zone


@dataclass(frozen=True)
class Question:
    """A period, and which leads: of one source, owner or tier. `pipeline_id` matters to reports about deals."""

    period: Period
    pipeline_id: UUID | None = None
    source_id: UUID | None = None
    owner_id: UUID | None = None
    tier: str | None = None

    def before(self) -> Question | None:
        """The same about the period before."""
        earlier = self.period.before()
        return replace(self, period=earlier) if earlier else None

    def parameters(self, account: Account, now: datetime) -> dict[str, Any]:
        return {
            "account": account.pk,
            "zone": str(self.period.zone),
            "now": now,
            "start": self.period.start,
            "stop": self.period.stop,
            "pipeline": self.pipeline_id,
            "source": self.source_id,
            "owner": self.owner_id,
            "tier": self.tier,
        }


def ask(question: Question, base: str, then: str, **more: Any) -> list[dict[str, Any]]:
    """The rows of `then`, a statement over `base`, in the account in scope.

    `base` selects one row per counted thing with its lead_id, and holds FILTERS where it says so.
    """
    parameters = question.parameters(current_account(), clock.now()) | more
    with connection.cursor() as cursor:
        cursor.execute("WITH base AS (" + base.replace("FILTERS", FILTERS) + ") " + then, parameters)
        names = [column.name for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def working_seconds(start: str, end: str) -> str:
    """SQL for the working time between two timestamptz expressions, in seconds."""
    return f"({_worked_until(end)} - {_worked_until(start)})"


def _worked_until(moment: str) -> str:
    # Working seconds since a Monday long ago. Clocks change at night, so local differences are right.
    local = f"({moment} AT TIME ZONE %(zone)s)"
    days = f"({local}::date - date '1970-01-05')"
    today = f"least(greatest(extract(epoch FROM {local}::time) - {WORKDAY_START}, 0), {WORKDAY})"
    return (
        f"(({days} / 7 * 5 + least({days} %% 7, 5)) * {WORKDAY}"
        f" + CASE WHEN {days} %% 7 < 5 THEN {today} ELSE 0 END)::float8"
    )
