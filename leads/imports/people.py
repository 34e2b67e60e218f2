"""Names in a file that stand for something of ours: sources, made where they are new, and members who own leads."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from accounts.models import Member
from leads.imports.dictionary import fold
from leads.lookup import DEFAULT_API_SOURCE
from leads.models import Import, Source, SourceKind

MOST_SOURCES = 50  # that one file may make; beyond, the import's own counts
KINDS = {
    "facebook": SourceKind.PAID,
    "instagram": SourceKind.PAID,
    "google": SourceKind.PAID,
    "referral": SourceKind.REFERRAL,
    "reference": SourceKind.REFERRAL,
    "event": SourceKind.EVENT,
    "tradeshow": SourceKind.EVENT,
    "webinar": SourceKind.EVENT,
}


def own_source() -> tuple[Source, bool]:
    """The source of imports that name none, and whether it had to be made."""
    made: tuple[Source, bool] = Source.objects.get_or_create(name="Import", defaults={"kind": SourceKind.IMPORT})
    return made


def source_of(batch: Import, source: Source | None = None) -> dict[str, Any]:
    """The columns that say of which source the rows of an import are: the one told now or before, else its own."""
    if source:
        return {"source_id": source.pk}
    if batch.source_id or batch.dry_run:
        return {}
    own, made = own_source()
    return {"source_id": own.pk, "sources_made": [str(own.pk)] if made else []}


@dataclass
class Sources:
    """The account's sources by name; new ones are noted on the import that makes them."""

    batch: Import
    own: Source
    known: dict[str, Source] = field(default_factory=dict)

    @classmethod
    def around(cls, batch: Import, names: Iterable[str]) -> Sources:
        own = batch.source or own_source()[0]
        found = {source.name: source for source in Source.objects.all()}
        sources = cls(batch, own, {name.casefold(): source for name, source in found.items()})
        if DEFAULT_API_SOURCE.casefold() not in sources.known:  # capture makes it where it is missing
            sources._make(DEFAULT_API_SOURCE, SourceKind.API)
        for name in dict.fromkeys(names):
            sources._make(name, KINDS.get(fold(name), SourceKind.IMPORT))
        return sources

    def named(self, name: str) -> Source:
        return self.known.get(name.casefold(), self.own)

    def _make(self, name: str, kind: SourceKind) -> None:
        if not name or name.casefold() in self.known or len(self.batch.sources_made) >= MOST_SOURCES:
            return
        made = Source.objects.create(name=name, kind=kind)
        self.known[name.casefold()] = made
        self.batch.sources_made = [*self.batch.sources_made, str(made.pk)]


def owners() -> dict[str, UUID]:
    """The active members by folded name and by address, as files may write them."""
    found: dict[str, UUID] = {}
    for member in Member.objects.active().select_related("user"):
        found.setdefault(fold(member.name), member.pk)
        found[fold(member.user.email)] = member.pk
    return found


def owner_of(known: dict[str, UUID], written: str) -> UUID | None:
    """`Lindqvist, Rita` and `rita@acme.example` alike; None for somebody who is not here."""
    last, _, first = written.partition(",")
    return known.get(fold(written)) or known.get(fold(first + last))
