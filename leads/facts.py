"""What is known of a lead, as plain values by the catalogue's names: what conditions, scoring and gates look at."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any
from uuid import UUID

from leads.catalogue import FIELDS, Field, find

if TYPE_CHECKING:
    from leads.models.lead import Lead, LeadQuerySet


def facts_of(lead: Lead) -> dict[str, Any]:
    """Facts by name; unknown ones are None (texts and lists too), `custom` and `campaign` also as `custom.key`.

    Money is in major units (`value`), times are aware. Reads contact, company and source: select them along.
    """
    return (
        {name: _known(field.of(lead)) for name, field in FIELDS.items()}
        | {"custom": lead.custom or None, "campaign": lead.campaign or None}
        | {f"custom.{key}": value for key, value in lead.custom.items()}
        | {f"campaign.{key}": value for key, value in lead.campaign.items()}
    )


def facts_asked(lead: Lead, names: Iterable[str]) -> dict[str, Any]:
    """Those facts alone of a lead at hand: the same values as `facts_of`."""
    fields = ((name, find(name)) for name in names)
    return {name: _known(field.of(lead)) for name, field in fields if field}


def facts_named(leads: LeadQuerySet, names: Iterable[str]) -> dict[UUID, dict[str, Any]]:
    """Those facts alone of many leads, by lead: the same values as `facts_of`, but no more columns are read than they
    need, and no objects made. One statement."""
    fields = [field for name in sorted(set(names)) if (field := find(name))]
    paths = {path: at for at, path in enumerate(dict.fromkeys(path for field in fields for path in field.reads))}
    readings = [(field, [paths[path] for path in field.reads]) for field in fields]
    return {
        lead_id: {field.name: _read(field, [row[at] for at in places]) for field, places in readings}
        for lead_id, *row in leads.values_list("pk", *paths)
    }


def _read(field: Field, values: Sequence[Any]) -> Any:
    value = field.told(*values)
    return value if field.json else _known(value)


def _known(value: Any) -> Any:
    return None if value == "" or value == [] else value
