"""Promises kept, by policy, tier and owner; and what the broken ones are charged to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from reports.question import Question, ask
from reports.rates import Rate
from reports.spreadsheet import Table

CAUSES = {"system": "System", "calendar": "Calendar", "capacity": "Capacity", "person": "Person"}
GROUPS = {"policy": "Promise", "tier": "Tier", "owner": "Owner"}

# One row per promise that came due, of leads captured in the period; spam and merged ones left out.
BASE = """
    SELECT timer.lead_id, timer.broken_at IS NULL AS met, coalesce(breach.blame, '') AS blame,
           coalesce(policy.name, 'A former promise') AS policy, coalesce(nullif(lead.tier, ''), 'none') AS tier,
           coalesce(member.name, 'Nobody') AS owner
      FROM timer
      JOIN lead ON lead.account_id = %(account)s AND lead.id = timer.lead_id
      LEFT JOIN sla_policy policy ON policy.account_id = %(account)s AND policy.id = timer.policy_id
      LEFT JOIN member ON member.account_id = %(account)s AND member.id = timer.owner_id
      LEFT JOIN breach ON breach.account_id = %(account)s AND breach.timer_id = timer.id
     WHERE timer.account_id = %(account)s AND (timer.kept_at IS NOT NULL OR timer.broken_at IS NOT NULL)
       AND lead.captured_at >= %(start)s AND lead.captured_at < %(stop)s
       AND lead.status NOT IN ('spam', 'merged') AND FILTERS
"""
COUNTED = """
    SELECT CASE WHEN GROUPING(policy) = 0 THEN 'policy' WHEN GROUPING(tier) = 0 THEN 'tier'
                WHEN GROUPING(owner) = 0 THEN 'owner' WHEN GROUPING(blame) = 0 THEN 'blame' ELSE 'all' END AS by,
           coalesce(policy, tier, owner, blame) AS name, count(*) AS due, count(*) FILTER (WHERE met) AS met
      FROM base GROUP BY GROUPING SETS ((), (policy), (tier), (owner), (blame)) ORDER BY 1, 3 DESC, 2
"""
LEADS = "SELECT DISTINCT lead_id FROM base WHERE NOT met AND (%(part)s::text IS NULL OR blame = %(part)s::text)"


@dataclass(frozen=True)
class Kept:
    """One promise, tier or owner."""

    name: str
    rate: Rate


@dataclass(frozen=True)
class Sla:
    """`kept` of all that came due; `groups` by each of GROUPS; `blame` has the number of breaches by cause."""

    kept: Rate
    groups: dict[str, list[Kept]]
    blame: dict[str, int]

    @property
    def n(self) -> int:
        return self.kept.whole

    @property
    def broken(self) -> int:
        return self.kept.whole - self.kept.part

    @property
    def causes(self) -> list[tuple[str, str, int]]:
        return [(cause, words, self.blame.get(cause, 0)) for cause, words in CAUSES.items()]

    @property
    def listed(self) -> list[tuple[str, list[Kept]]]:
        return [(GROUPS[by], rows) for by, rows in self.groups.items()]

    def as_json(self) -> dict[str, Any]:
        groups = {by: [{"name": one.name} | one.rate.as_json() for one in rows] for by, rows in self.groups.items()}
        causes = {cause: self.blame.get(cause, 0) for cause in CAUSES}
        return {"n": self.n, "kept": self.kept.as_json(), "breaches": causes} | {
            f"by_{by}": groups[by] for by in groups
        }

    def table(self) -> Table:
        rows = [
            [words, one.name, one.rate.whole, one.rate.part, one.rate.value]
            for words, all_ in self.listed
            for one in all_
        ]
        causes = [["Charged to", words, count, "", ""] for _, words, count in self.causes]
        return [["By", "Name", "Due", "Kept", "Share"], *rows, *causes]


def sla(question: Question) -> Sla:
    """Promises kept over promises that came due, of the leads captured in the period, by promise, tier and the owner
    then. Each breach is charged to one cause: system (routed late or not), calendar (nobody on shift), capacity (all
    full) or person.
    """
    rows = ask(question, BASE, COUNTED)
    total = next(row for row in rows if row["by"] == "all")
    groups = {by: [Kept(row["name"], Rate(row["met"], row["due"])) for row in rows if row["by"] == by] for by in GROUPS}
    blame = {row["name"]: row["due"] - row["met"] for row in rows if row["by"] == "blame" and row["name"]}
    return Sla(Rate(total["met"], total["due"]), groups, blame)


def leads_behind(question: Question, stage_id: UUID | None, part: str | None) -> list[UUID]:
    """The leads whose promise was broken, for one of CAUSES where `part` names it."""
    return [row["lead_id"] for row in ask(question, BASE, LEADS, part=part if part in CAUSES else None)]
