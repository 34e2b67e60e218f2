"""Who has a page open: told to those who have the same page open, out of the open streams alone. Nothing is kept."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol
from urllib.parse import parse_qs
from uuid import UUID

from django.core.signing import BadSignature, Signer

MOST = 20  # places that one browser may name


@dataclass(frozen=True)
class Seat:
    """Who listens, and how others are shown them: `face` is plain data."""

    member_id: UUID
    face: Mapping[str, Any] = field(default_factory=dict)


class Present(Protocol):
    seat: Seat
    places: frozenset[str]


def place_ticket(member_id: UUID, place: str) -> str:
    """What a page gives its reader to say where they are: good for this member only."""
    return _signer(member_id).sign(place)


def places_said(query: bytes, member_id: UUID) -> frozenset[str]:
    """The places of the tickets in a query string (`at`) that are this member's."""
    found = set()
    for ticket in parse_qs(query.decode("latin-1")).get("at", [])[:MOST]:
        try:
            found.add(_signer(member_id).unsign(ticket))
        except BadSignature:
            continue
    return frozenset(found)


def others_at(place: str, present: Iterable[Present], me: UUID) -> list[Mapping[str, Any]]:
    """The faces of everybody else at a place, by name."""
    faces = {one.seat.member_id: one.seat.face for one in present if place in one.places}
    faces.pop(me, None)
    return sorted(faces.values(), key=lambda face: str(face.get("name", "")))


def _signer(member_id: UUID) -> Signer:
    return Signer(salt=f"live.place.{member_id}")
