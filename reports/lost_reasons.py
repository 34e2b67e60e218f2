"""Why deals are lost: how many, how much they were worth, and to whom they went, reason by reason."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from reports.question import Question, ask
from reports.rates import Rate
from reports.spreadsheet import Table, major_text
from tenancy.scope import current_account

NONE = "No reason given"  # of deals that another system lost
# One row per deal that was lost in the period and still is.
BASE = """
    SELECT deal.id AS deal_id, deal.lead_id, coalesce(nullif(btrim(deal.lost_reason), ''), %(none)s) AS reason,
           nullif(btrim(deal.competitor), '') AS competitor,
           CASE WHEN deal.currency IN ('', account.currency) THEN deal.value_minor END AS value_minor,
           deal.value_minor IS NOT NULL AND deal.currency NOT IN ('', account.currency) AS foreign_money
      FROM deal
      JOIN lead ON lead.account_id = %(account)s AND lead.id = deal.lead_id
      JOIN account ON account.id = %(account)s
     WHERE deal.account_id = %(account)s AND deal.pipeline_id = %(pipeline)s AND deal.status = 'lost'
       AND deal.closed_at >= %(start)s AND deal.closed_at < %(stop)s AND FILTERS
"""
COUNTED = """
    SELECT reason, count(*) AS deals, coalesce(sum(value_minor), 0)::bigint AS value_minor,
           count(*) FILTER (WHERE foreign_money) AS foreign_money,
           mode() WITHIN GROUP (ORDER BY competitor) AS competitor, count(competitor) AS to_competitors
      FROM base GROUP BY reason ORDER BY deals DESC, value_minor DESC, reason
"""
LEADS = "SELECT DISTINCT lead_id FROM base WHERE %(part)s::text IS NULL OR reason = %(part)s::text"


@dataclass(frozen=True)
class Reason:
    """One reason: `share` of all deals lost, the money in the account's currency, the competitor most often named."""

    reason: str
    share: Rate
    value_minor: int
    competitor: str | None
    to_competitors: int

    @property
    def value(self) -> str:
        """In major units, as the API writes money."""
        return major_text(self.value_minor)

    def as_json(self) -> dict[str, Any]:
        told = {"reason": self.reason, "deals": self.share.part, "share": self.share.as_json(), "value": self.value}
        return told | {"to_competitors": self.to_competitors, "most_often_to": self.competitor}


@dataclass(frozen=True)
class LostReasons:
    """`reasons`, the most frequent first; `foreign_money` counts deals in other currencies, which no sum holds."""

    reasons: list[Reason]
    foreign_money: int

    @property
    def n(self) -> int:
        return sum(one.share.part for one in self.reasons)

    @property
    def value_minor(self) -> int:
        return sum(one.value_minor for one in self.reasons)

    def as_json(self) -> dict[str, Any]:
        return {
            "n": self.n,
            "value": major_text(self.value_minor),
            "currency": current_account().currency,
            "left_out_in_other_currencies": self.foreign_money,
            "reasons": [one.as_json() for one in self.reasons],
        }

    def table(self) -> Table:
        head = ["Reason", "Deals lost", "Share", "Value", "Currency", "To a competitor", "Most often to"]
        currency = current_account().currency
        rows = [
            [one.reason, one.share.part, one.share.value, one.value, currency, one.to_competitors, one.competitor or ""]
            for one in self.reasons
        ]
        return [head, *rows]


def lost_reasons(question: Question) -> LostReasons:
    """Deals lost in the period by the reason that was given, over all deals lost in it. A deal that was reopened since
    counts no more; a disqualified lead's is not lost. Values in other currencies than the account's are left out.
    """
    rows = ask(question, BASE, COUNTED, none=NONE)
    total = sum(row["deals"] for row in rows)
    reasons = [
        Reason(
            row["reason"],
            Rate(row["deals"], total),
            row["value_minor"],
            row["competitor"],
            row["to_competitors"],
        )
        for row in rows
    ]
    return LostReasons(reasons, sum(row["foreign_money"] for row in rows))


def leads_behind(question: Question, stage_id: UUID | None, part: str | None) -> list[UUID]:
    """The leads whose deals were lost in the period, for one reason where `part` is it."""
    return [row["lead_id"] for row in ask(question, BASE, LEADS, none=NONE, part=part)]
