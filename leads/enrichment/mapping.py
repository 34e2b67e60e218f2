"""From a provider's JSON to our facts. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from leads.reading import is_blank

MOST_TEXT = 2000
MOST_ITEMS = 50


def mapped(answer: Any, mapping: Mapping[str, str]) -> dict[str, Any]:
    """Our facts, by name, out of `answer`; `mapping` has a path for each. What is not there is left out."""
    found = {fact: plain(at_path(answer, path)) for fact, path in mapping.items()}
    return {fact: value for fact, value in found.items() if not is_blank(value)}


def at_path(answer: Any, path: str) -> Any:
    """What stands at `company.metrics.employees` or `tags[0].name` (`tags.0.name` says the same); None for nothing.

    A name in a list is looked up in each of its objects: `tech.name` of [{"name": "SAP"}] is ["SAP"].
    """
    here = answer
    for step in path.replace("[", ".").replace("]", "").strip("$. ").split("."):
        here = _step(here, step)
    return here


def _step(here: Any, step: str) -> Any:
    if isinstance(here, Mapping):
        return here.get(step)
    if not isinstance(here, list):
        return None
    if step.isascii() and step.isdigit():
        return here[int(step)] if len(step) < 5 and int(step) < len(here) else None
    inside = [item.get(step) for item in here[:MOST_ITEMS] if isinstance(item, Mapping)]
    return [item for item in inside if not is_blank(item)] or None


def plain(value: Any) -> Any:
    """A text, a number, yes or no, or a list of such; None for anything else."""
    if isinstance(value, str):
        return value[:MOST_TEXT]
    if isinstance(value, bool | int | float):
        return value
    if isinstance(value, list):
        return [plain(item) for item in value[:MOST_ITEMS] if isinstance(item, str | int | float)]
    return None
