"""What we know already of somebody who arrives: one question to the database, behind a lock on the person."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any
from uuid import UUID

from leads.models.people import Company
from leads.models.sources import Source, SourceKind
from leads.vocabulary import Kept, storable
from tenancy.ids import from_public
from tenancy.inserting import draft
from tenancy.prepared import prepared
from tenancy.scope import current_account

DEFAULT_API_SOURCE = "API"

_APART = ("account_id", "created_at")
_OF_FIRM = [field.attname for field in Company._meta.concrete_fields if field.attname not in _APART]
_FIRM = f"json_build_array({', '.join(_OF_FIRM)})"
_KNOWN = {  # asked only where there is something to ask with: planning a question costs more than answering it
    "email": "(SELECT id FROM contact WHERE account_id = %(account)s AND email_norm = %(email)s AND email_norm <> '')",
    "external": "(SELECT id FROM lead WHERE account_id = %(account)s AND source_id = source.id "
    "AND external_id = %(external)s AND external_id <> '')",
    "domain": "(SELECT {firm} FROM company WHERE account_id = %(account)s AND domain = %(domain)s AND domain <> '')",
    "name": "(SELECT {firm} FROM company WHERE account_id = %(account)s AND name_norm = %(name)s ORDER BY id LIMIT 1)",
}
_QUESTION = """
    SELECT source.id, source.name, source.kind, source.required, source.mapping, {known},
           (SELECT json_agg(json_build_array(key, type, choices)) FROM custom_field WHERE account_id = %(account)s)
      FROM source
     WHERE source.account_id = %(account)s
       AND (source.id IN (%(source)s, %(usual)s) OR source.name IN (%(wanted)s, %(default)s))
     ORDER BY source.id = %(source)s DESC NULLS LAST, source.name = %(wanted)s DESC,
              source.id = %(usual)s DESC NULLS LAST LIMIT 1
"""


@dataclass(frozen=True)
class Known:
    """What is there, or None; `custom` has the account's own fields by key."""

    source: Source
    contact_id: UUID | None
    lead_id: UUID | None
    company: Company | None
    custom: dict[str, Kept]


def look_up(
    source: Source | str, *, email: str, external_id: str, domain: str, company: str, usual: UUID | None = None
) -> Known:
    """Lock this person until the transaction ends, then see whom and what we know.

    Two captures of one person at the same moment come one after the other, and the second sees what the first did.
    `source` may be the public id or name of one; the `usual` one, or else the account's API source, stands in for
    one that is unknown.
    """
    account = current_account()
    wanted = "" if isinstance(source, Source) else source
    values: dict[str, Any] = {
        "account": account.pk,
        "source": source.pk if isinstance(source, Source) else id_of_source(wanted),
        "usual": usual,
        "wanted": wanted,
        "default": DEFAULT_API_SOURCE,
        "email": email,
        "external": external_id,
        "domain": domain,
        "name": "" if domain else company,
    }
    row = _ask(sorted(locks_of({email} - {""}, {external_id} - {""})), values)
    if row is None:
        Source.objects.get_or_create(name=DEFAULT_API_SOURCE, defaults={"kind": SourceKind.API})
        row = _ask([], values)
    source_id, name, kind, required, mapping, contact, lead, by_domain, by_name, custom = row
    if not isinstance(source, Source):
        told = {"required": json.loads(required), "mapping": json.loads(mapping)}
        source = draft(Source, id=source_id, name=name, kind=kind, **told)
    fields = {key: Kept(kind, tuple(choices)) for key, kind, choices in custom or []}
    return Known(source, contact, lead, _firm(by_domain or by_name), fields)


def _firm(found: list[Any] | None) -> Company | None:
    if not found:
        return None
    account = current_account()
    firm = Company.from_db("default", [*_OF_FIRM, "account_id"], [UUID(found[0]), account.pk, *found[1:]])
    firm.account = account
    return firm


def _ask(locks: list[int], values: dict[str, Any]) -> Any:
    known = ", ".join(question if values[name] else "NULL" for name, question in _KNOWN.items())
    cursor = prepared()
    for key in locks:  # a statement of its own: what it waited for is seen only by the next
        cursor.execute("SELECT pg_advisory_xact_lock(%s::bigint)", [key])
    cursor.execute(_QUESTION.format(known=known.format(firm=_FIRM)), values)
    return cursor.fetchone()


def locks_of(emails: Iterable[str], external_ids: Iterable[str]) -> Iterator[int]:
    """The keys of the advisory locks behind which people with these addresses and ids are looked up."""
    account_id = current_account().pk
    for email in emails:
        yield lock_key(account_id, "email", email)
    for external_id in external_ids:
        yield lock_key(account_id, "external id", external_id)


def lock_key(account_id: UUID, *parts: str) -> int:
    """A number for pg_advisory_xact_lock(), the same in every process."""
    digest = blake2b("\0".join((account_id.hex, *parts)).encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)


def named_source(payload: Mapping[str, Any]) -> str:
    """The source that a payload names, by name or public id; "" for none."""
    named: str = storable(str(payload.get("source") or "").strip()[:80])
    return named


def id_of_source(text: str) -> UUID | None:
    """The id in a public id of a source; None for any other text."""
    try:
        return from_public(Source.PREFIX, text)
    except ValueError:
        return None


def every_source() -> Any:
    """All sources of the account in scope, as a queryset."""
    return Source.objects.all()
