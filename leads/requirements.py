"""Which sources must bring one of the account's own fields."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from leads.models import CustomField, Source


def own_fields() -> Any:
    """All fields of the account in scope, archived ones too, as a queryset."""
    return CustomField.objects.all()


def require_in(field: CustomField, sources: Iterable[Source]) -> None:
    """Let exactly these sources require `field`; what else they require stays."""
    wanted = {source.pk for source in sources}
    # Locked: two who change what a source requires must not forget each other's.
    for source in Source.objects.order_by("id").select_for_update():
        required = [name for name in source.required if name != field.name]
        required += [field.name] if source.pk in wanted else []
        if sorted(required) != sorted(source.required):
            source.required = required
            source.save(update_fields=["required"])
