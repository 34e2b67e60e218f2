"""What tallies say, and what the deals themselves come to."""

from __future__ import annotations

from typing import Any

from django.db import connection
from django.db.models import BigIntegerField, Count, Sum
from django.db.models.functions import Coalesce

from pipeline.models import Deal, Tally
from tenancy.scope import current_account

KEYS = ("pipeline_id", "stage_id", "owner_id", "tier", "currency")
Sums = dict[tuple[Any, ...], tuple[int, int]]


def tallied() -> Sums:
    """Number and value by KEYS as the tallies have them; what comes to nothing is left out."""
    rows = Tally.objects.order_by().values_list(*KEYS).annotate(number=Sum("count"), worth=Sum("value"))
    return {key: (number, int(value)) for *key_, number, value in rows if (key := tuple(key_)) and (number or value)}


def counted() -> Sums:
    """The same by the open deals."""
    worth = Coalesce(Sum("value_minor"), 0, output_field=BigIntegerField())
    rows = Deal.objects.open().order_by().values_list(*KEYS).annotate(number=Count("id"), worth=worth)
    return {tuple(key): (number, int(value)) for *key, number, value in rows}


def fold() -> None:
    """Add up what the triggers add up now and then."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT fold_tallies(%s)", [current_account().pk])
