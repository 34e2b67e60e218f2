"""Verbs for many leads at once, called by the apps downstream: a constant number of statements whatever the number."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from events.kinds import Kind
from events.record import By, Happening, record_all
from leads.models.lead import Lead, Status, Track
from tenancy import clock
from tenancy.prepared import prepared
from tenancy.scope import current_account

SCORE = ("score", "score_band", "tier", "fit", "intent", "authority", "timing", "points", "points_of", "track")


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
    territory: str = ""  # written where the lead has none
    pipeline_id: UUID | None = None  # where its deal is to begin, for who opens it
    stage_id: UUID | None = None
    quiet: bool = False  # one of many: who gets them is told of all at once


@dataclass(frozen=True)
class DealRow:
    """What a lead knows of its deal: where it stands, and whether it is over."""

    lead_id: UUID
    deal_id: UUID
    pipeline_id: UUID
    stage_id: UUID
    stage_name: str
    stage_number: int  # 1 is the first of its pipeline
    status: str = Status.OPEN
    closed_at: datetime | None = None


@dataclass(frozen=True)
class LeadRow:
    lead_id: UUID


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


def record_scores(rows: Sequence[ScoreRow], by: By, before: Mapping[UUID, Lead] | None = None) -> None:
    """Write scores and tracks that changed. LEAD_SCORED where the score did or nobody owns the lead yet; LEAD_QUALIFIED
    once. `before`: the leads as `locked` gave them, to whoever holds them already."""
    before = locked([row.lead_id for row in rows]) if before is None else before
    known = [(row, before[row.lead_id]) for row in rows if row.lead_id in before]
    _update(
        "score = r.score, score_band = r.band, tier = r.tier, fit = r.fit, intent = r.intent, authority = r.authority, "
        "timing = r.timing, points = r.points, points_of = r.points_of, track = r.track, "
        "qualified_at = coalesce(lead.qualified_at, CASE WHEN r.track = 'active' THEN %(now)s END)",
        {
            **dict.fromkeys(("score", "band", "fit", "intent", "authority", "timing", "points", "points_of"), "int"),
            **dict.fromkeys(("tier", "track"), "text"),
        },
        [row for row, lead in known if _changes(row, lead)],
    )
    record_all([happening for row, lead in known for happening in _scored(row, lead, by)])


def _changes(row: ScoreRow, lead: Lead) -> bool:
    """Whether anything would be written; most of many leads have the score that they had."""
    columns = {**vars(row), "score_band": row.band}
    return _qualifies(row, lead) or any(columns[name] != getattr(lead, name) for name in SCORE)


def _qualifies(row: ScoreRow, lead: Lead) -> bool:
    return row.track == Track.ACTIVE and lead.qualified_at is None


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
    if _qualifies(row, before):
        body = {"points": row.points, "of": row.points_of}
        found.append(Happening(Kind.LEAD_QUALIFIED, row.lead_id, row.lead_id, by, body))
    return found


def record_assignments(rows: Sequence[AssignmentRow], by: By) -> None:
    """Give leads their owners; the time of the first assignment stays. LEAD_ASSIGNED where the owner changed."""
    before = locked([row.lead_id for row in rows])
    changed = [row for row in rows if row.lead_id in before and before[row.lead_id].owner_id != row.member_id]
    _update(
        "owner_id = r.member_id, assigned_at = coalesce(lead.assigned_at, %(now)s), "
        "territory = CASE WHEN lead.territory = '' THEN r.territory ELSE lead.territory END",
        {"member_id": "uuid", "territory": "text"},
        changed,
    )
    record_all([_assigned(row, before[row.lead_id], by) for row in changed])


def _assigned(row: AssignmentRow, before: Lead, by: By) -> Happening:
    body = {"member_id": row.member_id, "member": row.member, "sentence": row.sentence, "before": before.owner_id}
    start = {"pipeline": row.pipeline_id, "stage": row.stage_id} if row.pipeline_id else {}
    quietly = {"quiet": True} if row.quiet else {}
    return Happening(Kind.LEAD_ASSIGNED, row.lead_id, row.lead_id, by, body | start | quietly)


def release(lead_ids: Sequence[UUID]) -> None:
    """Take leads from their owners, in the transaction in which they are routed anew: no event, for nobody sees it."""
    _update("owner_id = NULL", {}, [LeadRow(lead_id) for lead_id in lead_ids])


def record_deals(rows: Sequence[DealRow]) -> None:
    """Copy where the deals stand; a won or lost deal closes its lead. Spam stays spam, and merged away merged."""
    _update(
        "deal_id = r.deal_id, pipeline_id = r.pipeline_id, stage_id = r.stage_id, stage_name = r.stage_name, "
        "stage_number = r.stage_number, "
        "status = CASE WHEN lead.status IN ('spam', 'merged') THEN lead.status ELSE r.status END, "
        "outcome = CASE WHEN r.status = 'open' THEN '' ELSE r.status END, closed_at = r.closed_at",
        {
            "deal_id": "uuid",
            "pipeline_id": "uuid",
            "stage_id": "uuid",
            "stage_name": "text",
            "stage_number": "int",
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


def locked(lead_ids: Sequence[UUID], **only: Any) -> dict[UUID, Lead]:
    """Lock leads of which `only` is true until the transaction ends; what was written of them before, and no more."""
    # In the order of ids, so that two workers never lock a pair in opposite order.
    leads = Lead.objects.filter(pk__among=lead_ids, **only).order_by("id").select_for_update(of=("self",), no_key=True)
    return {lead.pk: lead for lead in leads.only(*SCORE, "qualified_at", "owner_id", "account_id")}


def _update(assignments: str, types: dict[str, str], rows: Sequence[Any]) -> None:
    """One UPDATE of many leads of the account in scope: `assignments` read the row's values from `r`."""
    if not rows:
        return
    types = {"lead_id": "uuid", **types}
    told = json.dumps([{name: getattr(row, name) for name in types} for row in rows], default=str)
    columns = ", ".join(f"{name} {kind}" for name, kind in types.items())
    prepared().execute(
        f"UPDATE lead SET {assignments}, updated_at = %(now)s "  # noqa: S608  (column names only)
        f"FROM json_to_recordset(%(rows)s) AS r({columns}) "
        "WHERE lead.account_id = %(account)s AND lead.id = r.lead_id",
        {"rows": told, "now": clock.now(), "account": current_account().pk},
    )
