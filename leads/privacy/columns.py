"""Which columns may tell of a person. All that hold text do, unless they are named here: a new one is blanked, too."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Value
from django.db.models.functions import Cast, Concat

from tenancy.models import TenantModel

TEXTS = (models.CharField, models.TextField, models.JSONField, models.GenericIPAddressField, models.BinaryField)
ACTOR = frozenset({"actor_kind", "actor_name"})
# Our own words in columns of linked rows, which reports count by and which say nothing about anybody.
KEPT: dict[str, frozenset[str]] = {
    "activity": frozenset({"outcome"}),
    "answer": frozenset({"criterion"}),
    "comment": frozenset({"author"}),
    "confirmation": ACTOR,
    "deal": frozenset({"currency", "tier", "next_step_kind", "rank"}),
    "decision": frozenset({"reason"}),
    "event": frozenset({"kind", "actor_name"}),  # but for the name of a prospect: see redact_person()
    "erasure": ACTOR | {"needles"},  # the search needs them, and forgets them itself
    "lead": frozenset({"currency", "tier", "stage_name", "outcome"}),
    "meeting": frozenset({"kind", "outcome"}),
    "merge": ACTOR,
    "message": frozenset({"dedupe_key", "message_id"}),
    "move": ACTOR | {"outcome"},
    "receipt": frozenset({"tier"}),
    "signal": frozenset({"kind"}),
    "submission": frozenset({"channel"}),
    "suspicion": frozenset({"answer"}),
    "task": frozenset({"kind"}),
    "timer": frozenset({"clock"}),
}
# People may have typed these, and reports filter by them: they stay where others have the same.
SHARED: dict[str, frozenset[str]] = {
    "lead": frozenset({"product", "territory", "disqualified_reason"}),
    "deal": frozenset({"lost_reason", "competitor"}),
}
# Rows that count nowhere and mean nothing without what they said.
GONE = frozenset({"notification", "suspicion", "visitor", "file"})
# Nobody else may change what happened and what arrived: redact_person() does.
BY_THE_DATABASE = frozenset({"event", "submission"})


def personal(model: type[TenantModel]) -> dict[str, Any]:
    """The columns of a table that may tell of a person, each with the value that tells nothing."""
    table = model._meta.db_table
    own_words = KEPT.get(table, frozenset()) | SHARED.get(table, frozenset())
    unique = _unique(model)
    return {
        field.attname: _nobody() if field.name in unique else _nothing(field)
        for field in model._meta.concrete_fields
        if isinstance(field, TEXTS) and not field.choices and field.name not in own_words
    }


def searchable(model: type[TenantModel]) -> list[Any]:
    """The columns in which words can be looked for."""
    texts = (models.CharField, models.TextField, models.JSONField)
    return [field for field in model._meta.concrete_fields if isinstance(field, texts) and not field.choices]


def _nobody() -> Concat:
    """A value that no other row has."""
    return Concat(Value("erased-"), Cast("pk", models.TextField()))


def _unique(model: type[TenantModel]) -> set[str]:
    """Columns that cannot all be empty."""
    found = [one for one in model._meta.constraints if isinstance(one, models.UniqueConstraint) and not one.condition]
    return {name for one in found for name in one.fields}


def _nothing(field: Any) -> Any:
    if field.has_default():
        return field.get_default()
    if field.null:
        return None
    empty: dict[Any, Any] = {models.JSONField: {}, models.BinaryField: b""}
    return next((value for kind, value in empty.items() if isinstance(field, kind)), "")
