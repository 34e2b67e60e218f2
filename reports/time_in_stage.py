"""How long deals stay in a stage."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any
from uuid import UUID

from pipeline.models import Stage, StageKind
from reports.question import Question, ask
from reports.spreadsheet import Table
from reports.worktime import worked

# One row per stage and distinct deal: the sum of its stays. `left_at` is empty while it is there.
BASE = """
    SELECT visit.stage_id, deal.id AS deal_id, deal.lead_id, coalesce(deal.limit_at < %(now)s, false) AS late,
           CASE WHEN count(visit.left_at) = count(*) THEN max(visit.left_at) END AS left_at,
           max(visit.entered_at) AS entered_at,
           sum(extract(epoch FROM coalesce(visit.left_at, %(now)s) - visit.entered_at))::float8 AS wall,
           sum(WORKED)::float8 AS worked,
           sum(AGE) FILTER (WHERE visit.left_at IS NULL)::float8 AS age
      FROM visit
      JOIN deal ON deal.account_id = %(account)s AND deal.id = visit.deal_id AND deal.pipeline_id = %(pipeline)s
      JOIN lead ON lead.account_id = %(account)s AND lead.id = deal.lead_id
      JOIN stage ON stage.account_id = %(account)s AND stage.id = visit.stage_id AND stage.kind = 'open'
     WHERE visit.account_id = %(account)s AND FILTERS
     GROUP BY visit.stage_id, deal.id, deal.lead_id, deal.limit_at
""".replace("WORKED", worked("visit.entered_at", "coalesce(visit.left_at, %(now)s)")).replace(
    "AGE", worked("visit.entered_at", "%(now)s::timestamptz")
)
LEFT = "left_at >= %(start)s AND left_at < %(stop)s"
COUNTED = """
    SELECT stage_id, count(*) FILTER (WHERE LEFT_IT) AS n,
           percentile_cont(0.5) WITHIN GROUP (ORDER BY wall) FILTER (WHERE LEFT_IT) AS wall_median,
           percentile_cont(0.9) WITHIN GROUP (ORDER BY wall) FILTER (WHERE LEFT_IT) AS wall_p90,
           percentile_cont(0.5) WITHIN GROUP (ORDER BY worked) FILTER (WHERE LEFT_IT) AS worked_median,
           percentile_cont(0.9) WITHIN GROUP (ORDER BY worked) FILTER (WHERE LEFT_IT) AS worked_p90,
           count(*) FILTER (WHERE left_at IS NULL) AS open,
           count(*) FILTER (WHERE left_at IS NULL AND late) AS late,
           max(age) FILTER (WHERE left_at IS NULL) AS oldest
      FROM base GROUP BY stage_id
""".replace("LEFT_IT", LEFT)
LEADS = """
    SELECT DISTINCT lead_id FROM base
     WHERE (%(stage)s::uuid IS NULL OR stage_id = %(stage)s::uuid)
       AND CASE %(part)s WHEN 'open' THEN left_at IS NULL
                         WHEN 'late' THEN left_at IS NULL AND late
                         ELSE LEFT_IT END
""".replace("LEFT_IT", LEFT)


@dataclass(frozen=True)
class StageTime:
    """Durations in seconds: `wall` by the clock, `worked` within working hours; None where nobody left."""

    stage: Stage
    n: int = 0  # distinct deals that left it for good in the period
    wall_median: float | None = None
    wall_p90: float | None = None
    worked_median: float | None = None
    worked_p90: float | None = None
    open: int = 0  # are in it now
    late: int = 0  # of them, past its limit
    oldest: float | None = None  # age of the oldest of them, working seconds


@dataclass(frozen=True)
class StageTimes:
    rows: list[StageTime]

    @property
    def n(self) -> int:
        return sum(row.n for row in self.rows)

    def as_json(self) -> dict[str, Any]:
        return {"n": self.n, "stages": [_stage_json(row) for row in self.rows]}

    def table(self) -> Table:
        names = [field.name for field in fields(StageTime)[1:]]
        head = [
            "Stage",
            "Limit, working days",
            *(f"{name.replace('_', ' ').capitalize()}{_unit(name)}" for name in names),
        ]
        return [
            head,
            *(
                [row.stage.name, row.stage.limit_working_days, *(getattr(row, name) for name in names)]
                for row in self.rows
            ),
        ]


def _stage_json(row: StageTime) -> dict[str, Any]:
    times = {f"{field.name}{_suffix(field.name)}": getattr(row, field.name) for field in fields(StageTime)[1:]}
    return {
        "stage": row.stage.name,
        "id": row.stage.public_id,
        "limit_working_days": row.stage.limit_working_days,
    } | times


def _suffix(name: str) -> str:
    return "" if name in {"n", "open", "late"} else "_seconds"


def _unit(name: str) -> str:
    return ", seconds" if _suffix(name) else ""


def time_in_stage(question: Question) -> StageTimes:
    """Median and 90th percentile of the summed stays of the deals that left a stage for good in the period.

    A deal that came back counts once, with all its stays; one that passed a stage over stayed no time. Deals that are
    in the stage now are counted apart, their age against its limit, never averaged in.
    """
    counted = {row.pop("stage_id"): row for row in ask(question, BASE, COUNTED)}
    stages = Stage.objects.in_use().filter(pipeline_id=question.pipeline_id, kind=StageKind.OPEN)
    return StageTimes([StageTime(stage, **counted.get(stage.pk, {})) for stage in stages])


def leads_behind(question: Question, stage_id: UUID | None, part: str | None) -> list[UUID]:
    """The leads whose deals left a stage in the period; of part `open` those in it now, `late` past its limit."""
    return [row["lead_id"] for row in ask(question, BASE, LEADS, stage=stage_id, part=part)]
