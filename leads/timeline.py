"""Events as people read them. Each app tells how its kinds of event sound: `@describes(Kind.X)`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

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


Teller = Callable[[Event], Telling]
_TELLERS: dict[str, Teller] = {}
HUMAN = (Actor.MEMBER, Actor.PROSPECT)


def describes(*kinds: Kind) -> Callable[[Teller], Teller]:
    """Register how events of `kinds` sound."""

    def register(teller: Teller) -> Teller:
        _TELLERS.update(dict.fromkeys(kinds, teller))
        return teller

    return register


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
