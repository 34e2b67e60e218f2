"""What one row says, in the words of capture: facts, and apart from them its source, times, owner and stage."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any

from leads.imports.dates import DAY_FIRST, read_time
from leads.imports.dictionary import BLANKS, PLATFORMS
from leads.imports.mapping import OURS
from leads.imports.rejects import ADDED
from leads.reading import NAMES, REACHABLE, Problem

PREFIX = re.compile(r"(p|l|f|c|ad|ag|as|z):(?=\S)")  # Meta says what kind of thing a value is


class Rejected(ValueError):
    """This row can't be taken. `str()` says why."""


@dataclass(frozen=True)
class Plan:
    """How the rows of one import are read: its columns, their facts, the order of its dates, the account's zone."""

    headers: Sequence[str]
    mapping: Mapping[str, str]
    dates: Mapping[str, str]
    zone: str
    now: datetime
    consent: str = ""
    edits: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Told:
    """A row that can be taken. `facts` are capture's; the names of source, owner and stage are as written."""

    number: int
    digest: str
    facts: dict[str, Any]
    source: str = ""
    owner: str = ""
    stage: str = ""
    created_at: datetime | None = None
    closed_at: datetime | None = None
    problems: tuple[Problem, ...] = ()

    @property
    def is_reachable(self) -> bool:
        """Whether it names a person, or an id under which it can be found again."""
        return any(self.facts.get(name) for name in REACHABLE)


def told(number: int, cells: Sequence[str], plan: Plan) -> Told:
    """Read one row. Raises Rejected where its cells are not in the columns they belong to, or nothing is left."""
    if len(cells) > len(plan.headers):
        raise Rejected(f"The row has more cells than the {len(plan.headers)} columns: is a quotation mark missing?")
    values = {**dict(zip(plan.headers, cells, strict=False)), **plan.edits.get(str(number), {})}
    said, facts = _sorted(values, plan)
    if not any(name in facts for name in (*REACHABLE, "company", "website")):
        raise Rejected("It has no e-mail, phone, name, company or id of its own.")
    if plan.consent:
        facts["consent"] = {"basis": plan.consent}
    problems: list[Problem] = []
    times = {name: _time(name, said, plan, problems) for name in ("created_at", "closed_at")}
    source = said.get("source", ("", ""))[1]
    return Told(
        number,
        _digest(values, plan),
        facts,
        source=PLATFORMS.get(source, source)[:80],
        owner=said.get("owner", ("", ""))[1],
        stage=said.get("stage", ("", ""))[1],
        problems=tuple(problems),
        **times,
    )


def _sorted(values: Mapping[str, str], plan: Plan) -> tuple[dict[str, tuple[str, str]], dict[str, Any]]:
    """What is ours (with its column), and the facts; what nobody asked for is kept under its own name."""
    said: dict[str, tuple[str, str]] = {}
    facts: dict[str, Any] = {}
    for header, value in values.items():
        fact = plan.mapping.get(header, "")
        if not value or (fact != "message" and value.casefold() in BLANKS):
            continue
        if fact in OURS:
            said[fact] = (header, value)
        elif fact.startswith("custom."):
            facts.setdefault("custom", {})[fact.removeprefix("custom.")] = value
        elif fact:
            facts[fact] = PREFIX.sub("", value) if fact in ("phone", "external_id") else value
        elif header.casefold() not in NAMES and header not in ADDED:
            facts[header] = value
    return said, facts


def _time(name: str, said: Mapping[str, tuple[str, str]], plan: Plan, problems: list[Problem]) -> datetime | None:
    if name not in said:
        return None
    header, value = said[name]
    try:
        return min(read_time(value, plan.dates.get(header, DAY_FIRST), plan.zone), plan.now)
    except (ValueError, OverflowError):
        problems.append({"pointer": f"/{name}", "code": "malformed", "detail": f"“{value[:40]}” is no date."})
        return None


def _digest(values: Mapping[str, str], plan: Plan) -> str:
    """Of what the row says, whatever the order of its columns: the same row again is nothing new."""
    own = ((header, value) for header, value in values.items() if value and header not in ADDED)
    mapped = sorted((plan.mapping.get(header) or header, value) for header, value in own)
    return sha256("\0".join("\1".join(pair) for pair in mapped).encode("utf-8", "replace")).hexdigest()
