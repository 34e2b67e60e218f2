"""The model in force, compiled once per version and kept in the process: a published version never changes."""

from __future__ import annotations

from uuid import UUID

from scoring.model import Criterion, Model, Rule
from scoring.models import ScoringRule, ScoringVersion, VersionState
from tenancy.scope import current_account

_compiled: dict[tuple[UUID, UUID], Model] = {}
KEPT = 500


def current_model() -> Model | None:
    """The published model of the account in scope; None if it has none."""
    published = ScoringVersion.objects.filter(state=VersionState.PUBLISHED).values_list("pk", flat=True).first()
    return published and compiled(published)


def compiled(version_id: UUID) -> Model:
    """The model of a published version of the account in scope."""
    key = (current_account().pk, version_id)
    if key not in _compiled:
        if len(_compiled) >= KEPT:
            _compiled.clear()
        _compiled[key] = compile_version(ScoringVersion.objects.prefetch_related("rules").get(pk=version_id))
    return _compiled[key]


def compile_version(version: ScoringVersion) -> Model:
    """A version's rows as one Model."""
    rules = sorted(version.rules.all(), key=lambda rule: (rule.position, rule.pk))
    return Model(
        number=version.number,
        caps=version.caps,
        tiers=version.tiers,
        rules=tuple(_rule(rule) for rule in rules),
        criteria=tuple(Criterion(one["key"], one["label"], one.get("condition")) for one in version.criteria),
        threshold=version.threshold,
        profile=version.profile,
        version_id=version.pk,
    )


def _rule(row: ScoringRule) -> Rule:
    return Rule(
        id=row.public_id,
        group=row.group,
        label=row.label,
        points=row.points,
        condition=row.condition,
        signal=row.signal,
        cap=row.cap,
        half_life_hours=row.half_life_hours,
        exclusive=row.exclusive,
    )
