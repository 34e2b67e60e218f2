"""What was closed in a period: win rate, sales cycle, average value."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from reports.question import Question, ask
from reports.rates import Rate
from reports.spreadsheet import major_text
from tenancy.scope import current_account

# One row per deal won or lost in the period.
BASE = """
    SELECT deal.id AS deal_id, deal.lead_id, deal.status,
           extract(epoch FROM deal.closed_at - deal.opened_at)::float8 / 86400 AS days,
           CASE WHEN deal.currency IN ('', account.currency) THEN deal.value_minor END AS value_minor,
           deal.value_minor IS NOT NULL AND deal.currency NOT IN ('', account.currency) AS foreign_money
      FROM deal
      JOIN lead ON lead.account_id = %(account)s AND lead.id = deal.lead_id
      JOIN account ON account.id = %(account)s
     WHERE deal.account_id = %(account)s AND deal.pipeline_id = %(pipeline)s AND deal.status IN ('won', 'lost')
       AND deal.closed_at >= %(start)s AND deal.closed_at < %(stop)s AND FILTERS
"""
COUNTED = """
    SELECT count(*) FILTER (WHERE status = 'won') AS won, count(*) AS closed,
           avg(days) FILTER (WHERE status = 'won') AS mean_days,
           percentile_cont(0.5) WITHIN GROUP (ORDER BY days) FILTER (WHERE status = 'won') AS median_days,
           avg(value_minor) FILTER (WHERE status = 'won')::float8 AS mean_value_minor,
           count(*) FILTER (WHERE status = 'won' AND foreign_money) AS foreign_money
      FROM base
"""
LEADS = "SELECT DISTINCT lead_id FROM base WHERE %(part)s::text IS NULL OR status = %(part)s::text"


@dataclass(frozen=True)
class Closed:
    won: int
    closed: int  # won or lost; disqualified is neither
    mean_days: float | None  # from opened to won, deals won only, by the clock
    median_days: float | None
    mean_value_minor: float | None  # of won deals with a value in the account's currency
    foreign_money: int  # won deals in other currencies, which no average counts

    @property
    def win_rate(self) -> Rate:
        return Rate(self.won, self.closed)

    @property
    def n(self) -> int:
        return self.closed

    def as_json(self) -> dict[str, Any]:
        return {"n": self.n, "win_rate": self.win_rate.as_json()} | {
            "won": self.won,
            "mean_cycle_days": self.mean_days,
            "median_cycle_days": self.median_days,
            "average_won_value": self.mean_value,
            "currency": current_account().currency,
            "left_out_in_other_currencies": self.foreign_money,
        }

    @property
    def mean_value(self) -> str | None:
        """In major units of the account's currency, as the API writes money."""
        minor = self.mean_value_minor
        return None if minor is None else major_text(round(minor))


def win_rate(question: Question) -> Closed:
    """Won over won and lost, of the deals closed in the period; and the days from opened to won, mean and median."""
    [row] = ask(question, BASE, COUNTED)
    return Closed(**row)


def leads_behind(question: Question, stage_id: UUID | None, part: str | None) -> list[UUID]:
    """The leads whose deals were closed in the period; `part` is won, lost or None for both."""
    return [row["lead_id"] for row in ask(question, BASE, LEADS, part=part)]
