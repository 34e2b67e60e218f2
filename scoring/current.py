"""The model in force, compiled once per version and its sources' close rates, and kept in the process."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from leads.models import Source
from scoring.model import Criterion, Model, Rule
from scoring.models import ScoringRule, ScoringVersion, SourceRate, VersionState
from scoring.source_quality import CloseRate, with_close_rates
from tenancy.ids import public_id
from tenancy.scope import current_account

Rates = tuple[CloseRate, ...]
_compiled: dict[tuple[UUID, UUID, Rates], Model] = {}
KEPT = 500


def current_model() -> Model | None:
    """The published model of the account in scope, sources by their close rates; None if it has none."""
    published = _published()
    return compiled(published, close_rates()) if published else None


def starting_model() -> Model | None:
    """The same with the points that sources start with."""
    published = _published()
    return compiled(published) if published else None


def _published() -> UUID | None:
    found: UUID | None = (
        ScoringVersion.objects.filter(state=VersionState.PUBLISHED).values_list("pk", flat=True).first()
    )
    return found


def close_rates() -> Rates:
    """How often leads of each source were won, as last counted; one statement."""
    rows = SourceRate.objects.order_by("source_id").values_list(
        "source_id", "source__name", "source__kind", "won", "lost"
    )
    return tuple(CloseRate(public_id(Source.PREFIX, source_id), *told) for source_id, *told in rows)


def compiled(version_id: UUID, rates: Rates = ()) -> Model:
    """The model of a published version, which never changes, of the account in scope; with close rates or without."""
    key = (current_account().pk, version_id, rates)
    if key not in _compiled:
        if len(_compiled) >= KEPT:
            _compiled.clear()
        version = ScoringVersion.objects.prefetch_related("rules").get(pk=version_id)
        _compiled[key] = compile_version(version, rates)
    return _compiled[key]


def compile_version(version: ScoringVersion, rates: Sequence[CloseRate] = ()) -> Model:
    """A version's rows as one Model, sources by their close rates."""
    rules = sorted(version.rules.all(), key=lambda rule: (rule.position, rule.pk))
    starting = Model(
        number=version.number,
        caps=version.caps,
        tiers=version.tiers,
        rules=tuple(_rule(rule) for rule in rules),
        criteria=tuple(Criterion(one["key"], one["label"], one.get("condition")) for one in version.criteria),
        threshold=version.threshold,
        profile=version.profile,
        version_id=version.pk,
    )
    return with_close_rates(starting, rates)


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
