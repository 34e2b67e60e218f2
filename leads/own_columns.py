"""The account's own fields as columns of the list of leads: those that the reader has chosen."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from leads.labels import fact_words
from leads.models import CustomField, Lead

MOST = 6  # more are not read beside each other


@dataclass(frozen=True)
class OwnColumns:
    """`fields` are on offer, `chosen` stand in the table."""

    fields: tuple[CustomField, ...]
    chosen: tuple[CustomField, ...]

    @classmethod
    def of(cls, names: Iterable[str]) -> OwnColumns:
        """`names` such as `custom.sites`; unknown ones are passed over. One query."""
        fields, wanted = tuple(CustomField.objects.live()), set(names)
        return cls(fields, tuple(field for field in fields if field.name in wanted)[:MOST])

    @property
    def names(self) -> list[str]:
        return [field.name for field in self.chosen]

    def options(self) -> list[tuple[str, str, bool]]:
        """(name, label, chosen) of each, for the menu."""
        return [(field.name, field.label, field in self.chosen) for field in self.fields]

    def cells(self, lead: Lead) -> list[str]:
        """What stands in the row of a lead."""
        return [_words(lead.custom.get(field.key)) for field in self.chosen]


def _words(value: Any) -> str:
    return "" if value is None else fact_words(value)
