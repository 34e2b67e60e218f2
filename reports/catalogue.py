"""The reports there are, by the names of the API."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID

from reports import funnel, lead_funnel, lost_reasons, response_times, routing_accuracy, sla, time_in_stage, velocity
from reports.question import Question
from reports.spreadsheet import Table


class Answer(Protocol):
    @property
    def n(self) -> int: ...

    def as_json(self) -> dict[str, Any]: ...

    def table(self) -> Table: ...


@dataclass(frozen=True)
class Report:
    """One number or table: its sentence for people, its function, and which leads stand behind it."""

    name: str
    title: str
    definition: str
    benchmark: str
    counted: str  # what n counts
    answer: Callable[[Question], Answer]
    leads_behind: Callable[[Question, UUID | None, str | None], list[UUID]]
    wide: bool = False  # a row of its own on the page

    @property
    def explained(self) -> str:
        """The whole definition."""
        return " ".join((self.answer.__doc__ or "").split())

    @property
    def template(self) -> str:
        return f"reports/panels/{self.name.replace('-', '_')}.html"


_ALL = [
    Report(
        "funnel",
        "Funnel",
        "Of the deals that entered a stage in the period, the share that ever reached a later one.",
        "Stages under 10 % are flagged.",
        "deals",
        funnel.funnel,
        funnel.leads_behind,
    ),
    Report(
        "velocity",
        "Velocity",
        "Money per day from deals closed in the period. All four terms share the filters.",
        "",
        "closed",
        velocity.velocity,
        velocity.leads_behind,
    ),
    Report(
        "time-in-stage",
        "Time in stage",
        "Median and 90th percentile of the stays of deals that left a stage for good in the period; open deals apart.",
        "Limit: the stage’s own.",
        "left",
        time_in_stage.time_in_stage,
        time_in_stage.leads_behind,
    ),
    Report(
        "response-times",
        "First response",
        "Captured until the first human contact. Automatic mail never counts; never answered does.",
        "Benchmark: 5 minutes.",
        "leads",
        response_times.response_times,
        response_times.leads_behind,
    ),
    Report(
        "lead-funnel",
        "Lead funnel",
        "Leads captured in the period that ever were qualified, assigned, contacted by a person, an opportunity, won.",
        "Usual: 10 to 20 % become an opportunity.",
        "leads",
        lead_funnel.lead_funnel,
        lead_funnel.leads_behind,
        wide=True,
    ),
    Report(
        "lost-reasons",
        "Why deals are lost",
        "Deals lost in the period by the reason that was given, over all deals lost in it.",
        "",
        "lost",
        lost_reasons.lost_reasons,
        lost_reasons.leads_behind,
        wide=True,
    ),
    Report(
        "sla",
        "Promises kept",
        "Promises kept over promises that came due; each breach charged to one cause.",
        "Benchmark: 95 %.",
        "due",
        sla.sla,
        sla.leads_behind,
    ),
    Report(
        "routing-accuracy",
        "Routing accuracy",
        "Leads routed that nobody had to take to somebody else within 14 days because the rules had erred.",
        "Benchmark: 90 %.",
        "routed",
        routing_accuracy.routing_accuracy,
        routing_accuracy.leads_behind,
    ),
]
REPORTS = {report.name: report for report in _ALL}
