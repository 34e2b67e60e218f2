"""How long a lead waited: for an owner (our lag), and for a person's answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from reports.question import Question, ask
from reports.rates import Rate
from reports.spreadsheet import Table
from reports.worktime import worked

SPANS = {
    "5min": "0–5 min",
    "15min": "5–15 min",
    "1h": "15–60 min",
    "day": "Same day",
    "later": "Later",
    "never": "Never",
}

# One row per lead captured in the period, spam and merged ones left out.
BASE = """
    SELECT lead.id AS lead_id,
           extract(epoch FROM lead.assigned_at - lead.captured_at)::float8 AS assignment,
           CASE WHEN lead.assigned_at IS NOT NULL AND lead.first_response_at IS NOT NULL THEN HUMAN END AS human,
           CASE WHEN lead.first_response_at IS NULL THEN 'never'
                WHEN lead.first_response_at <= lead.captured_at + interval '5 minutes' THEN '5min'
                WHEN lead.first_response_at <= lead.captured_at + interval '15 minutes' THEN '15min'
                WHEN lead.first_response_at <= lead.captured_at + interval '1 hour' THEN '1h'
                WHEN (lead.first_response_at AT TIME ZONE %(zone)s)::date
                     = (lead.captured_at AT TIME ZONE %(zone)s)::date THEN 'day'
                ELSE 'later' END AS span
      FROM lead
     WHERE lead.account_id = %(account)s AND lead.captured_at >= %(start)s AND lead.captured_at < %(stop)s
       AND lead.status NOT IN ('spam', 'merged') AND FILTERS
""".replace("HUMAN", worked("lead.assigned_at", "lead.first_response_at"))
COUNTED = """
    SELECT count(*) AS n, count(assignment) AS assigned,
           percentile_cont(0.5) WITHIN GROUP (ORDER BY assignment) AS assignment_median,
           percentile_cont(0.99) WITHIN GROUP (ORDER BY assignment) AS assignment_p99,
           percentile_cont(0.5) WITHIN GROUP (ORDER BY human) AS human_median,
           count(*) FILTER (WHERE span = '5min') AS "5min", count(*) FILTER (WHERE span = '15min') AS "15min",
           count(*) FILTER (WHERE span = '1h') AS "1h", count(*) FILTER (WHERE span = 'day') AS day,
           count(*) FILTER (WHERE span = 'later') AS later, count(*) FILTER (WHERE span = 'never') AS never
      FROM base
"""
LEADS = "SELECT lead_id FROM base WHERE %(part)s::text IS NULL OR span = %(part)s::text"


@dataclass(frozen=True)
class Span:
    key: str
    label: str
    share: Rate


@dataclass(frozen=True)
class ResponseTimes:
    """Seconds. `assignment_*` by the clock, `human_median` (owner to answer) within working hours."""

    n: int
    assigned: int
    assignment_median: float | None
    assignment_p99: float | None
    human_median: float | None
    spans: list[Span]

    def within(self, key: str) -> Rate:
        """Answered no later than the span `key`."""
        keys = list(SPANS)[: list(SPANS).index(key) + 1]
        return Rate(sum(span.share.part for span in self.spans if span.key in keys), self.n)

    def as_json(self) -> dict[str, Any]:
        return {
            "n": self.n,
            "assigned": self.assigned,
            "assignment_median_seconds": self.assignment_median,
            "assignment_p99_seconds": self.assignment_p99,
            "owner_to_answer_median_working_seconds": self.human_median,
            "spans": [{"span": span.key} | span.share.as_json() for span in self.spans],
        }

    def table(self) -> Table:
        return [
            ["First response", "Leads", "Share"],
            *([span.label, span.share.part, span.share.value] for span in self.spans),
        ]


def response_times(question: Question) -> ResponseTimes:
    """Of the leads captured in the period, the share with a first human contact within 5 minutes, 15 minutes, an hour,
    the same day, later, never; and the time from captured to first owner. Automatic mail never counts; never does.
    """
    [row] = ask(question, BASE, COUNTED)
    spans = [Span(key, label, Rate(row.pop(key), row["n"])) for key, label in SPANS.items()]
    return ResponseTimes(**row, spans=spans)


def leads_behind(question: Question, stage_id: UUID | None, part: str | None) -> list[UUID]:
    """The leads of one of SPANS."""
    return [row["lead_id"] for row in ask(question, BASE, LEADS, part=part)]
