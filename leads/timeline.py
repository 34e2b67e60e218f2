"""Events as people read them. Each app tells how its kinds of event sound: `@describes(Kind.X)`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from events.kinds import Kind
from events.models import Actor, Event


@dataclass(frozen=True)
class Telling:
    """How an event sounds: `icon` of the sprite, a title, a longer text (may be empty)."""

    icon: str
    title: str
    text: str = ""


@dataclass(frozen=True)
class Entry:
    """One line of a timeline; `human` when a person did it, `time` aware."""

    id: str
    kind: str
    icon: str
    title: str
    text: str
    human: bool
    time: datetime
    actor: str
    body: dict[str, Any]


@dataclass(frozen=True)
class Words:
    """What an event only points at: its text as it stands now, and where its author (a member's id) may change it."""

    text: str
    url: str = ""
    author: UUID | None = None


Teller = Callable[[Event], Telling]
Finder = Callable[[Sequence[UUID]], Mapping[UUID, Words]]
_TELLERS: dict[str, Teller] = {}
_FINDERS: dict[str, Finder] = {}
HUMAN = (Actor.MEMBER, Actor.PROSPECT)


def describes(*kinds: Kind) -> Callable[[Teller], Teller]:
    """Register how events of `kinds` sound."""

    def register(teller: Teller) -> Teller:
        _TELLERS.update(dict.fromkeys(kinds, teller))
        return teller

    return register


def finds(*kinds: Kind) -> Callable[[Finder], Finder]:
    """Register where the words of events of `kinds` are kept: by the ids of their subjects, in one query."""

    def register(finder: Finder) -> Finder:
        _FINDERS.update(dict.fromkeys(kinds, finder))
        return finder

    return register


def words_of(events: Sequence[Event]) -> dict[UUID, Words]:
    """The words that these events point at, by the event's id; a query for each kind among them that has any."""
    found: dict[UUID, Words] = {}
    for kind, finder in _FINDERS.items():
        asked = {event.pk: event.subject_id for event in events if event.kind == kind}
        words = finder(list(asked.values())) if asked else {}
        found |= {event_id: words[subject] for event_id, subject in asked.items() if subject in words}
    return found


def entry(event: Event) -> Entry:
    """The line of one event; kinds nobody described show their name, so that nothing is hidden."""
    telling = _TELLERS.get(event.kind, _plainly)(event)
    return Entry(
        id=event.public_id,
        kind=event.kind,
        icon=telling.icon,
        title=telling.title,
        text=telling.text,
        human=event.actor_kind in HUMAN,
        time=event.occurred_at,
        actor=event.actor_name,
        body=event.body,
    )


def _plainly(event: Event) -> Telling:
    noun, _, verb = event.kind.partition(".")
    return Telling("info", f"{noun.capitalize()} {verb.replace('_', ' ')}")
