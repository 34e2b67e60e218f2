"""How much money a day the pipeline brings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from reports.closed import Closed, win_rate
from reports.question import Question, ask
from reports.spreadsheet import Table, major_text

# One row per deal that had reached a stage marked as opportunity before the period's end and was not closed before it.
BASE = """
    SELECT deal.id AS deal_id, deal.lead_id
      FROM deal
      JOIN lead ON lead.account_id = %(account)s AND lead.id = deal.lead_id
     WHERE deal.account_id = %(account)s AND deal.pipeline_id = %(pipeline)s
       AND (deal.closed_at IS NULL OR deal.closed_at >= %(start)s) AND FILTERS
       AND EXISTS (SELECT FROM visit
                     JOIN stage ON stage.account_id = %(account)s AND stage.id = visit.stage_id AND stage.is_opportunity
                    WHERE visit.account_id = %(account)s AND visit.deal_id = deal.id AND visit.entered_at < %(stop)s)
"""
COUNTED = "SELECT count(*) AS n FROM base"
LEADS = "SELECT DISTINCT lead_id FROM base"


@dataclass(frozen=True)
class Velocity:
    opportunities: int
    closed: Closed

    @property
    def per_day_minor(self) -> int | None:
        """Whole minor units a day; None while a term is unknown."""
        terms = (self.closed.mean_value_minor, self.closed.win_rate.value, self.closed.mean_days)
        value, rate, days = terms
        if value is None or rate is None or not days:
            return None
        return round(self.opportunities * value * rate / days)

    @property
    def n(self) -> int:
        return self.closed.closed

    def as_json(self) -> dict[str, Any]:
        per_day = None if self.per_day_minor is None else major_text(self.per_day_minor)
        return {"per_day": per_day, "opportunities": self.opportunities} | self.closed.as_json()

    def table(self) -> Table:
        facts = self.as_json()
        rate = self.closed.win_rate.value
        head = ["Money per day", "Currency", "Opportunities open", "Average won value", "Win rate", "Mean cycle, days"]
        row = [facts[name] for name in ("per_day", "currency", "opportunities", "average_won_value")]
        return [[*head, "Closed"], [*row, rate, self.closed.mean_days, self.closed.closed]]


def velocity(question: Question) -> Velocity:
    """Opportunities open in the period x average won value x win rate / mean sales cycle in days: money per day.

    All four terms are of the same period and filters. Values in other currencies than the account's are left out.
    """
    [row] = ask(question, BASE, COUNTED)
    return Velocity(row["n"], win_rate(question))


def leads_behind(question: Question, stage_id: UUID | None, part: str | None) -> list[UUID]:
    """The leads whose deals were opportunities open in the period."""
    return [row["lead_id"] for row in ask(question, BASE, LEADS)]
