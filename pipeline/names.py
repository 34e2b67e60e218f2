"""Who, where from and for what: the names that the board shows and filters by."""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from uuid import UUID

from django.core.cache import cache
from django.db.models import CharField, Value
from django.db.models.functions import Cast, Concat

from accounts.models import Member, Team
from leads.models import Lead, Source
from pipeline.models import BoardView
from tenancy.scope import current_account
from tenancy.sight import current_sight

MOST_PRODUCTS = 50
OWN, SHARED = "own view", "shared view"


@dataclass(frozen=True)
class Names:
    """Members, teams and sources by id, by name; they know their id and name only. Views know what a tab shows."""

    members: dict[UUID, Member]
    teams: dict[UUID, Team]
    sources: dict[UUID, Source]
    views: list[BoardView]

    @cached_property
    def products(self) -> list[str]:
        """What open leads in sight ask for. It is read once a minute: going through all of an account's leads takes a
        while."""
        sight = current_sight()
        whose = f"{current_account().pk}-{hash(sight):x}" if sight else current_account().pk
        return cache.get_or_set(f"products-{whose}", _products, 60) or []


def names(me: Member) -> Names:
    """Everybody who owns or owned deals, every team and source, and the saved views that `me` sees, in one query."""
    parts = [
        model.objects.values_list("name", "id", _text(model._meta.db_table), _text(""))
        for model in (Member, Team, Source)
    ]
    address = Concat("layout", _text("?"), Cast("query", CharField()))
    views = BoardView.objects.seen_by(me).order_by()
    parts += [
        views.filter(shared=shared).values_list("name", "id", _text(kind), address)
        for shared, kind in ((True, SHARED), (False, OWN))
    ]
    found: dict[str, dict[UUID, str]] = defaultdict(dict)
    addresses = {}
    for name, key, kind, said in sorted(parts[0].union(*parts[1:], all=True)):
        found[kind][key] = name
        addresses[key] = said
    return Names(
        {key: Member(id=key, name=name) for key, name in found["member"].items()},
        {key: Team(id=key, name=name) for key, name in found["team"].items()},
        {key: Source(id=key, name=name) for key, name in found["source"].items()},
        [_view(key, name, addresses[key], shared=False) for key, name in found[OWN].items()]
        + [_view(key, name, addresses[key], shared=True) for key, name in found[SHARED].items()],
    )


def _text(words: str) -> Value:
    return Value(words, output_field=CharField())


def _view(key: UUID, name: str, address: str, *, shared: bool) -> BoardView:
    layout, _, query = address.partition("?")
    return BoardView(id=key, name=name, layout=layout, query=json.loads(query), shared=shared)


def _products() -> list[str]:
    said = Lead.objects.in_sight().open().exclude(product="").values_list("product", flat=True)
    return list(said.distinct().order_by("product")[:MOST_PRODUCTS])
