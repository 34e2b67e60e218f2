"""All open leads scored again, batch after batch in the background, without anybody waiting for it."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from django.db.models import F

from events.jobs import HANDLERS, reschedule_all, schedule
from leads.models import Lead, Status
from scoring.batch import score_all
from scoring.models import Rescoring, ScoringVersion
from tenancy import clock

# Small, and one after the other: what a new lead needs is due earlier than the next batch, so it waits for one at most.
BATCH = 200


def rescore(version: ScoringVersion) -> Rescoring:
    """Begin to score all open leads with `version`; one that still runs for another version stops."""
    now = clock.now()
    Rescoring.objects.filter(finished_at=None).update(finished_at=now)
    total = Lead.objects.filter(status=Status.OPEN).count()
    begun: Rescoring = Rescoring.objects.create(version=version, total=total, started_at=now)
    schedule(HANDLERS["scoring.rescore_leads"], begun.pk, now)
    return begun


def newest_rescoring() -> Rescoring | None:
    """The one that runs or ran last."""
    found: Rescoring | None = Rescoring.objects.select_related("version").order_by("-started_at").first()
    return found


def go_on(rescoring_ids: Sequence[UUID]) -> None:
    """One batch of each, and the next one is due."""
    running = Rescoring.objects.filter(pk__in=rescoring_ids, finished_at=None).order_by("pk")
    for one in running.select_for_update(no_key=True):
        _one_batch(one)


def _one_batch(one: Rescoring) -> None:
    waiting = Lead.objects.filter(status=Status.OPEN)
    if one.last_lead_id:
        waiting = waiting.filter(pk__gt=one.last_lead_id)
    lead_ids = list(waiting.order_by("pk").values_list("pk", flat=True)[:BATCH])
    scored = score_all(lead_ids)
    reschedule_all(HANDLERS["scoring.score_leads"], [(each.lead_id, each.receipt.next_change_at) for each in scored])
    Rescoring.objects.filter(pk=one.pk).update(
        done=F("done") + len(lead_ids),
        last_lead_id=lead_ids[-1] if lead_ids else one.last_lead_id,
        finished_at=None if len(lead_ids) == BATCH else clock.now(),
    )
    if len(lead_ids) == BATCH:
        schedule(HANDLERS["scoring.rescore_leads"], one.pk, clock.now())
