"""From captured to won, by cohort of leads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from reports.question import Question, ask
from reports.rates import Rate
from reports.spreadsheet import Table

STEPS = {
    "captured": "Captured",
    "qualified": "Qualified",
    "assigned": "Assigned",
    "contacted": "Contacted",
    "opportunity": "Opportunity",
    "won": "Won",
}

# One row per lead captured in the period, spam and merged ones left out, with what ever happened to it.
BASE = """
    SELECT lead.id AS lead_id, true AS captured, lead.qualified_at IS NOT NULL AS qualified,
           lead.assigned_at IS NOT NULL AS assigned, lead.first_response_at IS NOT NULL AS contacted,
           EXISTS (SELECT FROM deal
                     JOIN visit ON visit.account_id = %(account)s AND visit.deal_id = deal.id
                     JOIN stage ON stage.account_id = %(account)s AND stage.id = visit.stage_id AND stage.is_opportunity
                    WHERE deal.account_id = %(account)s AND deal.lead_id = lead.id) AS opportunity,
           EXISTS (SELECT FROM deal
                    WHERE deal.account_id = %(account)s AND deal.lead_id = lead.id AND deal.status = 'won') AS won
      FROM lead
     WHERE lead.account_id = %(account)s AND lead.captured_at >= %(start)s AND lead.captured_at < %(stop)s
       AND lead.status NOT IN ('spam', 'merged') AND FILTERS
"""
COUNTED = """
    SELECT count(*) AS captured, count(*) FILTER (WHERE qualified) AS qualified,
           count(*) FILTER (WHERE assigned) AS assigned, count(*) FILTER (WHERE contacted) AS contacted,
           count(*) FILTER (WHERE opportunity) AS opportunity, count(*) FILTER (WHERE won) AS won,
           count(*) FILTER (WHERE assigned AND qualified) AS assigned_of_before,
           count(*) FILTER (WHERE contacted AND assigned) AS contacted_of_before,
           count(*) FILTER (WHERE opportunity AND contacted) AS opportunity_of_before,
           count(*) FILTER (WHERE won AND opportunity) AS won_of_before
      FROM base
"""
LEADS = """
    SELECT lead_id FROM base
     WHERE CASE %(part)s::text WHEN 'qualified' THEN qualified WHEN 'assigned' THEN assigned
                         WHEN 'contacted' THEN contacted WHEN 'opportunity' THEN opportunity WHEN 'won' THEN won
                         ELSE true END
"""


@dataclass(frozen=True)
class Step:
    key: str
    label: str
    count: int
    of_captured: Rate
    of_before: Rate | None  # of the leads of the step before, those that are in this one too; None at the first


@dataclass(frozen=True)
class LeadFunnel:
    steps: list[Step]

    @property
    def n(self) -> int:
        return self.steps[0].count

    def step(self, key: str) -> Step:
        return next(step for step in self.steps if step.key == key)

    def as_json(self) -> dict[str, Any]:
        return {"n": self.n, "steps": [_step_json(step) for step in self.steps]}

    def table(self) -> Table:
        head = ["Step", "Leads", "Share of captured", "Of the step before, made it too", "Share"]
        return [
            head,
            *(
                [
                    step.label,
                    step.count,
                    step.of_captured.value,
                    *((before.part, before.value) if (before := step.of_before) else ("", "")),
                ]
                for step in self.steps
            ),
        ]


def _step_json(step: Step) -> dict[str, Any]:
    before = step.of_before.as_json() if step.of_before else None
    return {"step": step.key, "leads": step.count, "of_captured": step.of_captured.as_json(), "of_before": before}


def lead_funnel(question: Question) -> LeadFunnel:
    """Distinct leads captured in the period that ever were qualified, assigned, contacted by a person in a two-way
    exchange, an opportunity, won; each step over captured, and of the leads of the step before those that made it too.
    """
    [row] = ask(question, BASE, COUNTED)
    steps: list[Step] = []
    for key, label in STEPS.items():
        before = Rate(row.get(f"{key}_of_before", row[key]), steps[-1].count) if steps else None
        steps.append(Step(key, label, row[key], Rate(row[key], row["captured"]), before))
    return LeadFunnel(steps)


def lead_to_opportunity(question: Question) -> Rate:
    """Leads created in the period whose deal ever reached a stage marked as opportunity, over leads created."""
    return lead_funnel(question).step("opportunity").of_captured


def leads_behind(question: Question, stage_id: UUID | None, part: str | None) -> list[UUID]:
    """The leads of one of STEPS."""
    return [row["lead_id"] for row in ask(question, BASE, LEADS, part=part)]
