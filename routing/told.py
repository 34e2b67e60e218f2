"""A decision as JSON: what the record keeps, the API answers and the lead page shows."""

from __future__ import annotations

from typing import Any

from accounts.models import Member
from routing.explaining import Candidate, Tried, candidates, tried
from routing.rulebook import Book, Decision
from tenancy.ids import public_id


def body_of(chosen: Decision, book: Book, milliseconds: float) -> dict[str, Any]:
    """Every rule tried, every candidate and why, the tie-break, versions, the score then and how long it took.

    Asked before the decision is taken: candidates are told as they were.
    """
    rule, pool = chosen.rule, chosen.answer.pool
    return {
        "member": chosen.person.name if chosen.person else "",
        "rule": {"position": rule.position, "label": rule.label} if rule else None,
        "version": book.number,
        "pool": pool.name if pool else "",
        "strategy": pool.strategy if pool else "",
        "territory": chosen.place.name if chosen.place else "",
        "score": chosen.case.facts.get("score"),
        "tier": chosen.case.facts.get("tier") or "",
        "back_at": chosen.back_at.isoformat() if chosen.back_at else None,
        "alarm": chosen.alarm,
        "milliseconds": milliseconds,
        "tie_break": chosen.answer.tie_break,
        "tried": [_tried(rule) for rule in tried(chosen, book)],
        "candidates": [_candidate(one) for one in candidates(chosen)],
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
