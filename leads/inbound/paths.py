"""Where in somebody's JSON a fact stands: `data.person[0].email`. A path only looks; it can't compute, loop or call."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

LONGEST = 300
MOST_STEPS = 12
MOST_LEAVES = 300
_STEP = re.compile(
    r"""\.?(?:\[(?P<index>\d{1,4})\]|\[(?P<quoted>"(?:[^"\\]|\\.)*")\]|(?P<name>[^.\[\]"\s][^.\[\]"]*))"""
)

Step = str | int
_NOTHING = object()


class BadPath(ValueError):
    """This is not a path."""


def parse(path: str) -> tuple[Step, ...]:
    """The steps of a path: names, `[0]` for the first of a list, `["a.b"]` for odd names; `$.` may stand before.

    Raises BadPath.
    """
    text, at = path.strip().removeprefix("$"), 0
    steps: list[Step] = []
    if not text or len(text) > LONGEST:
        raise BadPath("A path looks like data.person[0].email")
    while at < len(text):
        found = _STEP.match(text, at)
        if found is None or (at == 0 and path.strip().startswith(".")) or len(steps) == MOST_STEPS:
            raise BadPath(f"“{text[at : at + 20]}” is no part of a path such as data.person[0].email")
        steps.append(_step(found))
        at = found.end()
    return tuple(steps)


def _step(found: re.Match[str]) -> Step:
    if found["index"] is not None:
        return int(found["index"])
    try:
        return str(json.loads(found["quoted"])) if found["quoted"] else found["name"]
    except ValueError:
        raise BadPath(f"{found['quoted']} is not a name.") from None


def written(steps: tuple[Step, ...]) -> str:
    """Steps as a path; `parse` reads it back."""
    parts = []
    for step in steps:
        if isinstance(step, int):
            parts.append(f"[{step}]")
        elif re.fullmatch(r"[^\s.\[\]\"$][^.\[\]\"]*(?<!\s)", step):
            parts.append(f".{step}" if parts else step)
        else:
            parts.append(f"[{json.dumps(step)}]")
    return "".join(parts)


def pick(payload: Any, path: str) -> Any:
    """What stands at `path`, or None. Raises BadPath."""
    found = payload
    for step in parse(path):
        found = _go(found, step)
        if found is _NOTHING:
            return None
    return found


def _go(value: Any, step: Step) -> Any:
    if isinstance(step, int):
        return value[step] if isinstance(value, list) and step < len(value) else _NOTHING
    return value.get(step, _NOTHING) if isinstance(value, dict) else _NOTHING


def facts_at(payload: Any, mapping: Mapping[str, str]) -> dict[str, Any]:
    """What a mapping (our fact -> path) finds; `custom.x` goes where custom fields are read. Raises BadPath."""
    facts: dict[str, Any] = {}
    for name, path in mapping.items():
        value = pick(payload, path)
        if value is None:
            continue
        group, _, key = name.partition(".")
        if key:
            facts.setdefault(group, {})[key] = value
        else:
            facts[name] = value
    return facts


def leaves(payload: Any, before: tuple[Step, ...] = ()) -> Iterator[tuple[str, Any]]:
    """Every plain value with its path, in order, as far down as a path may reach."""
    if len(before) >= MOST_STEPS:
        return
    inner: Iterator[tuple[Step, Any]] | None = None
    if isinstance(payload, dict):
        inner = iter(payload.items())
    elif isinstance(payload, list):
        inner = iter(enumerate(payload[:50]))
    if inner is None:
        if before:
            yield written(before), payload
        return
    for step, value in inner:
        yield from leaves(value, (*before, step))
