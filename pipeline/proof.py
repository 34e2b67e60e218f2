"""What counts as proof of a criterion, kind by kind: met with its evidence, or missing with what to do."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from leads.conditions import matches, sentence
from leads.labels import fact_words

if TYPE_CHECKING:
    from pipeline.gate import Criterion, Dossier

# Written to get past a form, not to say something.
PLACEHOLDERS = frozenset(
    "|0|x|xx|a|n/a|na|n.a|n/k|none|nil|null|no|nothing|unknown|unbekannt|keine|keiner|tba|tbc|tbd|tbs|todo|to do|test|"
    "testing|asdf|qwerty|foo|bar|foobar|done|ok|okay|yes|y|later|see above|same|ditto|blank|empty|pending|"
    "not applicable|not available|not known|not yet|don't know|dont know|no idea|whatever|something".split("|")
)
ROLES = {
    "champion": "champion",
    "decision_maker": "decision-maker",
    "technical": "technical stakeholder",
    "procurement": "procurement",
    "finance": "finance",
    "user": "user",
}
DOCUMENTS = {"signed_agreement": "signed agreement", "proposal": "proposal", "other": "document"}
APPROVERS = {"manager": "A manager’s", "admin": "An admin’s"}
VOID = frozenset({"cancelled", "no_show"})


@dataclass(frozen=True)
class Proof:
    met: bool
    text: str  # the evidence, or what is missing


def is_filled(value: Any) -> bool:
    """Whether `value` says something; placeholders such as “n/a”, “xxx” and “done” don't, nor does a size of 0."""
    if value is None or value is False:
        return value is False
    if isinstance(value, str):
        return _says_something(value)
    if isinstance(value, Mapping | Sequence | set):
        return any(is_filled(item) for item in (value.values() if isinstance(value, Mapping) else value))
    return value is True or value != 0


def shown(value: Any) -> str:
    """A fact in words for the record."""
    if isinstance(value, list | tuple | set):
        return ", ".join(str(item) for item in value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    return (fact_words(value) if isinstance(value, Mapping) else str(value))[:200]


def _says_something(text: str) -> bool:
    plain = " ".join(text.split()).casefold().strip(" .!,;:\"'()[]{}<>*_")
    if plain in PLACEHOLDERS or not any(letter.isalnum() for letter in plain):
        return False
    return len(plain) < 3 or len(set(plain.replace(" ", ""))) > 1 or plain.isdigit()


def _field(criterion: Criterion, dossier: Dossier, now: datetime) -> Proof:
    value = dossier.facts.get(str(criterion.params["field"]))
    noun = str((criterion.input or {}).get("label") or criterion.params["field"])
    least = int(criterion.params.get("least") or 0)
    if is_filled(value):
        if isinstance(value, str) and len(value.strip()) < least:
            return Proof(False, f"“{shown(value)}” is short. Write at least {least} characters.")
        return Proof(True, f"{noun}: {shown(value)}")
    if isinstance(value, str) and value.strip():
        return Proof(False, f"“{shown(value)}” doesn’t count as an answer. Write the real one.")
    return Proof(False, f"{noun} is missing.")


def _condition(criterion: Criterion, dossier: Dossier, now: datetime) -> Proof:
    tree = criterion.params["condition"]
    met = matches(tree, dict(dossier.facts), now)
    return Proof(met, sentence(tree) if met else f"Not so yet: {sentence(tree)}.")


def _activity(criterion: Criterion, dossier: Dossier, now: datetime) -> Proof:
    kind, outcome = str(criterion.params["kind"]), criterion.params.get("outcome")
    needed = int(criterion.params.get("count") or 1)
    found = [
        row
        for row in dossier.activities
        if row["kind"] == kind and not row["automatic"] and (not outcome or row["outcome"] == outcome)
    ]
    what = f"{kind}, {outcome.replace('_', ' ')}" if outcome else kind
    if len(found) >= needed:
        return Proof(True, f"{len(found)} logged ({what}), last on {day(found[0]['occurred_at'])}")
    return Proof(False, f"{len(found)} of {needed} logged ({what}).")


def _meeting(criterion: Criterion, dossier: Dossier, now: datetime) -> Proof:
    kind = str(criterion.params.get("kind") or "")
    found = [row for row in dossier.meetings if (not kind or row["kind"] == kind) and row["outcome"] not in VOID]
    if not found:
        return Proof(False, f"No {kind or 'other'} meeting is scheduled." if kind else "No meeting is scheduled.")
    row = max(found, key=lambda meeting: meeting["starts_at"])
    return Proof(True, f"{row['title']} on {day(row['starts_at'])}" + (", held" if row["outcome"] == "held" else ""))


def _stakeholder(criterion: Criterion, dossier: Dossier, now: datetime) -> Proof:
    roles, reviewed = list(criterion.params["roles"]), bool(criterion.params.get("reviewed"))
    there = [row for row in dossier.stakeholders if row["role"] in roles and is_filled(row["name"])]
    done = [row for row in there if not reviewed or row["reviewed_at"]]
    wanted = " or ".join(ROLES.get(role, role) for role in roles)
    if done:
        row = done[0]
        return Proof(True, person(row) + (f", {day(row['reviewed_at'])}" if reviewed else f", {wanted}"))
    if there:
        return Proof(False, f"{person(there[0])} hasn’t confirmed yet.")
    return Proof(False, f"No {wanted} is named.")


def _document(criterion: Criterion, dossier: Dossier, now: datetime) -> Proof:
    kind = str(criterion.params.get("kind") or "")
    found = [row for row in dossier.files if not kind or row["kind"] == kind]
    if found:
        return Proof(True, f"{found[0]['name']}, attached {day(found[0]['created_at'])}")
    return Proof(False, f"No {DOCUMENTS.get(kind, kind.replace('_', ' ') or 'document')} is attached.")


def _confirmed(criterion: Criterion, dossier: Dossier, now: datetime) -> Proof:
    word = dossier.confirmations.get(criterion.id)
    if word is None:
        missing = "Nobody has confirmed it yet."
        if criterion.kind == "approval":
            missing = f"{APPROVERS[criterion.params.get('role') or 'manager']} approval is missing."
        return Proof(False, missing)
    said = [f"Confirmed by {word['actor_name'] or 'somebody'}"]
    said += [f"for {day(word['on'])}"] if word.get("on") else []
    said += [f"“{word['note']}”"] if word.get("note") else []
    return Proof(True, ", ".join(said))


def _score(criterion: Criterion, dossier: Dossier, now: datetime) -> Proof:
    score, minimum = dossier.facts.get("score"), int(criterion.params["minimum"])
    if score is not None and score >= minimum:
        return Proof(True, f"Score {score}, at least {minimum}")
    has = "no score yet" if score is None else f"score {score}"
    return Proof(False, f"At least {minimum} is needed, {has}.")


def _objections(criterion: Criterion, dossier: Dossier, now: datetime) -> Proof:
    waiting = open_objections(dossier)
    if not waiting:
        answered = sum(1 for row in dossier.objections if row["answered_at"])
        return Proof(True, f"{answered} answered, none open" if answered else "None raised")
    since = min(row["created_at"] for row in waiting)
    return Proof(False, f"{len(waiting)} open since {day(since)}: “{waiting[0]['text'][:80]}”")


def open_objections(dossier: Dossier) -> list[Mapping[str, Any]]:
    """The blocking objections nobody has answered."""
    return [row for row in dossier.objections if row["blocking"] and not row["answered_at"]]


def person(row: Mapping[str, Any]) -> str:
    return f"{row['name']}, {row['job_title']}" if row.get("job_title") else str(row["name"])


def day(moment: date | datetime) -> str:
    return f"{moment.day} {moment:%b %Y}"


PROOFS: dict[str, Callable[[Criterion, Dossier, datetime], Proof]] = {
    "field": _field,
    "condition": _condition,
    "activity": _activity,
    "meeting": _meeting,
    "stakeholder": _stakeholder,
    "document": _document,
    "approval": _confirmed,
    "checklist": _confirmed,
    "score": _score,
    "objections": _objections,
}


def input_of(criterion: Criterion, dossier: Dossier) -> Mapping[str, Any] | None:
    """What would fill a missing criterion, with the rows there are to choose from."""
    made = criterion.input
    if made is None:
        return None
    if criterion.kind == "objections":
        keys = ("id", "text", "who", "created_at")
        return {**made, "objections": [{key: row.get(key) for key in keys} for row in open_objections(dossier)]}
    if criterion.kind == "stakeholder":
        there = [row for row in dossier.stakeholders if row["role"] in criterion.params["roles"]]
        return {**made, "people": [{"id": row["id"], "name": person(row)} for row in there]}
    if criterion.kind == "field":
        return {**made, "value": dossier.facts.get(criterion.key)}
    return made
