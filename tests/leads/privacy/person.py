"""Zenobia, who left something in every table that a person can be in."""

from __future__ import annotations

import json
from typing import Any

import psycopg
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import models
from psycopg import sql

from events import drain
from events.models import Notification
from leads.capture import capture
from leads.models import Erasure, Lead, Source
from leads.privacy.columns import KEPT, personal
from leads.privacy.holdings import holdings, tenant_models
from pipeline.files import attach_file
from pipeline.models import Task
from tenancy.scope import scope
from tests.isolation.world import a_row_of
from workspace.opening import Opened

NAME, EMAIL, PHONE = "Zenobia Quuxley", "zenobia@kestrel.example", "+442071838750"
MARK = "canaryword"
CONSENT = {"basis": "consent", "text": f"You may write to me, {MARK}.", "version": "2"}


def zenobia(opened: Opened) -> Lead:
    """Her lead: she has asked, agreed, been called, and more."""
    with scope(opened.account):
        facts = {"name": NAME, "email": EMAIL, "phone": PHONE, "message": MARK, "consent": CONSENT}
        capture(facts, source=Source.objects.first(), channel="api", by=opened.member.by, ip="203.0.113.9")
    drain.drain()
    with scope(opened.account):
        lead: Lead = Lead.objects.with_people().get(contact__email_norm=EMAIL)
        lead.log_activity(kind="note", body=f"{MARK}: Zenobia called", by=opened.member.by)
        lead.add_stakeholder(name=NAME, email=EMAIL, role="technical", by=opened.member.by)
        Task.objects.create(lead=lead, title="Call Zenobia")
        Notification.objects.create(member_id=opened.member.pk, lead_id=lead.pk, text="Zenobia asked again")
        attach_file(lead, SimpleUploadedFile("zenobia.txt", MARK.encode()), kind="other", by=opened.member.by)
        lead.change({"product": MARK}, by=opened.member.by)
    drain.drain()
    return lead


def plant_everywhere(opened: Opened, superuser: str) -> set[str]:
    """A row for her in every table, and her mark in each of its columns that holds text. Returns the tables."""
    with scope(opened.account):
        lead = Lead.objects.get(contact__email_norm=EMAIL)
        for model in tenant_models():
            if model is not Erasure:  # she is not erased yet
                _tie(a_row_of(model), lead)
        found = holdings(lead.contact)
    with psycopg.connect(superuser) as raw:
        for model, ids in found.items():
            for field in model._meta.concrete_fields:
                if field.attname in personal(model) and field.name not in KEPT.get(model._meta.db_table, ()):
                    _plant(raw, model, field, sorted(ids))
    return {model._meta.db_table for model in found if personal(model)}


def _tie(row: Any, lead: Lead) -> None:
    """Columns that may stay empty point at her, too."""
    mine = {"lead_id": lead.pk, "contact_id": lead.contact_id, "first_id": lead.pk}
    empty = {name: pk for name, pk in mine.items() if hasattr(row, name) and getattr(row, name) is None}
    if empty:
        models.QuerySet.update(type(row)._base_manager.filter(pk=row.pk), **empty)


def _plant(raw: Any, model: Any, field: Any, ids: list[Any]) -> None:
    kind = field.get_internal_type()
    if kind == "GenericIPAddressField":
        return
    text = f"{MARK} {EMAIL}"[: getattr(field, "max_length", None) or 100]
    value: Any = {"JSONField": json.dumps({MARK: [EMAIL, text]}), "BinaryField": text.encode()}.get(kind, text)
    set_it = sql.SQL("UPDATE {} SET {} = %s WHERE id = ANY(%s)").format(
        sql.Identifier(model._meta.db_table), sql.Identifier(field.column)
    )
    for pk in ids if field.unique or field.name in _unique(model) else [ids]:
        one = pk if isinstance(pk, list) else [pk]
        raw.execute(set_it, [value, one])


def _unique(model: Any) -> set[str]:
    return {name for one in model._meta.constraints for name in getattr(one, "fields", ())}


def traces(opened: Opened, superuser: str) -> set[tuple[str, str]]:
    """(table, word) wherever any of her words stands in any row of the account, seen by who sees everything."""
    words = [MARK, "zenobia", "quuxley", "2071838750", "203.0.113.9"]
    words += [word.encode().hex() for word in words]
    with psycopg.connect(superuser) as raw:
        return {
            (table, word)
            for table in [model._meta.db_table for model in tenant_models()]
            for text in [_whole(raw, table, opened)]
            for word in words
            if word in text
        }


def _whole(raw: Any, table: str, opened: Opened) -> str:
    rows = sql.SQL("SELECT t::text FROM {} t WHERE account_id = %s").format(sql.Identifier(table))
    return str(raw.execute(rows, [opened.account.pk]).fetchall()).lower()
