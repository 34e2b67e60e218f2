"""Pipelines, and which stages they have in which order. Each verb is one transaction that holds the pipeline's row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet

from events.kinds import Kind
from events.record import By, record
from pipeline import templates
from pipeline.models import Criterion, Deal, Pipeline, Stage, StageKind
from tenancy import clock

MOST_PIPELINES, MOST_STAGES = 30, 30
NAME = 80
IN_ORDER = {StageKind.OPEN.value: 0, StageKind.WON.value: 1, StageKind.LOST.value: 2}


def every_pipeline() -> QuerySet[Any]:
    """Those in use and those in the archive."""
    found: QuerySet[Any] = Pipeline.objects.all()
    return found


def stages_of(pipeline: Pipeline | None) -> QuerySet[Any]:
    """The stages in use of one pipeline, or of all, in order."""
    found: QuerySet[Any] = Stage.objects.in_use()
    return found.filter(pipeline=pipeline) if pipeline else found


@transaction.atomic
def add_pipeline(name: str, template: str, *, by: By) -> Pipeline:
    """A pipeline by a template, after those there are. Raises ValidationError, by field."""
    if template not in templates.TEMPLATES:
        raise ValidationError({"template": f"Choose one of: {', '.join(templates.TEMPLATES)}."})
    if Pipeline.objects.in_use().count() >= MOST_PIPELINES:
        raise ValidationError({"name": f"{MOST_PIPELINES} pipelines are the most an account can have."})
    made = templates.install(template, title=_free_name(name))
    record(Kind.PIPELINE_CHANGED, made, by=by, name=made.name, did="added", template=template)
    return made


@transaction.atomic
def rename_pipeline(pipeline: Pipeline, name: str, *, by: By) -> None:
    """Raises ValidationError for a name that is taken, empty or too long."""
    before, pipeline.name = pipeline.name, _free_name(name, but=pipeline)
    if before != pipeline.name:
        pipeline.save(update_fields=["name"])
        record(Kind.PIPELINE_CHANGED, pipeline, by=by, name=pipeline.name, did="renamed", before=before)


@transaction.atomic
def put_pipeline(pipeline: Pipeline, place: int, *, by: By) -> None:
    """Give it place number `place` (1 is the first, where new deals begin)."""
    rows = list(Pipeline.objects.in_use().select_for_update())
    if pipeline not in rows:
        return
    rows.remove(pipeline)
    rows.insert(max(place, 1) - 1, pipeline)
    for position, row in enumerate(rows):
        row.position = position
    Pipeline.objects.bulk_update(rows, ["position"])
    record(Kind.PIPELINE_CHANGED, pipeline, by=by, name=pipeline.name, did="moved", place=rows.index(pipeline) + 1)


@transaction.atomic
def archive_pipeline(pipeline: Pipeline, *, by: By) -> None:
    """Begin nothing in it any more. Raises ValidationError while it has open deals, or is the last one."""
    _refuse_the_last(pipeline)
    if count := Deal.objects.open().filter(pipeline=pipeline).count():
        deals = "1 deal is open" if count == 1 else f"{count} deals are open"
        raise ValidationError(f"{deals} in {pipeline.name}. Close them first.")
    if Pipeline.objects.filter(pk=pipeline.pk, archived_at=None).update(archived_at=clock.now()):
        record(Kind.PIPELINE_CHANGED, pipeline, by=by, name=pipeline.name, did="archived")


@transaction.atomic
def restore_pipeline(pipeline: Pipeline, *, by: By) -> None:
    """Take it out of the archive, after all others."""
    last = Pipeline.objects.in_use().count()
    if Pipeline.objects.filter(pk=pipeline.pk).exclude(archived_at=None).update(archived_at=None, position=last):
        record(Kind.PIPELINE_CHANGED, pipeline, by=by, name=pipeline.name, did="restored")


@transaction.atomic
def delete_pipeline(pipeline: Pipeline, *, by: By) -> None:
    """Delete one that no deal ever was in. Raises ValidationError for any other, and for the last one."""
    _refuse_the_last(pipeline)
    if Deal.objects.filter(pipeline=pipeline).exists():
        raise ValidationError(f"{pipeline.name} has a history. Put it into the archive instead.")
    record(Kind.PIPELINE_CHANGED, pipeline, by=by, name=pipeline.name, did="deleted")
    stages = Stage.objects.filter(pipeline=pipeline)
    Criterion.objects.filter(stage__in=list(stages)).delete()
    stages.update(before=None)
    stages.delete()
    pipeline.delete()


@transaction.atomic
def put_stage(stage: Stage, columns: Mapping[str, Any], *, by: By) -> Stage:
    """Add a stage, or change one: `columns` of Stage but for its place. A new one comes after the others of its kind.

    Raises ValidationError, by field, for what a stage can't be, and for a kind that its pipeline or its deals forbid.
    """
    held = _hold(stage.pipeline_id)
    rows = list(Stage.objects.in_use().filter(pipeline=held))
    adding = stage._state.adding
    if adding and len(rows) >= MOST_STAGES:
        raise ValidationError({"name": [f"{MOST_STAGES} stages are the most a pipeline can have."]})
    changed = [name for name, value in columns.items() if getattr(stage, name) != value]
    was = StageKind(stage.kind)
    for name in changed:
        setattr(stage, name, columns[name])
    _check(stage, rows, was)
    if adding:
        stage.position = len(rows)
        stage.save(force_insert=True)
        rows.append(stage)
    elif changed:
        stage.save(update_fields=changed)
        rows = [stage if row.pk == stage.pk else row for row in rows]
    if adding or "kind" in changed:
        _number(sorted(rows, key=lambda row: IN_ORDER[row.kind]))
    if adding or changed:
        record(Kind.STAGE_CHANGED, stage, by=by, name=stage.name, did="added" if adding else "changed", changed=changed)
    return stage


@transaction.atomic
def place_stage(stage: Stage, place: int, *, by: By) -> None:
    """Give it place number `place` in its pipeline (1 is the first).

    Raises ValidationError where an open stage would come after one that ends deals.
    """
    held = _hold(stage.pipeline_id)
    rows = list(Stage.objects.in_use().filter(pipeline=held))
    if stage not in rows:
        raise ValidationError("This stage was taken out of the pipeline.")
    rows.remove(stage)
    rows.insert(max(place, 1) - 1, stage)
    if rows != sorted(rows, key=lambda row: IN_ORDER[row.kind]):
        raise ValidationError("Open stages come first, then won, then lost.")
    _number(rows)
    record(Kind.STAGE_CHANGED, stage, by=by, name=stage.name, did="placed", place=rows.index(stage) + 1)


def _number(rows: Sequence[Stage]) -> None:
    for position, row in enumerate(rows):
        row.position = position
    Stage.objects.bulk_update(rows, ["position"])


def _hold(pipeline_id: Any) -> Pipeline:
    held: Pipeline = Pipeline.objects.select_for_update().get(pk=pipeline_id)
    return held


def _check(stage: Stage, rows: Sequence[Stage], was: StageKind) -> None:
    others = [row for row in rows if row.pk != stage.pk]
    wrong: dict[str, list[str]] = {}
    stage.name = " ".join(str(stage.name).replace("\x00", "").split())
    if not stage.name or len(stage.name) > NAME:
        wrong["name"] = [f"A stage’s name has 1 to {NAME} characters."]
    elif any(row.name.casefold() == stage.name.casefold() for row in others):
        wrong["name"] = ["There is a stage of this name already."]
    if not 0 <= stage.probability <= 100:
        wrong["probability"] = ["A percentage: 0 to 100."]
    if not stage._state.adding and stage.kind != was:
        wrong |= _kind_kept(stage, others, was)
    if stage.kind == StageKind.LOST and any(row.kind == StageKind.LOST for row in others):
        wrong["kind"] = ["There is a stage for what is lost already."]
    if stage.kind == StageKind.WON and any(row.kind == StageKind.WON for row in others):
        wrong["kind"] = ["There is a stage for what is won already."]
    if wrong:
        raise ValidationError(wrong)


def _kind_kept(stage: Stage, others: Sequence[Stage], was: StageKind) -> dict[str, list[str]]:
    if Deal.objects.filter(stage=stage).exists():
        return {"kind": ["Deals stand here. Add a stage of the other kind, and take this one out."]}
    return {} if was == StageKind.LOST or any(row.kind == was for row in others) else needed(was)


def needed(kind: str) -> dict[str, list[str]]:
    """Why the last stage of a kind stays."""
    return {"kind": [f"A pipeline needs a stage in which deals are {'won' if kind == StageKind.WON else 'open'}."]}


def _free_name(name: str, but: Pipeline | None = None) -> str:
    found = " ".join(name.replace("\x00", "").split())
    if not found or len(found) > NAME:
        raise ValidationError({"name": [f"A pipeline’s name has 1 to {NAME} characters."]})
    taken = Pipeline.objects.filter(name__iexact=found)
    if (taken.exclude(pk=but.pk) if but else taken).exists():
        raise ValidationError({"name": ["There is a pipeline of this name already."]})
    return found


def _refuse_the_last(pipeline: Pipeline) -> None:
    # All rows are held: two people may archive two pipelines at once.
    rows = list(Pipeline.objects.in_use().select_for_update())
    if not [row for row in rows if row.pk != pipeline.pk]:
        raise ValidationError("It is the last pipeline: new deals begin in it.")
