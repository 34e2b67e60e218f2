"""Does the database keep what the sender was told? Red is a list of sentences; green is an empty one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from email.parser import HeaderParser
from typing import Any, LiteralString
from uuid import UUID

from tenancy.ids import from_public
from tests.faults.ground import Ground
from tests.faults.sender import Ledger

LEADS: LiteralString = """
    SELECT l.id, l.captured_at, l.assigned_at, member.name AS owner,
           (SELECT count(*) FROM submission s WHERE s.account_id = l.account_id AND s.lead_id = l.id) AS submissions,
           (SELECT count(*) FROM deal d WHERE d.account_id = l.account_id AND d.lead_id = l.id) AS deals,
           (SELECT count(*) FROM decision d WHERE d.account_id = l.account_id AND d.lead_id = l.id) AS decisions,
           (SELECT count(*) FROM event e WHERE e.account_id = l.account_id AND e.lead_id = l.id
               AND e.kind = 'lead.captured') AS captures,
           (SELECT count(*) FROM event e WHERE e.account_id = l.account_id AND e.lead_id = l.id
               AND e.kind = 'lead.assigned') AS assignments
      FROM lead l LEFT JOIN member ON member.account_id = l.account_id AND member.id = l.owner_id
     WHERE l.id = ANY(%(ids)s)
"""
ONCE = ("submissions", "captures", "decisions", "assignments", "deals")


def check(ground: Ground, ledger: Ledger) -> list[str]:
    """Every acknowledged lead is there, arrived once, has one owner, one decision and one deal; no job is dead."""
    rows = rows_of(ground, ledger)
    dead = ground.ask("SELECT kind, last_error FROM job WHERE state = 'dead'")
    return [
        *(
            f"{lead} was acknowledged and is lost"
            for lead in sorted(ledger.leads)
            if from_public("lead", lead) not in rows
        ),
        *(finding for row in rows.values() for finding in findings(row)),
        *(f"{job['kind']} is dead: {job['last_error']}" for job in dead),
    ]


def findings(row: dict[str, Any]) -> Iterator[str]:
    if row["owner"] is None:
        yield f"{row['id']} has no owner"
    for what in ONCE:
        if row[what] != 1:
            yield f"{row['id']} has {row[what]} {what}"


def rows_of(ground: Ground, ledger: Ledger) -> dict[UUID, dict[str, Any]]:
    ids = [from_public("lead", lead) for lead in ledger.leads]
    return {row["id"]: row for row in ground.ask(LEADS, ids=ids)}


def waits(ground: Ground, ledger: Ledger) -> list[float]:
    """How long each lead waited for its owner, in seconds, shortest first."""
    rows = rows_of(ground, ledger).values()
    return sorted((row["assigned_at"] - row["captured_at"]).total_seconds() for row in rows if row["assigned_at"])


def spread(ground: Ground, ledger: Ledger) -> int:
    """By how much the shares of the reps differ."""
    shares = Counter(row["owner"] for row in rows_of(ground, ledger).values())
    return max(shares.values()) - min(shares[name] for name in ("Rita", "Raj", "Jun", "Kim"))


def mails(ground: Ground) -> Counter[str]:
    """The mails that arrived, by Message-ID."""
    heads = (HeaderParser().parsestr(path.read_text(errors="replace")) for path in ground.stack.mail.glob("*.eml"))
    return Counter(str(head["Message-ID"]).strip() for head in heads)
