"""Is everything as it was? A hash over what an account knows, whatever the order and the moment it was written.

Left out: what only ever grows (events, jobs), what remembers imports and merges themselves, answers kept for repeated
requests, sums of what is hashed itself, and when a row was last changed.
"""

from __future__ import annotations

from hashlib import sha256
from typing import Any

from django.apps import apps
from django.core.serializers.json import DjangoJSONEncoder

from tenancy.models import TenantModel

BESIDE_THE_DOMAIN = frozenset(
    {"event", "job", "idempotent_answer", "import", "import_row", "import_reject", "merge", "merge_row"}
    | {"deal_tally"}
)
BESIDE_THE_POINT = frozenset({"updated_at"})
_plain = DjangoJSONEncoder(sort_keys=True, ensure_ascii=False)


def content_hash() -> str:
    """One hash of all domain tables of the account in scope."""
    return sha256(_plain.encode(table_hashes()).encode()).hexdigest()


def table_hashes() -> dict[str, str]:
    """The same table by table: what differs is told by name when an assertion compares two of these."""
    return {
        model._meta.db_table: sha256("\n".join(contents_of(model)).encode()).hexdigest()
        for model in apps.get_models()
        if issubclass(model, TenantModel) and model._meta.db_table not in BESIDE_THE_DOMAIN
    }


def contents_of(model: Any) -> list[str]:
    """The rows of one table as sorted texts."""
    names = [field.attname for field in model._meta.concrete_fields if field.attname not in BESIDE_THE_POINT]
    return sorted(_plain.encode(_row(row)) for row in model.objects.values(*names))


def _row(row: dict[str, Any]) -> dict[str, Any]:
    return {name: bytes(value).hex() if isinstance(value, bytes | memoryview) else value for name, value in row.items()}
