"""What hangs on a lead follows it into a merge, whatever app it belongs to, unless the app says otherwise."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from django.db.models import Model, Q, UniqueConstraint

from leads.merging.journal import Journal
from leads.models import Lead, Merge

Way = Callable[[Journal], None]
Return = Callable[[Merge], None]
_WAYS: dict[type[Model], Way] = {}
_RETURNS: list[Return] = []


def follows(model: type[Model]) -> Callable[[Way], Way]:
    """Register how the rows of `model` take part in a merge; those of others simply follow the lead."""

    def register(way: Way) -> Way:
        _WAYS[model] = way
        return way

    return register


def stays(*models: type[Model]) -> None:
    """The rows of these are about the lead as it was: they stay with the one that is merged away."""
    _WAYS.update(dict.fromkeys(models, _stay))


def _stay(_: Journal) -> None:
    pass


def on_return(work: Return) -> Return:
    """Register what an app does, in the same transaction, after a merge was undone."""
    _RETURNS.append(work)
    return work


def follow(journal: Journal) -> None:
    """Let everything that hangs on the other lead follow, app by app from upstream down."""
    for model in hanging():
        way = _WAYS.get(model)
        if way:
            way(journal)
        else:
            journal.move(_free(model, journal))


def come_back(merge: Merge) -> None:
    for work in _RETURNS:
        work(merge)


def hanging() -> Iterator[type[Model]]:
    """The tables that point at a lead, in the order of the apps."""
    for relation in Lead._meta.related_objects:
        model: Any = relation.related_model
        if relation.field.name == "lead":
            yield model


def _free(model: Any, journal: Journal) -> Any:
    """The other lead's rows but those that the kept lead has already, by the table's own unique constraints."""
    rows = model.objects.filter(lead=journal.other)
    for constraint in model._meta.constraints:
        if not isinstance(constraint, UniqueConstraint) or "lead" not in constraint.fields:
            continue
        columns = [name for name in constraint.fields if name not in ("account", "lead")]
        condition = constraint.condition or Q()
        for taken in model.objects.filter(condition, lead=journal.lead).values(*columns):
            rows = rows.exclude(condition, **taken)
    return rows


stays(Merge)  # an older merge into the same lead is no business of a newer one
