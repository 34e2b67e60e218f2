"""Stage conversion and drop-off, by cohort."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from pipeline.models import Stage, StageKind
from reports.question import Question, ask
from reports.rates import Rate
from reports.spreadsheet import Table

FLAGGED_BELOW = 0.10
PARTS = ("passed", "lost", "disqualified", "late", "open")

# One row per stage and distinct deal that entered it in the period, with what became of it since.
BASE = """
    SELECT entered.stage_id, deal.id AS deal_id, deal.lead_id, deal.status,
           CASE WHEN deal.status = 'won' OR reached.position > stage.position THEN 'passed'
                WHEN deal.status <> 'open' THEN deal.status
                WHEN deal.limit_at < %(now)s THEN 'late'
                ELSE 'open' END AS part
      FROM (SELECT DISTINCT visit.deal_id, visit.stage_id FROM visit
             WHERE visit.account_id = %(account)s
               AND visit.entered_at >= %(start)s AND visit.entered_at < %(stop)s) entered
      JOIN deal ON deal.account_id = %(account)s AND deal.id = entered.deal_id AND deal.pipeline_id = %(pipeline)s
      JOIN lead ON lead.account_id = %(account)s AND lead.id = deal.lead_id
      JOIN stage ON stage.account_id = %(account)s AND stage.id = entered.stage_id AND stage.kind = 'open'
      LEFT JOIN (SELECT visit.deal_id, max(stage.position) AS position
              FROM visit JOIN stage ON stage.account_id = %(account)s AND stage.id = visit.stage_id
             WHERE visit.account_id = %(account)s AND stage.kind <> 'lost' AND stage.removed_at IS NULL
             GROUP BY visit.deal_id) reached ON reached.deal_id = deal.id
     WHERE FILTERS
"""

COUNTED = """
    SELECT stage_id, count(*) AS entered, count(*) FILTER (WHERE part = 'passed') AS passed,
           count(*) FILTER (WHERE part = 'lost') AS lost, count(*) FILTER (WHERE part = 'disqualified') AS disqualified,
           count(*) FILTER (WHERE part = 'late') AS late, count(*) FILTER (WHERE part = 'open') AS open
      FROM base GROUP BY stage_id
"""
COHORT = "SELECT count(DISTINCT deal_id) AS n, count(DISTINCT deal_id) FILTER (WHERE status = 'open') AS open FROM base"
LEADS = """
    SELECT DISTINCT lead_id FROM base
     WHERE (%(stage)s::uuid IS NULL OR stage_id = %(stage)s::uuid) AND (%(part)s::text IS NULL OR part = %(part)s::text)
"""


@dataclass(frozen=True)
class StageRow:
    stage: Stage
    entered: int
    passed: int
    lost: int
    disqualified: int
    late: int  # still open, past the limit of the stage the deal stands in
    open: int  # still open, within it

    @property
    def conversion(self) -> Rate:
        return Rate(self.passed, self.entered)

    @property
    def flagged(self) -> bool:
        value = self.conversion.value
        return value is not None and value < FLAGGED_BELOW


@dataclass(frozen=True)
class Funnel:
    rows: list[StageRow]
    n: int  # distinct deals that entered any stage in the period
    still_open: int  # of them

    @property
    def settled(self) -> Rate:
        return Rate(self.n - self.still_open, self.n)

    def as_json(self) -> dict[str, Any]:
        stages = [
            {
                "stage": row.stage.name,
                "id": row.stage.public_id,
                "entered": row.entered,
                "conversion": row.conversion.as_json(),
            }
            | {part: getattr(row, part) for part in PARTS}
            | {"flagged": row.flagged}
            for row in self.rows
        ]
        return {"n": self.n, "still_open": self.still_open, "settled": self.settled.as_json(), "stages": stages}

    def table(self) -> Table:
        head = ["Stage", "Entered", "Passed", "Lost", "Disqualified", "Open past limit", "Open", "Conversion"]
        return [
            head,
            *(
                [row.stage.name, row.entered, *(getattr(row, part) for part in PARTS), row.conversion.value]
                for row in self.rows
            ),
        ]


def funnel(question: Question) -> Funnel:
    """Of the distinct deals that entered a stage in the period, the share that ever reached a later stage or was won.

    The rest is split into lost, disqualified, open past the limit of the stage they stand in (working days) and open
    in time. A deal that re-enters a stage counts once; a stage passed over on the way counts as entered.
    """
    counted = {row.pop("stage_id"): row for row in ask(question, BASE, COUNTED)}
    nothing = dict.fromkeys(("entered", *PARTS), 0)
    stages = Stage.objects.in_use().filter(pipeline_id=question.pipeline_id, kind=StageKind.OPEN)
    [cohort] = ask(question, BASE, COHORT)
    rows = [StageRow(stage, **counted.get(stage.pk, nothing)) for stage in stages]
    return Funnel(rows, cohort["n"], cohort["open"])


def leads_behind(question: Question, stage_id: UUID | None, part: str | None) -> list[UUID]:
    """The leads that one number of the funnel counts: of a stage, of one of PARTS."""
    return [row["lead_id"] for row in ask(question, BASE, LEADS, stage=stage_id, part=part)]
