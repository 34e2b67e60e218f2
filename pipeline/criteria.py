"""The criteria of a stage: what each kind may ask, how it reads, and the verbs that change them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet

from events.kinds import Kind
from events.record import By, record
from leads.catalogue import Catalogue, Type
from leads.conditions import InvalidCondition, asks_about, sentence, validate
from leads.labels import fact_label
from leads.models import ActivityKind, StakeholderRole
from leads.vocabulary import FACTS
from pipeline.approval import Approver
from pipeline.models import Criterion, CriterionKind, Stage, When
from pipeline.proof import DOCUMENTS, ROLES

MOST = 20  # of one stage
OUTCOMES: dict[str, tuple[str, ...]] = {
    "call": ("spoke", "no_answer", "voicemail", "wrong_number"),
    "email": ("sent", "replied"),
    "meeting": ("held", "no_show", "cancelled"),
    "linkedin": ("sent", "replied"),
    "note": (),
}
MEETINGS = {"discovery": "discovery call", "review": "review", "other": "other meeting"}

Params = dict[str, Any]


def criteria_of(stage: Stage | None) -> QuerySet[Any]:
    """The criteria of one stage, or of all that are in use."""
    found: QuerySet[Any] = Criterion.objects.filter(stage__removed_at=None)
    return found.filter(stage=stage) if stage else found


@transaction.atomic
def put_criterion(row: Criterion, columns: Mapping[str, Any], known: Catalogue, *, by: By) -> Criterion:
    """Add a criterion to `row.stage`, or change one: `when`, `kind`, `label`, `params`, `required`.

    Raises ValidationError, by column, for what can't be asked.
    """
    stage = _hold(row.stage_id)
    adding = row._state.adding
    for name, value in columns.items():
        setattr(row, name, value)
    row.label = " ".join(str(row.label).replace("\x00", "").split())
    if adding or row.required or not set(columns) <= {"required"}:  # to be asked no more, it need not make sense
        row.params = checked(row.kind, row.params, known)
    if not row.label:
        row.label = usual_label(row.kind, row.params)[:120]
    if len(row.label) > 120:
        raise ValidationError({"label": ["At most 120 characters."]})
    if row.when not in When.values:
        raise ValidationError({"when": ["Either entry or exit."]})
    if adding:
        row.position = Criterion.objects.filter(stage=stage).count()
        if row.position >= MOST:
            raise ValidationError({"label": [f"A stage asks for {MOST} things at most."]})
    row.save(force_insert=adding)
    _tell(row, "criterion added" if adding else "criterion changed", by)
    return row


@transaction.atomic
def remove_criterion(row: Criterion, *, by: By) -> None:
    """Ask for it no more; moves keep what it proved."""
    _hold(row.stage_id)
    _tell(row, "criterion removed", by)
    row.delete()


@transaction.atomic
def place_criterion(row: Criterion, place: int, *, by: By) -> None:
    """Give it place number `place` among those of its stage that are asked on the same side (1 is the first)."""
    _hold(row.stage_id)
    everything = list(Criterion.objects.filter(stage=row.stage_id).order_by("position", "id"))
    side = [one for one in everything if one.when == row.when and one != row]
    side.insert(max(place, 1) - 1, row)
    in_order = [*side, *(one for one in everything if one.when != row.when)]
    for position, one in enumerate(in_order):
        one.position = position
    Criterion.objects.bulk_update(in_order, ["position"])
    _tell(row, "criterion placed", by)


def _hold(stage_id: Any) -> Stage:
    stage: Stage = Stage.objects.select_for_update().get(pk=stage_id)
    if stage.removed_at:
        raise ValidationError("This stage was taken out of the pipeline.")
    return stage


def _tell(row: Criterion, did: str, by: By) -> None:
    asked: dict[str, Any] = {"criterion": row.label, "kind_of": row.kind, "when": row.when, "required": row.required}
    record(Kind.STAGE_CHANGED, row.stage_id, by=by, name=row.stage.name, did=did, **asked)


def checked(kind: str, params: Any, known: Catalogue) -> Params:
    """The parameters that a criterion of `kind` takes, and no others. Raises ValidationError for what they can't be."""
    if kind not in CHECKS:
        raise ValidationError({"kind": [f"One of: {', '.join(CriterionKind.values)}."]})
    if not isinstance(params, Mapping):
        raise ValidationError({"params": ["An object is wanted here."]})
    return {name: value for name, value in CHECKS[kind](params, known).items() if value not in ("", None, False)}


def fillable(known: Catalogue) -> dict[str, str]:
    """The facts that somebody can fill in, with their labels, by label."""
    found = {name: field.label for name, field in known.items() if name in FACTS or name.startswith("custom.")}
    return dict(sorted(found.items(), key=lambda pair: pair[1]))


def _field(params: Mapping[str, Any], known: Catalogue) -> Params:
    name = _one(params, "field", fillable(known), "Choose a fact.")
    least = _number(params, "least", 0, 500)
    if least and known[name].type != Type.TEXT:
        raise _wrong("least", "Only text has a length.")
    return {"field": name, "least": least or None, "question": _text(params, "question")}


def _condition(params: Mapping[str, Any], known: Catalogue) -> Params:
    tree = params.get("condition")
    try:
        validate(tree, known)
    except InvalidCondition as refusal:
        raise _wrong("condition", str(refusal)) from None
    if not tree or not asks_about(tree):
        raise _wrong("condition", "Say what must be so.")
    return {"condition": tree}


def _activity(params: Mapping[str, Any], known: Catalogue) -> Params:
    kind = _one(params, "kind", ActivityKind.values, "Choose what is logged.")
    outcome = params.get("outcome") or ""
    if outcome:
        _one(params, "outcome", OUTCOMES[kind], f"A {kind} has no such outcome.")
    return {"kind": kind, "outcome": outcome, "count": _number(params, "count", 1, 50) or 1}


def _meeting(params: Mapping[str, Any], known: Catalogue) -> Params:
    return {"kind": _one(params, "kind", MEETINGS, "Choose a kind of meeting.") if params.get("kind") else ""}


def _stakeholder(params: Mapping[str, Any], known: Catalogue) -> Params:
    roles = params.get("roles")
    if not isinstance(roles, list) or not roles or not all(role in StakeholderRole.values for role in roles):
        raise _wrong("roles", f"One or more of: {', '.join(StakeholderRole.values)}.")
    return {"roles": list(dict.fromkeys(roles)), "reviewed": bool(params.get("reviewed"))}


def _document(params: Mapping[str, Any], known: Catalogue) -> Params:
    return {"kind": _one(params, "kind", DOCUMENTS, "Choose a kind of document.") if params.get("kind") else ""}


def _approval(params: Mapping[str, Any], known: Catalogue) -> Params:
    return {"role": _one(params, "role", Approver.values, "A manager’s or an admin’s.") if params.get("role") else ""}


def _checklist(params: Mapping[str, Any], known: Catalogue) -> Params:
    return {"question": _text(params, "question"), "date": bool(params.get("date"))}


def _score(params: Mapping[str, Any], known: Catalogue) -> Params:
    minimum = _number(params, "minimum", 1, 100)
    if minimum is None:
        raise _wrong("minimum", "From 1 to 100.")
    return {"minimum": minimum}


def _nothing(params: Mapping[str, Any], known: Catalogue) -> Params:
    return {}


CHECKS: dict[str, Callable[[Mapping[str, Any], Catalogue], Params]] = {
    "field": _field,
    "condition": _condition,
    "activity": _activity,
    "meeting": _meeting,
    "stakeholder": _stakeholder,
    "document": _document,
    "approval": _approval,
    "checklist": _checklist,
    "score": _score,
    "objections": _nothing,
}


def usual_label(kind: str, params: Mapping[str, Any]) -> str:
    """What a criterion is called where nobody says otherwise."""
    label = _label(kind, params)
    return label[:1].upper() + label[1:]


def _label(kind: str, params: Mapping[str, Any]) -> str:
    match kind:
        case "field":
            return f"{fact_label(params['field'])} is known"
        case "condition":
            return sentence(params["condition"])
        case "activity":
            outcome = f", {params['outcome'].replace('_', ' ')}" if params.get("outcome") else ""
            times = f", {params['count']} times" if params.get("count", 1) > 1 else ""
            return f"{ActivityKind(params['kind']).label} logged{outcome}{times}"
        case "meeting":
            return f"A {MEETINGS.get(params.get('kind', ''), 'meeting')} is scheduled"
        case "stakeholder":
            roles = " or ".join(ROLES.get(role, role) for role in params["roles"])
            return f"A {roles} {'has confirmed' if params.get('reviewed') else 'is named'}"
        case "document":
            return f"A {DOCUMENTS.get(params.get('kind', ''), 'document')} is attached"
        case "approval":
            return f"{Approver(params.get('role') or Approver.MANAGER).label} approves"
        case "checklist":
            return params.get("question") or "Confirmed"
        case "score":
            return f"The score is {params['minimum']} or more"
        case _:
            return "No blocking objection is open"


def sentence_of(row: Criterion, known: Catalogue) -> str:
    """What a criterion asks for, in words, below its label."""
    more = _more(row, known)
    return f"{CriterionKind(row.kind).label}.{' ' if more else ''}{more}"


def _more(row: Criterion, known: Catalogue) -> str:
    params = row.params
    match row.kind:
        case "field":
            return _about_field(params)
        case "condition":
            return f"{sentence(params['condition'], known)}."
        case "stakeholder" if params.get("reviewed"):
            return f"{usual_label(row.kind, params)}."
        case "stakeholder":
            return f"Role is {' or '.join(ROLES.get(role, role) for role in params['roles'])}."
        case "checklist":
            return f"“{params.get('question', '')}”{' With a date.' if params.get('date') else ''}"
        case "approval":
            return f"{Approver(params.get('role') or Approver.MANAGER).label} says yes, when asked."
        case "objections":
            return "Each needs an answer that says something."
        case _:
            return "" if row.label == usual_label(row.kind, params) else f"{usual_label(row.kind, params)}."


def _about_field(params: Mapping[str, Any]) -> str:
    parts = [fact_label(params["field"])]
    parts += [f"at least {params['least']} characters"] if params.get("least") else []
    asked = f" Shown to the rep as “{params['question']}”." if params.get("question") else ""
    return f"{', '.join(parts)}. “n/a”, “tbd” and “xxx” don’t count.{asked}"


def _one(params: Mapping[str, Any], name: str, allowed: Iterable[str], words: str) -> str:
    value = params.get(name)
    if not isinstance(value, str) or value not in list(allowed):
        raise _wrong(name, words)
    return value


def _number(params: Mapping[str, Any], name: str, least: int, most: int) -> int | None:
    value = params.get(name)
    if value in (None, ""):
        return None
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise _wrong(name, f"A whole number from {least} to {most}.")
    return value


def _text(params: Mapping[str, Any], name: str) -> str:
    value = params.get(name) or ""
    if not isinstance(value, str) or len(value) > 200:
        raise _wrong(name, "A text of at most 200 characters.")
    return " ".join(value.replace("\x00", "").split())


def _wrong(name: str, words: str) -> ValidationError:
    return ValidationError({f"params.{name}": [words]})
