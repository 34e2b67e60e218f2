"""The same lead again in a newer file: what differs is written, nothing is added."""

from __future__ import annotations

from uuid import UUID

from django.core.exceptions import ValidationError

from events.record import By
from leads.imports.payload import Told
from leads.models import Lead
from leads.reading import read
from leads.vocabulary import FACTS, UNCHANGEABLE, Reader


def renew(lead_id: UUID, told: Told, reader: Reader, by: By) -> bool:
    """Write what the row says and the lead does not have so; whether anything differed. Malformed values stay out."""
    lead: Lead = Lead.objects.with_people().select_related("contact__company").get(pk=lead_id)
    malformed = {problem["pointer"].rpartition("/")[2] for problem in read(told.facts, reader).problems}
    said = {name: value for name, value in told.facts.items() if name in FACTS and name not in UNCHANGEABLE}
    own = {f"custom.{name}": value for name, value in told.facts.get("custom", {}).items() if name in reader.custom}
    facts = {name: value for name, value in (said | own).items() if name.removeprefix("custom.") not in malformed}
    try:
        return bool(lead.change(facts, by=by))
    except ValidationError:  # such as an address that belongs to somebody else by now
        return False
