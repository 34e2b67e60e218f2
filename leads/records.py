"""Verbs for many leads at once, called by the apps downstream: a constant number of statements whatever the number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from events.kinds import Kind
from events.record import By, Happening, record_all
from leads.models.lead import Lead, Status, Track
from tenancy import clock
from tenancy.scope import current_account


@dataclass(frozen=True)
class ScoreRow:
    """A lead's new score. Sub-scores are 0-100; `points` of `points_of` qualification criteria are met."""

    lead_id: UUID
    score: int
    band: int
    tier: str
    fit: int
    intent: int
    authority: int
    timing: int
    points: int
    points_of: int
    track: str


@dataclass(frozen=True)
class AssignmentRow:
    """A lead's new owner, and the sentence that says why."""

    lead_id: UUID
    member_id: UUID
    member: str
    sentence: str


@dataclass(frozen=True)
class DealRow:
    """What a lead knows of its deal: where it stands, and whether it is over."""

    lead_id: UUID
    deal_id: UUID
    pipeline_id: UUID
    stage_id: UUID
    stage_name: str
    status: str = Status.OPEN
    closed_at: datetime | None = None


@dataclass(frozen=True)
class DueRow:
    lead_id: UUID
    first_response_due_at: datetime | None
    first_response_risk_at: datetime | None = None


@dataclass(frozen=True)
class StepRow:
    """When something is planned next for a lead."""

    lead_id: UUID
    next_step_at: datetime | None


def record_scores(rows: Sequence[ScoreRow], by: By) -> None:
    """Write scores and tracks. LEAD_SCORED where something changed or nobody owns the lead yet; LEAD_QUALIFIED once."""
    before = _locked([row.lead_id for row in rows])
    known = [row for row in rows if row.lead_id in before]
    _update(
        "score = r.score, score_band = r.band, tier = r.tier, fit = r.fit, intent = r.intent, authority = r.authority, "
        "timing = r.timing, points = r.points, points_of = r.points_of, track = r.track, "
        "qualified_at = coalesce(lead.qualified_at, CASE WHEN r.track = 'active' THEN %(now)s END)",
        {
            **dict.fromkeys(("score", "band", "fit", "intent", "authority", "timing", "points", "points_of"), "int"),
            **dict.fromkeys(("tier", "track"), "text"),
        },
        known,
    )
    record_all([happening for row in known for happening in _scored(row, before[row.lead_id], by)])


def _scored(row: ScoreRow, before: Lead, by: By) -> list[Happening]:
    found = []
    if (row.score, row.tier, row.band) != (before.score, before.tier, before.score_band) or not before.owner_id:
        body = {
            "score": row.score,
            "before": before.score,
            "tier": row.tier,
            "tier_before": before.tier,
            "band": row.band,
        }
        found.append(Happening(Kind.LEAD_SCORED, row.lead_id, row.lead_id, by, body))
    if row.track == Track.ACTIVE and before.qualified_at is None:
        body = {"points": row.points, "of": row.points_of}
        found.append(Happening(Kind.LEAD_QUALIFIED, row.lead_id, row.lead_id, by, body))
    return found


def record_assignments(rows: Sequence[AssignmentRow], by: By) -> None:
    """Give leads their owners; the time of the first assignment stays. LEAD_ASSIGNED where the owner changed."""
    before = _locked([row.lead_id for row in rows])
    changed = [row for row in rows if row.lead_id in before and before[row.lead_id].owner_id != row.member_id]
    _update("owner_id = r.member_id, assigned_at = coalesce(lead.assigned_at, %(now)s)", {"member_id": "uuid"}, changed)
    record_all(
        [
            Happening(
                Kind.LEAD_ASSIGNED,
                row.lead_id,
                row.lead_id,
                by,
                {
                    "member_id": row.member_id,
                    "member": row.member,
                    "sentence": row.sentence,
                    "before": before[row.lead_id].owner_id,
                },
            )
            for row in changed
        ]
    )


def record_deals(rows: Sequence[DealRow]) -> None:
    """Copy where the deals stand; a won or lost deal closes its lead. Spam stays spam."""
    _update(
        "deal_id = r.deal_id, pipeline_id = r.pipeline_id, stage_id = r.stage_id, stage_name = r.stage_name, "
        "status = CASE lead.status WHEN 'spam' THEN lead.status ELSE r.status END, "
        "outcome = CASE WHEN r.status = 'open' THEN '' ELSE r.status END, closed_at = r.closed_at",
        {
            "deal_id": "uuid",
            "pipeline_id": "uuid",
            "stage_id": "uuid",
            "stage_name": "text",
            "status": "text",
            "closed_at": "timestamptz",
        },
        rows,
    )


def record_due_times(rows: Sequence[DueRow]) -> None:
    """When each lead's first response is at risk and due; None takes the promise away."""
    _update(
        "first_response_due_at = r.first_response_due_at, first_response_risk_at = r.first_response_risk_at",
        {"first_response_due_at": "timestamptz", "first_response_risk_at": "timestamptz"},
        rows,
    )


def record_next_steps(rows: Sequence[StepRow]) -> None:
    """Copy when something is planned next; None for nothing."""
    _update("next_step_at = r.next_step_at", {"next_step_at": "timestamptz"}, rows)


def _locked(lead_ids: Sequence[UUID]) -> dict[UUID, Lead]:
    # In the order of ids, so that two workers never lock a pair in opposite order.
    leads = Lead.objects.filter(pk__in=lead_ids).order_by("id").select_for_update(of=("self",), no_key=True)
    return {
        lead.pk: lead for lead in leads.only("score", "score_band", "tier", "qualified_at", "owner_id", "account_id")
    }


def _update(assignments: str, types: dict[str, str], rows: Sequence[Any]) -> None:
    """One UPDATE of many leads of the account in scope: `assignments` read the row's values from `r`."""
    if not rows:
        return
    types = {"lead_id": "uuid", **types}
    arrays = ", ".join(f"%({name})s::{kind}[]" for name, kind in types.items())
    parameters: dict[str, Any] = {name: [getattr(row, name) for row in rows] for name in types}
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE lead SET {assignments}, updated_at = %(now)s "  # noqa: S608  (column names only)
            f"FROM unnest({arrays}) AS r({', '.join(types)}) "
            "WHERE lead.account_id = %(account)s AND lead.id = r.lead_id",
            parameters | {"now": clock.now(), "account": current_account().pk},
        )
