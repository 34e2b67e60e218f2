"""What a person knows about a lead that data does not: answers to criteria, facts, and what nobody will say."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from events.kinds import Kind
from events.models import Actor
from events.record import By, record
from leads.models import Lead
from scoring.batch import DECLINED, Scored, score_all
from scoring.models import Answer
from tenancy import clock


def answer(
    lead: Lead,
    *,
    by: By,
    facts: Mapping[str, Any] | None = None,
    criteria: Mapping[str, bool | None] | None = None,
    declined: Collection[str] = (),
) -> Scored | None:
    """Take a person's word and score the lead again, at once. None if it isn't scored (closed, or without a model).

    `criteria` by key: met, not met, or None to let data decide again. `declined` names facts or criteria that need not
    be asked about any more. Records LEAD_CHANGED for facts and LEAD_ANSWERED for the rest. Raises ValidationError for
    facts that make no sense.
    """
    if facts:
        lead.change(facts, by=by)
    said = dict(criteria or {}) | {f"{DECLINED}{name}": False for name in declined}
    changed = _write(lead, said, by)
    if changed:
        record(Kind.LEAD_ANSWERED, lead, by=by, lead_id=lead.pk, answers=changed)
    return next(iter(score_all([lead.pk])), None)


def _write(lead: Lead, said: Mapping[str, bool | None], by: By) -> dict[str, bool | None]:
    """Store the answers that differ from what was said before; returns those."""
    before = dict(Answer.objects.filter(lead=lead, criterion__in=said).values_list("criterion", "met"))
    changed = {name: met for name, met in said.items() if before.get(name) != met}
    Answer.objects.filter(lead=lead, criterion__in=[name for name, met in changed.items() if met is None]).delete()
    member_id, now = by.id if by.kind == Actor.MEMBER else None, clock.now()
    Answer.objects.bulk_create(
        [
            Answer(lead=lead, criterion=name, met=met, member_id=member_id, answered_at=now)
            for name, met in changed.items()
            if met is not None
        ],
        update_conflicts=True,
        unique_fields=["account", "lead", "criterion"],
        update_fields=["met", "member_id", "answered_at"],
    )
    return changed
