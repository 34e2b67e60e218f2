"""May this deal pass? One check for every door: drag, button, API, bulk, import, automation.

Pure: plain data in, a `Gate` that explains itself out. No query, no clock inside.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from pipeline.proof import PROOFS, input_of

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Criterion:
    """One thing that must be true. `input` is what a person may fill in to make it so (None: nothing can be typed)."""

    id: str
    kind: str
    label: str
    params: Mapping[str, Any] = field(default_factory=dict)
    input: Mapping[str, Any] | None = None

    @property
    def key(self) -> str:
        """Under which `values` of a move answer this criterion: the fact's name, else the criterion's id."""
        return str(self.params["field"]) if self.kind == "field" else self.id


@dataclass(frozen=True)
class Stage:
    """A station with its criteria and its policy for being passed over, come back to and filled up."""

    id: str
    name: str
    exits: tuple[Criterion, ...] = ()
    entries: tuple[Criterion, ...] = ()
    skip: bool = True
    back: str = "free"
    wip: int | None = None
    kind: str = "open"
    reasons: tuple[str, ...] = ()  # of a stage for what is lost: why deals are


@dataclass(frozen=True)
class Dossier:
    """All that is known of a deal, as plain data: facts by catalogue name, rows as mappings, times aware."""

    owner: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)
    activities: Sequence[Row] = ()
    meetings: Sequence[Row] = ()
    stakeholders: Sequence[Row] = ()
    files: Sequence[Row] = ()
    objections: Sequence[Row] = ()
    confirmations: Mapping[str, Row] = field(default_factory=dict)  # by criterion id


@dataclass(frozen=True)
class Unmet:
    """What is missing, and what would fill it. `criterion` is empty for a rule of the house (owner, policy, limit)."""

    criterion: str
    stage: str
    kind: str
    label: str
    detail: str
    field: str = ""
    input: Mapping[str, Any] | None = None

    def wire(self) -> dict[str, Any]:
        """As the REST contract shows it."""
        return {
            "criterion": self.criterion or None,
            "stage": self.stage,
            "kind": self.kind,
            "label": self.label,
            "detail": self.detail,
            "field": self.field or None,
            "input": dict(self.input) if self.input else None,
        }


@dataclass(frozen=True)
class Met:
    criterion: str
    stage: str
    kind: str
    label: str
    evidence: str

    def wire(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in ("criterion", "stage", "kind", "label", "evidence")}


@dataclass(frozen=True)
class Gate:
    """The answer. `passed`: the names of the stages passed over, in order."""

    unmet: tuple[Unmet, ...]
    met: tuple[Met, ...]
    passed: tuple[str, ...] = ()
    back: bool = False

    @property
    def open(self) -> bool:
        return not self.unmet


def check(
    dossier: Dossier,
    stages: Sequence[Stage],
    from_id: str,
    to_id: str,
    *,
    now: datetime,
    reason: str = "",
    occupied: int = 0,
    walled: bool = False,
) -> Gate:
    """Whether the deal may go from one stage of `stages` (in order) to another at `now` (aware).

    Forward, every gate on the way is checked: each stage's exit and the next one's entry criteria. To lose a deal
    passes no gate but that of the stage for what is lost. `occupied` is how many deals stand in the target already,
    `walled` that who asks may not see all of them, `reason` why a deal goes back or is lost. Raises KeyError for a
    stage not in `stages`.
    """
    order = {stage.id: index for index, stage in enumerate(stages)}
    start, end = order[from_id], order[to_id]
    target = stages[end]
    house = _owner(dossier, target) + _room(target, occupied, walled)
    if end <= start:
        return Gate((*house, *_way_back(target, reason)), (), back=True)
    if target.kind == "lost":
        unmet, met = weigh(dossier, criteria_between(stages, start, end), now)
        return Gate((*house, *_why_lost(target, reason), *unmet), met)
    between = stages[start + 1 : end]
    house += [_unskippable(stage) for stage in between if not stage.skip]
    unmet, met = weigh(dossier, criteria_between(stages, start, end), now)
    return Gate((*house, *unmet), met, tuple(stage.name for stage in between))


def criteria_between(stages: Sequence[Stage], start: int, end: int) -> list[tuple[Stage, Criterion]]:
    """The criteria of every gate from stage number `start` to number `end`, in the order they are passed."""
    if stages[end].kind == "lost":
        return [(stages[end], criterion) for criterion in stages[end].entries] if end > start else []
    found: list[tuple[Stage, Criterion]] = []
    for here, there in zip(stages[start:end], stages[start + 1 : end + 1], strict=True):
        found += [(here, criterion) for criterion in here.exits]
        found += [(there, criterion) for criterion in there.entries]
    return found


def weigh(
    dossier: Dossier, criteria: Sequence[tuple[Stage, Criterion]], now: datetime
) -> tuple[tuple[Unmet, ...], tuple[Met, ...]]:
    """Each criterion against what is known at `now`: what is missing, and what is there with its evidence."""
    unmet, met = [], []
    for stage, criterion in criteria:
        proof = PROOFS[criterion.kind](criterion, dossier, now)
        head = (criterion.id, stage.name, criterion.kind, criterion.label)
        if proof.met:
            met.append(Met(*head, proof.text))
        else:
            unmet.append(Unmet(*head, proof.text, criterion.key, input_of(criterion, dossier)))
    return tuple(unmet), tuple(met)


def _owner(dossier: Dossier, target: Stage) -> list[Unmet]:
    if dossier.owner:
        return []
    detail = "Nobody owns this deal. Give it to somebody first: every move has a named person."
    return [Unmet("", target.name, "owner", "An owner", detail, "owner")]


def _room(target: Stage, occupied: int, walled: bool) -> list[Unmet]:
    if target.wip is None or occupied < target.wip:
        return []
    whose = " Deals of other teams count, too." if walled else ""
    detail = f"{target.name} is full: {occupied} of {target.wip}.{whose} Move one on first."
    return [Unmet("", target.name, "wip", "Room in the stage", detail)]


def _way_back(target: Stage, reason: str) -> list[Unmet]:
    if target.back == "never":
        return [Unmet("", target.name, "back", "The way back", f"No deal goes back to {target.name}.")]
    if target.back == "reason" and not reason.strip():
        detail = f"Say why it goes back to {target.name}."
        return [
            Unmet("", target.name, "back", "A reason", detail, "reason", {"type": "text", "label": "Why it goes back"})
        ]
    return []


def _why_lost(target: Stage, reason: str) -> list[Unmet]:
    if reason.strip():
        return []
    asked = {"type": "text", "label": "Why it was lost", "choices": [[why, why] for why in target.reasons]}
    return [Unmet("", target.name, "lost", "A reason", "Say why it was lost.", "reason", asked)]


def _unskippable(stage: Stage) -> Unmet:
    return Unmet("", stage.name, "skip", "One stage at a time", f"{stage.name} can't be passed over.")
