"""Acme, full of canaries, and Globex, where Eve is the admin; a row of Acme in every table."""

from __future__ import annotations

import uuid
from datetime import date
from types import SimpleNamespace
from typing import Any

import psycopg
from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import models
from django.test import Client

from events import drain
from leads.capture import capture
from leads.models import Company, Contact, Lead, Source
from pipeline.comments import add_comment
from pipeline.files import attach_file
from routing.versions import begin_draft as begin_routing_draft
from scoring.versions import begin_draft
from tenancy import clock
from tenancy.models import TenantForeignKey, TenantModel
from tenancy.scope import scope
from tenancy.sight import owned_by
from tests.factories import a_key
from workspace.opening import open_account

CANARY = "canary-of-acme"
OF_A_LEAD = f"{CANARY}-lead"  # what lead and deal, and all that hangs on them, is made of
TENANT_MODELS = [model for model in apps.get_models() if issubclass(model, TenantModel)]


def build() -> SimpleNamespace:
    """Two accounts opened as people open them; Acme with a lead that went all the way."""
    acme = open_account(name="Acme", email="ada@acme.example", template="it_services")
    globex = open_account(name="Globex", email="eve@globex.example", template="it_services")
    with scope(acme.account):
        source = Source.objects.first()
        facts = dict.fromkeys(("name", "company", "message"), OF_A_LEAD) | {"email": f"{OF_A_LEAD}@prospect.example"}
        capture(facts, source=source, channel="api", by=acme.member.by)
    drain.drain()
    with scope(acme.account):
        attach_file(Lead.objects.get(), SimpleUploadedFile("a.txt", b"text"), kind="other", by=acme.member.by)
        add_comment(Lead.objects.get(), OF_A_LEAD, by=acme.member.by)
        begin_draft()  # its rules are the ones that pages can change
        begin_routing_draft()
        rows = {model.PREFIX: a_row_of(model) for model in TENANT_MODELS}
    with scope(globex.account):
        eves_key = a_key()
    return SimpleNamespace(acme=acme, globex=globex, rows=rows, eves_key=eves_key)


def a_row_of(model: type[TenantModel]) -> TenantModel:
    """The newest row of `model` in scope; made from nothing but canaries where there is none."""
    row: TenantModel | None = model.objects.order_by("pk").last()
    if row is not None:
        return row
    values = {
        field.name: value_of(field, OF_A_LEAD if is_of_a_lead(model) else CANARY)
        for field in model._meta.concrete_fields
        if field.name not in {"id", "account"} and not field.has_default() and not (field.null or field.blank)
    }
    made: TenantModel = model.objects.create(**values)
    return made


def is_of_a_lead(model: type[TenantModel]) -> bool:
    """Whether a wall between teams hides rows of `model`."""
    return bool(owned_by(model)) or model in (Contact, Company)


def value_of(field: models.Field[Any, Any], canary: str = CANARY) -> Any:
    if isinstance(field, TenantForeignKey):
        target: Any = field.related_model
        return a_row_of(target)
    if field.choices:
        return field.choices[0][0]
    by_type: dict[type[Any], Any] = {
        models.CharField: canary[: field.max_length or 20],
        models.TextField: canary,
        models.BinaryField: b"canary",
        models.JSONField: {},
        models.DateTimeField: clock.now(),
        models.DateField: date(2026, 3, 2),
        models.UUIDField: uuid.uuid4(),
        models.IntegerField: 1,
        models.BooleanField: True,
    }
    value = next((value for kind, value in by_type.items() if isinstance(field, kind)), None)
    assert value is not None, f"What would stand in {field}?"
    return value


def logged_in(user: Any) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(user)
    return client


def everything_of(account: Any, superuser_url: str) -> dict[str, str]:
    """A fingerprint of all rows of an account, table by table, as seen by who sees everything."""
    with psycopg.connect(superuser_url) as raw:
        return {
            table: str(
                raw.execute(
                    f"SELECT md5(coalesce(string_agg(t::text, '|' ORDER BY id), '')) FROM {table} t"
                    " WHERE account_id = %s",
                    [account.pk],
                ).fetchone()
            )
            for table in sorted(model._meta.db_table for model in TENANT_MODELS)
        }
