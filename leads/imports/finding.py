"""Imports and what they name, looked up for pages and API."""

from __future__ import annotations

from typing import Any

from django.http import Http404

from leads.lookup import id_of_source
from leads.models import Import, Source
from leads.vocabulary import storable


def the_import(public: str) -> Import:
    """The import of this account, with its source; Http404 for any other."""
    try:
        found: Import = Import.objects.select_related("source").by_public_id(public)
    except Import.DoesNotExist:
        raise Http404 from None
    return found


def source_named(text: str) -> Source | None:
    """The source of that name or public id."""
    text = storable(text)
    pk = id_of_source(text)
    found: Source | None = Source.objects.filter(pk=pk).first() if pk else Source.objects.filter(name=text).first()
    return found


def recent() -> Any:
    """The newest imports with their sources."""
    return Import.objects.select_related("source").newest_first()[:50]
