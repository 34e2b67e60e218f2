"""What the buttons below a question send: a fact, a yes or no, or that nobody will say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.core.exceptions import ValidationError

from events.record import By
from leads.models import Lead
from scoring.answers import answer
from scoring.current import current_model

WONT_SAY = "wont-say"
YES_OR_NO: dict[str, bool | None] = {"yes": True, "no": False, "": None}


@dataclass(frozen=True)
class Reply:
    """The score before and after; None where there was none."""

    before: int | None
    after: int | None


def answered(lead: Lead, said: Mapping[str, str], *, by: By) -> Reply:
    """Take one answer: `fact` or `criterion`, and its `value`. Raises ValidationError for what makes no sense."""
    fact, criterion, value = (str(said.get(name, "")).strip() for name in ("fact", "criterion", "value"))
    before = lead.score
    if value == WONT_SAY:
        scored = answer(lead, declined=[_known(fact or criterion)], by=by)
    elif fact:
        scored = answer(lead, facts={fact: value or None}, by=by)
    else:
        scored = answer(lead, criteria={_criterion(criterion): _yes_or_no(value)}, by=by)
    return Reply(before, scored.receipt.score if scored else before)


def _known(name: str) -> str:
    model = current_model()
    if model is None or name not in {*model.questions, *(one.key for one in model.criteria)}:
        raise ValidationError("Nobody asks for that.")
    return name


def _criterion(key: str) -> str:
    model = current_model()
    if model is None or key not in {one.key for one in model.criteria}:
        raise ValidationError("There is no such criterion.")
    return key


def _yes_or_no(value: str) -> bool | None:
    if value not in YES_OR_NO:
        raise ValidationError("Yes or no?")
    return YES_OR_NO[value]
