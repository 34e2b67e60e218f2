"""The pipelines an account can start with; `templates.json` has their stages, criteria, limits and probabilities."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from pipeline.models import Criterion, Pipeline, Stage, StageKind, When

TEMPLATES: dict[str, dict[str, Any]] = json.loads(Path(__file__).with_suffix(".json").read_text("utf-8"))


def install(name: str, *, title: str = "") -> Pipeline:
    """Add a pipeline with the stages and criteria of template `name` to the account in scope, after those it has.

    Raises KeyError for a template that isn't in TEMPLATES.
    """
    template = TEMPLATES[name]
    pipeline: Pipeline = Pipeline.objects.create(name=title or template["name"], position=Pipeline.objects.count())
    stages: list[Stage] = Stage.objects.bulk_create(
        [
            Stage(
                pipeline=pipeline,
                position=position,
                name=stage["name"],
                kind=stage.get("kind", StageKind.OPEN),
                limit_working_days=stage.get("limit"),
                probability=stage["probability"],
                is_opportunity=stage.get("opportunity", False),
            )
            for position, stage in enumerate(template["stages"])
        ]
    )
    pairs = zip(stages, template["stages"], strict=True)
    Criterion.objects.bulk_create([row for stage, made in pairs for row in _criteria(stage, made)])
    return pipeline


def _criteria(stage: Stage, made: dict[str, Any]) -> list[Criterion]:
    return [
        Criterion(
            stage=stage,
            when=when,
            position=position,
            kind=criterion["kind"],
            label=criterion["label"],
            params=criterion.get("params", {}),
        )
        for when in When.values
        for position, criterion in enumerate(made.get(when, ()))
    ]
