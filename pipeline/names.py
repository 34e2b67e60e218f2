"""Who and where from: the names that the board shows and filters by."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.db.models import CharField, Value

from accounts.models import Member
from leads.models import Source


@dataclass(frozen=True)
class Names:
    """Members and sources by id, by name; members know their id and name only."""

    members: dict[UUID, Member]
    sources: dict[UUID, Source]


def names() -> Names:
    """Everybody who owns or owned deals, and every source, in one query."""
    kind = Value("member", output_field=CharField())
    people = Member.objects.values_list("name", "id", kind)
    sources = Source.objects.values_list("name", "id", Value("source", output_field=CharField()))
    rows = sorted(people.union(sources, all=True))
    return Names(
        {key: Member(id=key, name=name) for name, key, of in rows if of == "member"},
        {key: Source(id=key, name=name) for name, key, of in rows if of == "source"},
    )
