"""What we know already of somebody who arrives: one question to the database, behind a lock on the person."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any
from uuid import UUID

from django.db import connection

from leads.models.sources import Source, SourceKind
from leads.vocabulary import Kept
from tenancy.ids import from_public
from tenancy.scope import current_account

DEFAULT_API_SOURCE = "API"

_QUESTION = """
    SELECT (SELECT id FROM contact WHERE account_id = %(account)s AND email_norm = %(email)s AND email_norm <> ''),
           (SELECT id FROM lead WHERE account_id = %(account)s AND source_id = %(source)s
                                  AND external_id = %(external)s AND external_id <> ''),
           (SELECT id FROM company WHERE account_id = %(account)s AND domain = %(domain)s AND domain <> ''),
           (SELECT id FROM company WHERE account_id = %(account)s AND name_norm = %(name)s AND name_norm <> ''
                                     AND %(domain)s = '' ORDER BY id LIMIT 1),
           (SELECT json_agg(json_build_array(key, type, choices)) FROM custom_field WHERE account_id = %(account)s)
"""
_SOURCES = """
    SELECT id, account_id, name, kind, mapping, required, created_at FROM source
     WHERE account_id = %(account)s AND (id = %(id)s OR name IN (%(name)s, %(default)s))
     ORDER BY id = %(id)s DESC NULLS LAST, name = %(name)s DESC LIMIT 1
"""


@dataclass(frozen=True)
class Known:
    """Ids of what is there, or None; `custom` has the account's own fields by key."""

    contact_id: UUID | None
    lead_id: UUID | None
    company_id: UUID | None
    custom: dict[str, Kept]


def look_up(source: Source, *, email: str, external_id: str, domain: str, company: str) -> Known:
    """Lock this person until the transaction ends, then see whom and what we know.

    Two captures of one person at the same moment come one after the other, and the second sees what the first did.
    """
    account = current_account()
    values: dict[str, Any] = {
        "account": account.pk,
        "email": email,
        "source": source.pk,
        "external": external_id,
        "domain": domain,
        "name": company,
    }
    locks = sorted(_locks(account.pk, source.pk, email, external_id))
    taken = "".join(f"SELECT pg_advisory_xact_lock({key}); " for key in locks)
    with connection.cursor() as cursor:
        cursor.execute(taken + _QUESTION, values)
        for _ in locks:
            cursor.nextset()
        contact, lead, by_domain, by_name, custom = cursor.fetchone()
    fields = {key: Kept(kind, tuple(choices)) for key, kind, choices in custom or []}
    return Known(contact, lead, by_domain or by_name, fields)


def _locks(account_id: UUID, source_id: UUID, email: str, external_id: str) -> Iterator[int]:
    if email:
        yield lock_key(account_id, "email", email)
    if external_id:
        yield lock_key(account_id, str(source_id), external_id)


def lock_key(account_id: UUID, *parts: str) -> int:
    """A number for pg_advisory_xact_lock(), the same in every process."""
    digest = blake2b("\0".join((account_id.hex, *parts)).encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)


def source_named(wanted: Any) -> tuple[Source, bool]:
    """The source with this public id or name, else the account's API source; and whether `wanted` was found."""
    name = wanted.strip()[:80] if isinstance(wanted, str) else ""
    values = {"account": current_account().pk, "id": _uuid(name), "name": name, "default": DEFAULT_API_SOURCE}
    found = next(iter(Source.objects.raw(_SOURCES, values)), None)
    if found is None:
        found = Source.objects.get_or_create(name=DEFAULT_API_SOURCE, defaults={"kind": SourceKind.API})[0]
    return found, not name or name in (found.name, found.public_id)


def _uuid(text: str) -> UUID | None:
    try:
        return from_public(Source.PREFIX, text)
    except ValueError:
        return None
