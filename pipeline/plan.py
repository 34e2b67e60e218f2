"""A pipeline as the gate reads it: its stages in order, each criterion with the input that would fill it."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS

from leads.catalogue import Field, catalogue
from leads.labels import fact_label
from leads.models import ActivityKind, StakeholderRole
from pipeline import gate
from pipeline.approval import Approver
from pipeline.files import ACCEPT
from pipeline.models import Criterion, Pipeline, Stage, StageKind, When
from pipeline.reasons import Ending, reasons
from tenancy.ids import public_id
from tenancy.inserting import columns
from tenancy.prepared import prepared
from tenancy.scope import current_account

_NAMES = columns(Stage)
_STAGES = f"""
    SELECT {", ".join(_NAMES)} FROM stage
     WHERE account_id = %s AND pipeline_id = ANY(%s) AND removed_at IS NULL ORDER BY position
"""  # noqa: S608  (our own words)
_CRITERIA = """
    SELECT criterion.id, stage_id, criterion."when", criterion.kind, label, params
      FROM criterion JOIN stage ON stage.account_id = criterion.account_id AND stage.id = stage_id
     WHERE criterion.account_id = %s AND stage.pipeline_id = ANY(%s) AND required
     ORDER BY criterion.position, criterion.id
"""
OUTCOMES = {"call": ["spoke", "voicemail", "no_answer"], "meeting": ["held"], "email": ["sent", "replied"]}


@dataclass(frozen=True)
class Plan:
    """The stages of one pipeline, as rows and as the gate's plain data, in the same order."""

    rows: tuple[Stage, ...]
    stages: tuple[gate.Stage, ...]

    @cached_property
    def by_id(self) -> dict[UUID, Stage]:
        return {row.pk: row for row in self.rows}

    def index(self, stage_id: UUID) -> int:
        return next(index for index, row in enumerate(self.rows) if row.pk == stage_id)

    @cached_property
    def criteria(self) -> dict[str, tuple[gate.Stage, gate.Criterion]]:
        """Every criterion by its id, with its stage."""
        return {
            criterion.id: (stage, criterion) for stage in self.stages for criterion in (*stage.entries, *stage.exits)
        }

    @cached_property
    def kinds(self) -> frozenset[str]:
        """The kinds of its criteria: nothing else needs to be known of a deal."""
        return frozenset(criterion.kind for _, criterion in self.criteria.values())

    def gate_after(self, index: int) -> list[tuple[gate.Stage, gate.Criterion]]:
        """The criteria between stage number `index` and the next; none after the last."""
        return gate.criteria_between(self.stages, index, min(index + 1, len(self.stages) - 1))


def plan_of(pipeline_id: UUID) -> Plan:
    """The plan of one pipeline of the account in scope."""
    return plans_of([pipeline_id])[pipeline_id]


def plans_of(pipeline_ids: Iterable[UUID]) -> dict[UUID, Plan]:
    """The plans of several pipelines, in three queries whatever their number."""
    ids = set(pipeline_ids)
    rows: dict[UUID, list[Stage]] = defaultdict(list)
    asked, cursor = [current_account().pk, list(ids)], prepared()
    cursor.execute(_STAGES, asked)
    for values in cursor.fetchall():
        stage: Stage = Stage.from_db(DEFAULT_DB_ALIAS, _NAMES, values)
        rows[stage.pipeline_id].append(stage)
    fields = catalogue()
    criteria: dict[tuple[UUID, str], list[gate.Criterion]] = defaultdict(list)
    cursor.execute(_CRITERIA, asked)
    for key, stage_id, when, kind, label, said in cursor.fetchall():
        params = json.loads(said)
        made = gate.Criterion(public_id(Criterion.PREFIX, key), kind, label, params, input_for(kind, params, fields))
        criteria[stage_id, when].append(made)
    return {pipeline_id: _plan(rows[pipeline_id], criteria) for pipeline_id in ids}


def _plan(rows: list[Stage], criteria: Mapping[tuple[UUID, str], list[gate.Criterion]]) -> Plan:
    stages = tuple(
        gate.Stage(
            kind=row.kind,
            reasons=tuple(reasons(Ending.LOST)) if row.kind == StageKind.LOST else (),
            id=row.public_id,
            name=row.name,
            exits=tuple(criteria.get((row.pk, When.EXIT), ())),
            entries=tuple(criteria.get((row.pk, When.ENTRY), ())),
            skip=row.skip,
            back=row.back,
            wip=row.wip,
        )
        for row in rows
    )
    return Plan(tuple(rows), stages)


def default_pipeline() -> Pipeline | None:
    """The account's first pipeline, where new deals begin."""
    first: Pipeline | None = Pipeline.objects.in_use().first()
    return first


def input_for(kind: str, params: Mapping[str, Any], fields: Mapping[str, Field]) -> dict[str, Any] | None:
    """What would fill a criterion of `kind`; None where nothing can be typed (a score)."""
    made: dict[str, dict[str, Any]] = {
        "activity": {"type": "activity", "kind": params.get("kind"), "outcomes": _outcomes(params)},
        "meeting": {"type": "datetime", "label": "When", "kind": params.get("kind") or "other"},
        "stakeholder": {
            "type": "stakeholder",
            "roles": [[role, str(StakeholderRole(role).label)] for role in params.get("roles", ())],
            "reviewed": bool(params.get("reviewed")),
        },
        "document": {"type": "file", "kind": params.get("kind") or "other", "accept": ACCEPT},
        "approval": {"type": "approval", "label": "I approve", "role": params.get("role") or Approver.MANAGER},
        "checklist": {
            "type": "confirmation",
            "label": params.get("question") or "Confirmed",
            "date": bool(params.get("date")),
        },
        "objections": {"type": "objections"},
    }
    if kind == "field":
        made_of = fact_input(str(params["field"]), fields)
        return made_of | ({"label": params["question"]} if params.get("question") else {})
    if kind == "condition":
        return {"type": "facts", "fields": [fact_input(name, fields) for name in _named(params["condition"], fields)]}
    return made.get(kind)


def fact_input(name: str, fields: Mapping[str, Field]) -> dict[str, Any]:
    """The input of one fact of the catalogue."""
    made: dict[str, Any] = {"type": "text", "name": name, "label": fact_label(name)}
    if name in fields:
        made["type"] = str(fields[name].type)
        if fields[name].choices:
            made["choices"] = [list(choice) for choice in fields[name].choices]
    return made


def _outcomes(params: Mapping[str, Any]) -> list[str]:
    if params.get("outcome"):
        return [params["outcome"]]
    return OUTCOMES.get(str(params.get("kind")), []) if params.get("kind") in ActivityKind.values else []


def _named(tree: Any, fields: Mapping[str, Field]) -> list[str]:
    """The facts a condition asks about, each once."""
    if isinstance(tree, Mapping):
        if isinstance(tree.get("field"), str):
            return [tree["field"]] if tree["field"] in fields else []
        tree = [item for items in tree.values() if isinstance(items, list) for item in items]
    found = [name for item in tree or () for name in _named(item, fields)] if isinstance(tree, list) else []
    return list(dict.fromkeys(found))
