"""What the reader of a page sees of the account: all of it, or not what some of its members own.

Jobs, keys and captures are nobody's eyes: they see everything. Whoever shows or changes what a reader asked for takes
it through `in_sight()` or `by_public_id()`; what is not in sight is not there.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache
from typing import Any
from uuid import UUID

from django.db.models import Q


@dataclass(frozen=True)
class Sight:
    """`hidden`: the members whose rows are not there for the reader, but for those (`let_in`) that he was let in to."""

    hidden: frozenset[UUID] = frozenset()
    let_in: frozenset[UUID] = frozenset()

    def __bool__(self) -> bool:
        """Whether anything is hidden at all."""
        return bool(self.hidden)

    def sees(self, owner_id: UUID | None, key: UUID) -> bool:
        """Whether the row `key` of this owner is in sight. What nobody owns is."""
        return owner_id not in self.hidden or key in self.let_in

    def q(self, owner: str = "owner", key: str = "pk") -> Q:
        """The same as a condition, by the paths to the owner and to the row that is owned; empty: everything."""
        if not self.hidden:
            return Q()
        seen = ~Q(**{f"{owner}__in": self.hidden})
        return seen | Q(**{f"{key}__in": self.let_in}) if self.let_in else seen


EVERYTHING = Sight()
_sight: ContextVar[Sight] = ContextVar("sight", default=EVERYTHING)


def current_sight() -> Sight:
    return _sight.get()


@contextmanager
def seeing(sight: Sight) -> Iterator[Sight]:
    """Work with a reader's eyes; those of before are restored on leaving."""
    token = _sight.set(sight)
    try:
        yield sight
    finally:
        _sight.reset(token)


@cache
def owned_by(model: Any) -> tuple[tuple[str, str], ...]:
    """Where a model's rows hang: the paths to the owner of each row that they belong to, and to that row.

    A model with an OWNER is owned itself. Any other belongs to the owned rows it points at, or else to what those that
    it points at belong to; none: it is everybody's.
    """
    if model.OWNER:
        return ((model.OWNER, "pk"),)
    targets = {
        field.name: field.related_model
        for field in model._meta.concrete_fields
        if field.is_relation and hasattr(field.related_model, "OWNER") and field.related_model is not model
    }
    direct = {name: target for name, target in targets.items() if target.OWNER}
    return tuple(
        (f"{name}__{owner}", name if key == "pk" else f"{name}__{key}")
        for name, target in (direct or targets).items()
        for owner, key in owned_by(target)
    )


def in_sight_q(model: Any, sight: Sight) -> Q:
    """The condition that a row of `model` is in sight: all that it belongs to is."""
    found = Q()
    if sight:
        for owner, key in owned_by(model):
            found &= sight.q(owner, key)
    return found
