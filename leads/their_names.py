"""What a source's senders call things: what is mapped, and what came of late under names that nobody understood."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from leads.imports.mapping import guess
from leads.labels import fact_label, fact_words
from leads.mapping import LONGEST
from leads.models import CustomField, Source
from leads.reading import NAMES, is_blank
from leads.vocabulary import FACTS
from tenancy.scope import current_account

LOOKED_AT = 50  # submissions
MOST_SUGGESTED = 30
LONGEST_SHOWN = 40  # characters of a value
DEEPEST = 5


@dataclass(frozen=True)
class TheirName:
    """A key of theirs (or a path with dots), a value of late as an example, and our fact or ""."""

    theirs: str
    shown: str
    fact: str


def fact_choices() -> list[tuple[str, str]]:
    """Every fact of the account in scope with its label; its own fields last."""
    own = [(field.name, field.label) for field in CustomField.objects.live()]
    return [*((name, fact_label(name)) for name in FACTS), *own]


def names_of(source: Source) -> list[TheirName]:
    """First what is mapped, then what is not understood, with a guess where the name is a known one; two queries."""
    examples = _examples(source)
    own = CustomField.objects.labels()
    strange = [name for name in examples if _is_strange(name, own) and name not in source.mapping][:MOST_SUGGESTED]
    guessed = _guessed({name: examples[name] for name in strange}, own)
    known = [TheirName(theirs, _short(examples.get(theirs, "")), fact) for theirs, fact in source.mapping.items()]
    return known + [TheirName(name, _short(examples[name]), guessed.get(name, "")) for name in strange]


def _examples(source: Source) -> dict[str, Any]:
    """The newest value that says something, by name. Rows of imports are left out: a file has a mapping of its own."""
    newest = source.submissions.exclude(channel="import").order_by("-received_at").values_list("raw", flat=True)
    found: dict[str, Any] = {}
    for raw in newest[:LOOKED_AT]:
        for name, value in _plain(raw):
            if not is_blank(value) and len(name) <= LONGEST:
                found.setdefault(name, value)
    return found


def _plain(raw: Any, before: str = "", depth: int = 1) -> Iterator[tuple[str, Any]]:
    """Every value by its key, or by a path with dots into objects."""
    for key, value in raw.items() if isinstance(raw, dict) else ():
        if isinstance(value, dict) and depth < DEEPEST:
            yield from _plain(value, f"{before}{key}.", depth + 1)
        else:
            yield f"{before}{key}", value


def _is_strange(name: str, own: Mapping[str, str]) -> bool:
    family, _, rest = name.partition(".")
    if family == "custom":
        return rest not in own
    return family not in NAMES and name not in own


def _guessed(examples: Mapping[str, Any], own: Mapping[str, str]) -> dict[str, str]:
    """By what keys and columns of other systems are called, and by the value; each fact once."""
    headers = {name.rpartition(".")[2]: name for name in reversed(list(examples))}
    row = [str(examples[name])[:LONGEST] for name in headers.values()]
    found = guess(list(headers), [row], own, current_account().country).mapping
    allowed = {name for name, _ in fact_choices()}
    return {headers[header]: fact for header, fact in found.items() if fact in allowed}


def _short(value: Any) -> str:
    words = fact_words(value)
    return words if len(words) <= LONGEST_SHOWN else f"{words[:LONGEST_SHOWN]}…"
