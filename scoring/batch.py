"""Score many leads at once: a constant number of statements whatever the number."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from events.record import SYSTEM
from leads.models import Status
from leads.records import ScoreRow, locked, record_scores
from scoring.current import current_model
from scoring.earnings import Earnings
from scoring.known import Known, known_of
from scoring.learned.explaining import explained
from scoring.learned.in_force import AtWork, at_work, keep_scores
from scoring.learned.in_force import Seen as LearnedFrom
from scoring.model import Model
from scoring.models import Answer
from scoring.models import Receipt as StoredReceipt
from scoring.qualification import Qualification, qualify
from scoring.receipt import Receipt
from scoring.scorecard import receipt
from scoring.stakeholders import is_wanted_by_somebody_else, want_stakeholders
from tenancy import clock
from tenancy.ids import uuid7
from tenancy.inserting import blank, insert_values
from tenancy.scope import current_account

DECLINED = "asked:"  # a person would not say: kept as an answer of its own


@dataclass(frozen=True)
class Scored:
    lead_id: UUID
    receipt: Receipt
    qualification: Qualification
    by_rules: int  # the score by the rules, also where a learned model made the receipt
    facts: Mapping[str, Any]  # what it was scored by


def score_all(lead_ids: Sequence[UUID]) -> list[Scored]:
    """Score the open leads among `lead_ids`, store their receipts, tell the leads. Returns what was found.

    Nothing happens in an account without a published model.
    """
    model = current_model()
    if model is None:
        return []
    before = locked(lead_ids, status=Status.OPEN)
    found, now = list(before), clock.now()  # after the lock: whoever held it before us has an earlier receipt
    learned = at_work()
    known = known_of(found, [model, learned], now, also=model.looks_at)
    said = _said(found)
    earnings = Earnings(model, now)
    scored = [_scored(earnings, learned, lead_id, known[lead_id], said[lead_id]) for lead_id in found]
    _keep_receipts(model, scored)
    keep_scores(learned, [LearnedFrom(one.lead_id, one.facts, one.by_rules) for one in scored], now)
    record_scores([_row(one) for one in scored], SYSTEM, before)
    want_stakeholders([one.lead_id for one in scored if is_wanted_by_somebody_else(one.receipt)])
    return scored


def _scored(earnings: Earnings, learned: AtWork, lead_id: UUID, known: Known, said: Mapping[str, bool]) -> Scored:
    model, now = earnings.model, earnings.now
    answers = {key: met for key, met in said.items() if not key.startswith(DECLINED)}
    declined = frozenset(key.removeprefix(DECLINED) for key in said if key.startswith(DECLINED))
    seen = learned.attention(known.signals, now)
    facts = {**known.facts, **seen.facts}
    made = receipt(earnings, facts, known.signals, answers=answers, declined=declined)
    by_rules = made.score
    if learned.promoted:
        made = explained(learned.promoted, facts, made, declined, seen.changes_at)
    fresh = {name: made.sub_score(name) for name in ("fit", "intent", "authority", "timing")}
    qualification = qualify(model.criteria, facts | fresh, answers, now, model.threshold)
    return Scored(lead_id, made, qualification, by_rules, facts)


def _said(lead_ids: Sequence[UUID]) -> Mapping[UUID, dict[str, bool]]:
    """What people answered about each lead, by criterion."""
    found: dict[UUID, dict[str, bool]] = defaultdict(dict)
    for lead_id, criterion, met in Answer.objects.filter(lead__among=lead_ids).values_list("lead", "criterion", "met"):
        found[lead_id][criterion] = met
    return found


def _keep_receipts(model: Model, scored: Sequence[Scored]) -> None:
    """Store receipts that say something new; the same score for the same reasons is not worth another row."""
    lead_ids = [one.lead_id for one in scored]
    newest = StoredReceipt.objects.filter(lead__among=lead_ids).order_by("lead", "-scored_at", "-id").distinct("lead")
    before = {lead_id: _reasons(body) for lead_id, body in newest.values_list("lead_id", "body")}
    fresh = [(one, body) for one in scored if _reasons(body := stored_body(one)) != before.get(one.lead_id)]
    alike = blank(StoredReceipt, account=current_account(), version_id=model.version_id)
    insert_values(StoredReceipt, [alike | _receipt_row(one, body) for one, body in fresh])


def _receipt_row(one: Scored, body: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": uuid7(),
        "lead_id": one.lead_id,
        "score": one.receipt.score,
        "tier": one.receipt.tier,
        "body": body,
        "scored_at": one.receipt.as_of,
    }


def next_changes(lead_ids: Sequence[UUID]) -> list[tuple[UUID, datetime | None]]:
    """When the scores of these leads will be another number, by their newest receipts."""
    rows = StoredReceipt.objects.filter(lead__among=lead_ids).order_by("lead", "-scored_at", "-id").distinct("lead")
    stored = ((lead_id, body.get("next_change_at")) for lead_id, body in rows.values_list("lead_id", "body"))
    return [(lead_id, datetime.fromisoformat(at) if at else None) for lead_id, at in stored]


def stored_body(one: Scored) -> dict[str, Any]:
    return one.receipt.as_json() | {"qualification": one.qualification.as_json()}


def _reasons(body: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in body.items() if name not in ("as_of", "next_change_at")}


def _row(one: Scored) -> ScoreRow:
    made, qualification = one.receipt, one.qualification
    return ScoreRow(
        lead_id=one.lead_id,
        score=made.score,
        band=made.band,
        tier=made.tier,
        fit=made.sub_score("fit"),
        intent=made.sub_score("intent"),
        authority=made.sub_score("authority"),
        timing=made.sub_score("timing"),
        points=qualification.points,
        points_of=qualification.of,
        track=qualification.track,
    )
