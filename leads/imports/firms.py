"""Rows that know a firm and nobody in it: lists of companies, as every system exports them beside its people."""

from __future__ import annotations

from typing import Any

from leads.imports.payload import Told
from leads.models import Company
from leads.reading import read
from leads.repeat import write
from leads.vocabulary import Reader
from tenancy import clock


def take_firm(told: Told, reader: Reader) -> tuple[Company, bool]:
    """Bring the firm that a row is about up to date, or make it; returns it, and whether it is new."""
    columns = read(told.facts, reader).firm
    known = _known(columns)
    if known is None:
        return Company.objects.create(**columns, created_at=clock.now()), True
    taken = columns.get("domain") and known.domain
    write(known, {name: value for name, value in columns.items() if name != "domain" or not taken}, overwrite=True)
    return known, False


def _known(columns: dict[str, Any]) -> Company | None:
    found: Company | None = None
    if columns.get("domain"):
        found = Company.objects.filter(domain=columns["domain"]).first()
    if found is None and columns.get("name_norm"):
        found = Company.objects.filter(name_norm=columns["name_norm"]).order_by("id").first()
    return found
