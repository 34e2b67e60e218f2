"""Where deals that are taken up again stand: where they stood while they were open, if that stage is still there."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from uuid import UUID

from events.kinds import Kind
from events.record import SYSTEM, record
from pipeline.models import Deal, Move, Pipeline, Stage, StageKind


def places_before(deals: Sequence[Deal]) -> dict[UUID, Stage]:
    """The stage in use in which each closed deal stands when it is open again, by the deal's id.

    Of a stage that was taken out it is the one before; without a better answer, the first of the pipeline. A pipeline
    that is in the archive comes back with its deal.
    """
    stood = {deal.pk: deal.stage for deal in deals}
    ended = [deal.pk for deal in deals if deal.stage.kind != StageKind.OPEN]
    moves = Move.objects.filter(deal_id__in=ended, from_stage__isnull=False, to_stage__isnull=False)
    if ended:
        for move in moves.select_related("from_stage").order_by("moved_at", "id"):
            if move.to_stage_id == next(deal.stage_id for deal in deals if deal.pk == move.deal_id):
                stood[move.deal_id] = move.from_stage
    places = {pk: _in_use(stage) for pk, stage in stood.items()}
    _unarchive({stage.pipeline_id for stage in places.values()})
    return places


def _in_use(stage: Stage) -> Stage:
    """`stage`, or an open one still in use as near before it as there is."""
    found: Stage | None = stage
    while found is not None and found.removed_at is not None:
        found = found.before
    if found is not None and found.kind == StageKind.OPEN:
        return found
    open_ones = Stage.objects.in_use().filter(pipeline_id=stage.pipeline_id, kind=StageKind.OPEN)
    last = stage.kind != StageKind.OPEN and stage.removed_at is None  # won or lost without a move, by an import
    nearest: Stage = open_ones.last() if last else open_ones.first()
    return nearest


def _unarchive(pipeline_ids: Iterable[UUID]) -> None:
    for pipeline in Pipeline.objects.filter(pk__in=set(pipeline_ids)).exclude(archived_at=None):
        Pipeline.objects.filter(pk=pipeline.pk).update(archived_at=None)
        record(Kind.PIPELINE_CHANGED, pipeline, by=SYSTEM, name=pipeline.name, did="restored")
