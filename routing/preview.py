"""Who would get this lead? The decision itself, about one lead, without turns taken and without anything written."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from leads.models import Lead
from routing.book import book_of
from routing.choice import choose
from routing.hypothetical import lead_like
from routing.models import RoutingVersion
from routing.state import books_for, facts_for
from routing.told import body_of


def preview(version: RoutingVersion, lead: Lead) -> dict[str, Any]:
    """What the rules of `version` would decide about `lead` now: a decision as JSON, as its record would keep it."""
    book = book_of(version)
    books, now = books_for(book, [lead], lock=False)
    chosen = choose(book, books, facts_for(book, lead), now)
    said = {"outcome": chosen.outcome, "sentence": chosen.sentence, "reassigned_for": ""}
    return said | body_of(chosen, book, milliseconds=0) | {"decided_at": now}


def preview_of(version: RoutingVersion, said: Mapping[str, Any]) -> dict[str, Any]:
    """The same about a lead that does not exist. Raises ValidationError by fact."""
    return preview(version, lead_like(said))
