"""What differs between two moments of an account, line by line: the same tables as tests/contenthash.py hashes."""

from __future__ import annotations

from typing import Any

from django.apps import apps

from tenancy.models import TenantModel
from tests.contenthash import BESIDE_THE_DOMAIN, BESIDE_THE_POINT

Content = dict[str, dict[str, dict[str, Any]]]


def content(*, without: tuple[Any, ...] = ()) -> Content:
    """Every row of the account in scope by table and id, but the rows `without`."""
    left_out = {row.pk for row in without}
    return {
        model._meta.db_table: {
            str(row["id"]): {name: value for name, value in row.items() if name not in BESIDE_THE_POINT}
            for row in model.objects.values()
            if row["id"] not in left_out
        }
        for model in apps.get_models()
        if issubclass(model, TenantModel) and model._meta.db_table not in BESIDE_THE_DOMAIN
    }


def differences(before: Content, after: Content) -> list[str]:
    """A line for each row that came or went and for each column that changed; empty when all is the same."""
    found = []
    for table in sorted(before | after):
        ours, theirs = before.get(table, {}), after.get(table, {})
        for key in sorted(ours.keys() | theirs.keys()):
            one, other = ours.get(key), theirs.get(key)
            if one is None or other is None:
                found.append(f"{table} {key} is {'new' if one is None else 'gone'}: {one or other}")
                continue
            names = [name for name in one if one[name] != other[name]]
            found += [f"{table} {key}.{name}: {one[name]!r} -> {other[name]!r}" for name in names]
    return found
