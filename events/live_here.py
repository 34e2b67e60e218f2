"""Who has a page open: told to those who have the same page open, out of the open streams alone. Nothing is kept."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Protocol
from urllib.parse import parse_qs
from uuid import UUID

from django.core.signing import BadSignature, TimestampSigner

MOST = 20  # places that one browser may name
GOOD_FOR = timedelta(days=1)  # whoever may not see the page any more is gone from there by then


@dataclass(frozen=True)
class Seat:
    """Who listens, and how others are shown them: `face` is plain data."""

    member_id: UUID
    face: Mapping[str, Any] = field(default_factory=dict)


class Present(Protocol):
    seat: Seat
    places: frozenset[str]


def place_ticket(member_id: UUID, place: str) -> str:
    """What a page gives its reader to say where they are: good for this member only, and for a day. A page that stays
    open for longer asks for a new one (static/js/here.js)."""
    return _signer(member_id).sign(place)


def places_said(query: bytes, member_id: UUID) -> frozenset[str]:
    """The places of the tickets in a query string (`at`) that are this member's."""
    found = set()
    for ticket in parse_qs(query.decode("latin-1")).get("at", [])[:MOST]:
        try:
            found.add(_signer(member_id).unsign(ticket, max_age=GOOD_FOR))
        except BadSignature:
            continue
    return frozenset(found)


@dataclass(frozen=True)
class Presence:
    """Who is in an account at one moment, and where: faces by member, by place."""

    people: int
    at: Mapping[str, Mapping[UUID, Mapping[str, Any]]]

    @classmethod
    def of(cls, present: Sequence[Present]) -> Presence:
        """Looked up once for all who are told."""
        at: dict[str, dict[UUID, Mapping[str, Any]]] = defaultdict(dict)
        for one in present:
            for place in one.places:
                at[place][one.seat.member_id] = one.seat.face
        return cls(len({one.seat.member_id for one in present}), at)

    def told(self, one: Present) -> dict[str, Any]:
        """How many members have a page of the account open, and who else those that `one` has, by name."""
        said: dict[str, Any] = {"people": self.people}
        if one.places:
            said["here"] = {place: self._others(place, one.seat.member_id) for place in sorted(one.places)}
        return said

    def _others(self, place: str, me: UUID) -> list[Mapping[str, Any]]:
        faces = [face for member_id, face in self.at.get(place, {}).items() if member_id != me]
        return sorted(faces, key=lambda face: str(face.get("name", "")))


def _signer(member_id: UUID) -> TimestampSigner:
    return TimestampSigner(salt=f"live.place.{member_id}")
