"""What is known of a lead, as plain values by the catalogue's names: what conditions, scoring and gates look at."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from leads.catalogue import FIELDS

if TYPE_CHECKING:
    from leads.models.lead import Lead


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


def _known(value: Any) -> Any:
    return None if value == "" or value == [] else value
