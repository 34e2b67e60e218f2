"""What a report is asked: a period and the filters, and how its SQL is told."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from reports.period import Period
from reports.worktime import worktime
from routing.calendars import calendar_of
from tenancy import clock
from tenancy.models import Account
from tenancy.scope import current_account

# The account as a constant on both sides of every join: that is what row-level security and a cluster need.
FILTERS = """
    (%(source)s::uuid IS NULL OR lead.source_id = %(source)s::uuid)
    AND (%(owner)s::uuid IS NULL OR lead.owner_id = %(owner)s::uuid)
    AND (%(tier)s::text IS NULL OR lead.tier = %(tier)s::text)
    AND (%(product)s::text IS NULL OR lead.product = %(product)s::text)
    AND (%(territory)s::text IS NULL OR lead.territory = %(territory)s::text)
    AND (%(team)s::uuid IS NULL OR EXISTS (
        SELECT FROM member
         WHERE member.account_id = %(account)s AND member.id = lead.owner_id AND member.team_id = %(team)s::uuid))
"""


@dataclass(frozen=True)
class Question:
    """A period, and of which leads: one source, owner, tier... `pipeline_id` matters to reports about deals."""

    period: Period
    pipeline_id: UUID | None = None
    source_id: UUID | None = None
    owner_id: UUID | None = None
    team_id: UUID | None = None  # of the owner
    tier: str | None = None
    product: str | None = None
    territory: str | None = None

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
            "team": self.team_id,
            "tier": self.tier,
            "product": self.product,
            "territory": self.territory,
        } | worktime(calendar_of(account), now.date())


def ask(question: Question, base: str, then: str, **more: Any) -> list[dict[str, Any]]:
    """The rows of `then`, a statement over `base`, in the account in scope.

    `base` selects one row per counted thing with its lead_id, and holds FILTERS where it says so.
    """
    parameters = question.parameters(current_account(), clock.now()) | more
    with connection.cursor() as cursor:
        cursor.execute("WITH base AS (" + base.replace("FILTERS", FILTERS) + ") " + then, parameters)
        names = [column.name for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
