"""How often the rules were right: leads that nobody had to take to somebody else, by the version that decided."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from reports.question import Question, ask
from reports.rates import Rate
from reports.spreadsheet import Table

# One row per lead captured in the period and version that routed it, spam and merged ones left out.
BASE = """
    SELECT lead.id AS lead_id, version.number AS version,
           bool_or(correction.id IS NOT NULL
                   AND correction.corrected_at < decision.decided_at + interval '14 days') AS corrected
      FROM lead
      JOIN decision ON decision.account_id = %(account)s AND decision.lead_id = lead.id AND decision.reason = 'routed'
      JOIN routing_version version ON version.account_id = %(account)s AND version.id = decision.version_id
      LEFT JOIN correction ON correction.account_id = %(account)s AND correction.decision_id = decision.id
     WHERE lead.account_id = %(account)s AND lead.captured_at >= %(start)s AND lead.captured_at < %(stop)s
       AND lead.status NOT IN ('spam', 'merged') AND FILTERS
     GROUP BY lead.id, version.number
"""
COUNTED = """
    SELECT version, count(DISTINCT lead_id) AS routed, count(DISTINCT lead_id) FILTER (WHERE corrected) AS corrected
      FROM base GROUP BY GROUPING SETS ((), (version)) ORDER BY version NULLS FIRST
"""
LEADS = "SELECT DISTINCT lead_id FROM base WHERE corrected AND (%(part)s::text IS NULL OR version = %(part)s::int)"


@dataclass(frozen=True)
class Version:
    number: int
    right: Rate

    @property
    def wrong(self) -> int:
        return self.right.whole - self.right.part


@dataclass(frozen=True)
class RoutingAccuracy:
    """`right` of all leads routed; `versions` of the rules that routed some, in order."""

    right: Rate
    versions: list[Version]

    @property
    def n(self) -> int:
        return self.right.whole

    @property
    def wrong(self) -> int:
        return self.right.whole - self.right.part

    def as_json(self) -> dict[str, Any]:
        versions = [{"version": one.number} | one.right.as_json() for one in self.versions]
        return {"n": self.n, "corrected": self.wrong, "accuracy": self.right.as_json(), "versions": versions}

    def table(self) -> Table:
        rows = [[f"v{one.number}", one.right.whole, one.wrong, one.right.value] for one in self.versions]
        return [["Rules", "Leads routed", "Corrected", "Accuracy"], *rows]


def routing_accuracy(question: Question) -> RoutingAccuracy:
    """1 minus leads that a person gave to somebody else within 14 days, because the rules had erred (wrong territory,
    product, size or language, a customer of a colleague's), over leads routed. Leave, cover and load don't count.
    """
    total, *rows = ask(question, BASE, COUNTED)
    return RoutingAccuracy(_right(total), [Version(row["version"], _right(row)) for row in rows])


def _right(row: dict[str, Any]) -> Rate:
    return Rate(row["routed"] - row["corrected"], row["routed"])


def leads_behind(question: Question, stage_id: UUID | None, part: str | None) -> list[UUID]:
    """The leads that were corrected, of one version where `part` is its number."""
    number = part if part and part.isascii() and part.isdigit() and len(part) < 9 else None
    return [row["lead_id"] for row in ask(question, BASE, LEADS, part=number)]
