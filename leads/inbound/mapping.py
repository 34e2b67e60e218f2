"""A mapping made from an example: which of its values is which of our facts."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

from leads.inbound import adverts, calls
from leads.inbound.arrival import read_json
from leads.inbound.paths import BadPath, facts_at, leaves, parse
from leads.labels import fact_label, fact_words
from leads.models import CustomField, Inlet, Payload, Protocol
from leads.vocabulary import FACTS

MOST_ROWS = 80
LONGEST_SHOWN = 40  # characters of a value
MAPPED = frozenset({Protocol.GENERIC, Protocol.STANDARD, Protocol.CALLS})


class BadMapping(ValueError):
    """Two values for one fact, an unknown fact, or no path."""


@dataclass(frozen=True)
class Row:
    """One value of an example, and the fact it is; `missing` where the mapping names a path the example has not."""

    path: str
    shown: str
    fact: str
    missing: bool = False


def fact_choices(inlet: Inlet) -> list[tuple[str, str]]:
    """What a value may be, with labels: our facts and the account's own; of a call log the facts of calls."""
    if inlet.protocol == Protocol.CALLS:
        return [(name, fact_label(name)) for name in calls.FACTS]
    own = CustomField.objects.order_by("label").values_list("key", "label")
    named = [(name, fact_label(name)) for name in (*FACTS, "consent.given", "consent.text")]
    return [*named, *((f"custom.{key}", label) for key, label in own)]


def rows_of(inlet: Inlet, example: Payload | None) -> list[Row]:
    """The values of an example with what each is mapped to; guessed where nothing is mapped yet."""
    found = list(islice(leaves(_first(example)), MOST_ROWS))
    by_path = {path: fact for fact, path in inlet.mapping.items()} or _guessed([path for path, _ in found], inlet)
    rows = [Row(path, _short(value), by_path.get(path, "")) for path, value in found]
    known = {path for path, _ in found}
    return rows + [Row(path, "", fact, missing=True) for path, fact in by_path.items() if path not in known]


def reads_as(inlet: Inlet, example: Payload | None) -> list[tuple[str, str]]:
    """What the saved mapping makes of an example: labels and values."""
    try:
        facts = facts_at(_first(example), inlet.mapping) if example else {}
    except BadPath:
        return []
    flat = {name: value for name, value in facts.items() if not isinstance(value, dict)}
    for group in ("custom", "consent", "campaign"):
        flat |= facts[group] if isinstance(facts.get(group), dict) else {}
    return [(fact_label(name), _short(value)) for name, value in flat.items()]


def save_mapping(inlet: Inlet, chosen: Mapping[str, str]) -> None:
    """Let each path be a fact: `chosen` is path -> fact, "" for none. Raises BadMapping."""
    allowed, mapping = dict(fact_choices(inlet)), {}
    for path, fact in chosen.items():
        if not fact:
            continue
        if fact not in allowed:
            raise BadMapping(f"There is no fact “{fact[:40]}”.")
        if fact in mapping:
            raise BadMapping(f"“{allowed[fact]}” is chosen twice.")
        try:
            parse(path)
        except BadPath as error:
            raise BadMapping(str(error)) from None
        mapping[fact] = path
    Inlet.objects.filter(pk=inlet.pk).update(mapping=mapping)
    inlet.mapping = mapping


def _first(example: Payload | None) -> Any:
    data = read_json(bytes(example.body)) if example else None
    return data[0] if isinstance(data, list) and data else data


def _guessed(paths: list[str], inlet: Inlet) -> dict[str, str]:
    """By the last name of each path, where it is one that we know; the first of two wins."""
    names = {alias: fact for fact, aliases in calls.FACTS.items() for alias in aliases}
    if inlet.protocol != Protocol.CALLS:
        names = adverts.NAMES | {name: name for name in FACTS}
    guessed: dict[str, str] = {}
    for path in paths:
        last = str(parse(path)[-1]).lower().replace("-", "_").replace(" ", "_")
        if last in names and names[last] not in guessed.values():
            guessed[path] = names[last]
    return guessed


def _short(value: Any) -> str:
    # Long enough to know it by; the choice beside it must stay in sight.
    words = fact_words(value) if not isinstance(value, dict | list) else json.dumps(value, ensure_ascii=False)
    return words if len(words) <= LONGEST_SHOWN else f"{words[:LONGEST_SHOWN]}…"
