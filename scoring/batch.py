"""Score many leads at once: a constant number of statements whatever the number."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Max

from events.record import SYSTEM
from leads.models import Lead, Status, Submission
from leads.records import ScoreRow, record_scores
from scoring.current import current_model
from scoring.model import Model
from scoring.models import Answer, Signal
from scoring.models import Receipt as StoredReceipt
from scoring.qualification import Qualification, qualify
from scoring.receipt import Receipt
from scoring.scorecard import score
from scoring.signals import Seen
from tenancy import clock

MEMORY = timedelta(days=180)  # older signals have faded to nothing
DECLINED = "asked:"  # a person would not say: kept as an answer of its own


@dataclass(frozen=True)
class Known:
    """What is known about one lead besides its own columns."""

    signals: list[Seen]
    answers: dict[str, bool]
    declined: frozenset[str]
    asked_at: datetime | None


@dataclass(frozen=True)
class Scored:
    lead: Lead
    receipt: Receipt
    qualification: Qualification


def score_all(lead_ids: Sequence[UUID]) -> list[Scored]:
    """Score the open leads among `lead_ids`, store their receipts, tell the leads. Returns what was found.

    Nothing happens in an account without a published model.
    """
    model = current_model()
    if model is None:
        return []
    now = clock.now()
    # In the order of ids, so that two workers never lock a pair in opposite order.
    open_leads = Lead.objects.filter(pk__in=lead_ids, status=Status.OPEN).order_by("id")
    leads = list(open_leads.select_for_update(of=("self",), no_key=True).select_related("contact", "company", "source"))
    known = _known([lead.pk for lead in leads], now)
    scored = [_scored(model, lead, known[lead.pk], now) for lead in leads]
    _keep_receipts(model, scored)
    record_scores([_row(one) for one in scored], SYSTEM)
    return scored


def _scored(model: Model, lead: Lead, known: Known, now: datetime) -> Scored:
    facts = {**lead.facts, "asked_at": known.asked_at}
    receipt = score(model, facts, known.signals, now, answers=known.answers, declined=known.declined)
    fresh = {name: receipt.sub_score(name) for name in ("fit", "intent", "authority", "timing")}
    return Scored(lead, receipt, qualify(model.criteria, facts | fresh, known.answers, now, model.threshold))


def known_of(lead: Lead) -> Known:
    """What is known about one lead besides its own columns."""
    return _known([lead.pk], clock.now())[lead.pk]


def _known(lead_ids: list[UUID], now: datetime) -> dict[UUID, Known]:
    signals, answers = defaultdict(list), defaultdict(dict)  # type: ignore[var-annotated]
    for signal in Signal.objects.filter(lead__in=lead_ids, occurred_at__gt=now - MEMORY):
        signals[signal.lead_id].append(Seen(signal.kind, signal.occurred_at, signal.url, signal.bot))
    for answer in Answer.objects.filter(lead__in=lead_ids):
        answers[answer.lead_id][answer.criterion] = answer.met
    asked = Submission.objects.filter(lead__in=lead_ids).values_list("lead").annotate(Max("received_at"))
    asked_at = dict(asked.order_by())
    return {lead_id: _one(signals[lead_id], answers[lead_id], asked_at.get(lead_id)) for lead_id in lead_ids}


def _one(signals: list[Seen], answers: dict[str, bool], asked_at: datetime | None) -> Known:
    declined = frozenset(key.removeprefix(DECLINED) for key in answers if key.startswith(DECLINED))
    return Known(
        signals, {key: met for key, met in answers.items() if not key.startswith(DECLINED)}, declined, asked_at
    )


def _keep_receipts(model: Model, scored: Sequence[Scored]) -> None:
    """Store receipts that say something new; the same score for the same reasons is not worth another row."""
    lead_ids = [one.lead.pk for one in scored]
    newest = StoredReceipt.objects.filter(lead__in=lead_ids).order_by("lead", "-scored_at", "-id").distinct("lead")
    before = {lead_id: _reasons(body) for lead_id, body in newest.values_list("lead_id", "body")}
    StoredReceipt.objects.bulk_create(
        [
            StoredReceipt(
                lead=one.lead,
                version_id=model.version_id,
                score=one.receipt.score,
                tier=one.receipt.tier,
                body=body,
                scored_at=one.receipt.as_of,
            )
            for one in scored
            if _reasons(body := stored_body(one)) != before.get(one.lead.pk)
        ]
    )


def next_changes(lead_ids: Sequence[UUID]) -> list[tuple[UUID, datetime | None]]:
    """When the scores of these leads will be another number, by their newest receipts."""
    rows = StoredReceipt.objects.filter(lead__in=lead_ids).order_by("lead", "-scored_at", "-id").distinct("lead")
    stored = ((lead_id, body.get("next_change_at")) for lead_id, body in rows.values_list("lead_id", "body"))
    return [(lead_id, datetime.fromisoformat(at) if at else None) for lead_id, at in stored]


def stored_body(one: Scored) -> dict[str, Any]:
    return one.receipt.as_json() | {"qualification": one.qualification.as_json()}


def _reasons(body: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in body.items() if name not in ("as_of", "next_change_at")}


def _row(one: Scored) -> ScoreRow:
    receipt, qualification = one.receipt, one.qualification
    return ScoreRow(
        lead_id=one.lead.pk,
        score=receipt.score,
        band=receipt.band,
        tier=receipt.tier,
        fit=receipt.sub_score("fit"),
        intent=receipt.sub_score("intent"),
        authority=receipt.sub_score("authority"),
        timing=receipt.sub_score("timing"),
        points=qualification.points,
        points_of=qualification.of,
        track=qualification.track,
    )
