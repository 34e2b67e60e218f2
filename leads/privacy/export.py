"""Hand over what is held about a person: one JSON document, and an archive with the documents beside it."""

from __future__ import annotations

import json
import tempfile
import zipfile
from collections.abc import Callable, Iterable
from typing import IO, Any

from events.kinds import Kind
from events.models import json_safe
from events.record import By, Happening, record_all
from leads.consents import consents
from leads.enrichment.asking import digest
from leads.models import Contact, ImportReject, Lead, ProviderAnswer
from leads.privacy.columns import BY_THE_DATABASE
from leads.privacy.holdings import Holdings, holdings, tenant_models
from leads.privacy.needles import Needles
from leads.privacy.traces import OURS, mentions
from tenancy import clock

Along = Callable[[Holdings], Iterable[tuple[str, bytes]]]
_along: list[Along] = []


def brings_along(bring: Along) -> Along:
    """Let an app downstream add files, as (name, bytes)."""
    _along.append(bring)
    return bring


def export_of(contact: Contact, *, by: By) -> dict[str, Any]:
    """Everything held about this person as plain JSON. Records CONTACT_EXPORTED on each lead.

    `person` and `leads` tell the facts by name, `consents` what was agreed to and taken back, `tables` every row,
    and `elsewhere` rows of others in which the person's address or number stands. Times are UTC.
    """
    found = holdings(contact)
    leads = list(Lead.objects.with_people().filter(pk__in=found.get(Lead, set())).order_by("captured_at", "id"))
    record_all([Happening(Kind.CONTACT_EXPORTED, contact.pk, lead.pk, by) for lead in leads])
    return {
        "contact": contact.public_id,
        "exported_at": clock.now().isoformat(),
        "person": _plain(Contact.objects.filter(pk=contact.pk).values()[0]),
        "company": str(contact.company) if contact.company else None,
        "leads": [{"id": lead.public_id, "facts": _facts(lead)} for lead in leads],
        "consents": [one.on_wire() for one in consents(contact, [lead.pk for lead in leads])],
        "tables": _tables(found),
        "elsewhere": _elsewhere(found),
    }


def archive_of(contact: Contact, *, by: By) -> IO[bytes]:
    """The same as a ZIP archive, with the person's documents; positioned at its start."""
    archive: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115  (the response closes it)
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as zipped:
        told = json.dumps(export_of(contact, by=by), indent=2, ensure_ascii=False)
        zipped.writestr("person.json", told)
        found = holdings(contact)
        for bring in _along:
            for name, content in bring(found):
                zipped.writestr(f"files/{name.replace('/', '_')}", content)
    archive.seek(0)
    return archive


def _facts(lead: Lead) -> dict[str, Any]:
    return {name: json_safe(value) for name, value in lead.facts.items() if value not in (None, "", [])}


def _tables(found: Holdings) -> dict[str, list[dict[str, Any]]]:
    named = sorted(found.items(), key=lambda pair: pair[0]._meta.db_table)
    rows = {model: model.objects.filter(pk__in=ids).order_by("pk").values() for model, ids in named}
    return {model._meta.db_table: [_plain(row) for row in held] for model, held in rows.items()}


def _elsewhere(found: Holdings) -> dict[str, list[dict[str, Any]]]:
    """What the search for traces would find."""
    needles = Needles.of(found)
    rejects = ImportReject.objects.only("cells", "row", "account").iterator(500)
    told: dict[str, list[dict[str, Any]]] = {
        "import_reject": [{"row": one.row, "cells": one.cells} for one in rejects if needles.in_cells(one.cells)]
    }
    addresses = Contact.objects.filter(pk__in=found[Contact]).values_list("email_norm", flat=True)
    answers = ProviderAnswer.objects.filter(asked__in=[digest(address) for address in addresses])
    told["provider_answer"] = [_plain(row) for row in answers.values()]
    for model in tenant_models():
        if (table := model._meta.db_table) not in OURS | BY_THE_DATABASE | set(told):
            words = needles.words + (needles.ids if table == "idempotent_answer" else ())
            rows = mentions(model, words)
            told[table] = [_plain(row) for pk, row in rows if pk not in found.get(model, set())]
    return {table: rows for table, rows in told.items() if rows}


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    return {name: _value(value) for name, value in row.items() if name != "account_id"}


def _value(value: Any) -> Any:
    return bytes(value).decode("utf-8", "replace") if isinstance(value, bytes | memoryview) else json_safe(value)
