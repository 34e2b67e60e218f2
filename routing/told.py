"""A decision as JSON: what the record keeps, the API answers and the lead page shows."""

from __future__ import annotations

from typing import Any

from accounts.models import Member
from routing.choice import Candidate, Decision, Tried
from tenancy.ids import public_id


def body_of(chosen: Decision, version: int, milliseconds: float) -> dict[str, Any]:
    """Every rule tried, every candidate and why, the tie-break, the rules' version and how long it took."""
    return {
        "member": chosen.member_name,
        "rule": {"position": chosen.rule.position, "label": chosen.rule.label} if chosen.rule else None,
        "version": version,
        "milliseconds": milliseconds,
        "tie_break": chosen.tie_break,
        "tried": [_tried(rule) for rule in chosen.tried],
        "candidates": [_candidate(one) for one in chosen.candidates],
    }


def _tried(rule: Tried) -> dict[str, Any]:
    return {
        "position": rule.position,
        "label": rule.label,
        "matched": rule.matched,
        "passed_over": rule.passed_over,
        "clauses": [{"sentence": clause.sentence, "holds": clause.holds} for clause in rule.clauses],
    }


def _candidate(one: Candidate) -> dict[str, Any]:
    return {
        "id": public_id(Member.PREFIX, one.member_id),
        "name": one.name,
        "available": one.available,
        "chosen": one.chosen,
        "why": one.why,
    }
