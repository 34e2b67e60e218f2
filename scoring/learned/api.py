"""REST: learned models: trained, judged, promoted, rolled back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.core.exceptions import ValidationError
from drf_spectacular.utils import extend_schema
from rest_framework import serializers as s
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api import Need, endpoint
from accounts.idempotency import idempotent
from accounts.openapi import CURSOR, IDEMPOTENCY_KEY, LIMIT, OF_ONE, OF_POST, REFUSALS, answers, listing
from accounts.problems import Problem
from accounts.roles import Function, Scope
from events.record import By
from leads.api.leads import paged
from leads.api.work import valid
from scoring.learned import enough, promoting
from scoring.learned.learning import ask_for_model
from scoring.learned.past import learnable
from scoring.learned.showing import every_model
from scoring.learned.tables import LearnedModel, ModelState
from tenancy.models import get_or_404

NEED = Need(Scope.SETTINGS_WRITE, Function.MANAGE_ACCOUNT)
LEAST, MOST = 0.1, 0.5  # of the history, to try a model on
MOST_FIELDS = 100


class IntervalOut(s.Serializer[Any]):
    """An estimate with its 95 % confidence interval."""

    value, low, high = s.FloatField(), s.FloatField(), s.FloatField()


class BinOut(s.Serializer[Any]):
    """Leads of similar chance: what was promised on average, and the share won."""

    n, promised = s.IntegerField(), s.FloatField()
    won = IntervalOut()


class LiftOut(s.Serializer[Any]):
    """What a tier held: the share won, and how many times the share of all leads that is."""

    tier, n = s.CharField(), s.IntegerField()
    won = IntervalOut()
    lift = s.FloatField()


class MarksOut(s.Serializer[Any]):
    """How one way to score did on the leads held out."""

    auc, brier = IntervalOut(), IntervalOut()
    calibration_error = s.FloatField()
    calibration, lift = BinOut(many=True), LiftOut(many=True)


class LeakOut(s.Serializer[Any]):
    """A field that knows the outcome: it `decides` it nearly alone, or is filled `late`."""

    field = s.CharField()
    kind = s.ChoiceField(["decides", "late"])
    sentence = s.CharField()


class ModelOut(s.Serializer[Any]):
    """`model` and `rules` are null until it was tried: on the `tried_on` latest leads, learned from those before."""

    id, number = s.CharField(), s.IntegerField()
    state = s.ChoiceField(ModelState.choices)
    step, refusal = s.CharField(allow_blank=True), s.CharField(allow_blank=True)
    percent, won, lost = s.IntegerField(), s.IntegerField(), s.IntegerField()
    holdout = s.FloatField()
    learned_from, tried_on = s.IntegerField(allow_null=True), s.IntegerField(allow_null=True)
    tiers = s.DictField(child=s.IntegerField())
    model, rules = MarksOut(allow_null=True), MarksOut(allow_null=True)
    leaks = LeakOut(many=True)
    left_out = s.ListField(child=s.CharField())
    asked_at = s.DateTimeField()
    trained_at, promoted_at = s.DateTimeField(allow_null=True), s.DateTimeField(allow_null=True)


class TrainingIn(s.Serializer[Any]):
    """`fields`: what to learn from. `holdout`: the share of the history, the latest, to try the model on."""

    holdout = s.FloatField(min_value=LEAST, max_value=MOST, default=enough.TRIED_ON / 100)

    def validate_fields(self, names: list[str]) -> list[str]:
        known = learnable()
        wrong: Any = {
            at: ["There is no such field to learn from."] for at, name in enumerate(names) if name not in known
        }
        if wrong:
            raise s.ValidationError(wrong, code="unknown")
        return names


# What DRF calls `fields` is something else, so the class bodies may not.
TrainingIn._declared_fields["fields"] = s.ListField(
    child=s.CharField(max_length=120), allow_empty=False, max_length=MOST_FIELDS
)
ModelOut._declared_fields["fields"] = s.ListField(child=s.CharField())


@extend_schema(
    methods=["GET"],
    operation_id="list_scoring_models",
    parameters=[LIMIT, CURSOR],
    responses=answers(*REFUSALS, ok=listing("ScoringModelPage", ModelOut)),
)
@extend_schema(
    methods=["POST"],
    operation_id="train_scoring_model",
    request=TrainingIn,
    parameters=[IDEMPOTENCY_KEY],
    responses=answers(*REFUSALS, *OF_POST, accepted=ModelOut),
)
@endpoint(GET=NEED, POST=NEED)
@idempotent
def models(request: Request) -> Response:
    """All trainings, the newest first. A POST begins one in the background; it waits in the shadow when it is done."""
    if request.method == "GET":
        return paged(request, every_model(), "-number", on_wire)
    said = valid(TrainingIn, request)
    try:
        asked = ask_for_model(said["fields"], by=_caller(request), held_out=round(100 * said["holdout"]))
    except ValidationError as refusal:
        status, title = (409, "Conflict") if refusal.code == "running" else (422, "Understood and refused")
        raise Problem(status, title, " ".join(refusal.messages)) from None
    return Response(on_wire(asked), status=202)


@extend_schema(operation_id="read_scoring_model", responses=answers(*OF_ONE, ok=ModelOut))
@endpoint(GET=NEED)
def model(request: Request, model_id: str) -> Response:
    """How far a training is, how good the model is, and which of its fields know the outcome."""
    return Response(on_wire(get_or_404(LearnedModel, model_id)))


@extend_schema(
    methods=["POST"],
    operation_id="promote_scoring_model",
    request=None,
    parameters=[IDEMPOTENCY_KEY],
    responses=answers(*OF_ONE, *OF_POST, ok=ModelOut),
)
@extend_schema(methods=["DELETE"], operation_id="roll_back_scoring_model", responses=answers(*OF_ONE, 409, ok=ModelOut))
@endpoint(POST=NEED, DELETE=NEED)
@idempotent
def promotion(request: Request, model_id: str) -> Response:
    """Let a model score leads; DELETE gives them back to the model before it, or to the rules."""
    found: LearnedModel = get_or_404(LearnedModel, model_id)
    verb: Callable[..., None] = promoting.roll_back if request.method == "DELETE" else promoting.promote
    try:
        verb(found, by=_caller(request))
    except ValidationError as refusal:
        raise Problem(409, "Conflict", " ".join(refusal.messages)) from None
    found.refresh_from_db()
    return Response(on_wire(found))


def _caller(request: Request) -> By:
    inner: Any = request._request
    by: By = inner.by
    return by


def on_wire(found: LearnedModel) -> dict[str, Any]:
    trial = found.evaluation or {}
    told = {
        "id": found.public_id,
        "holdout": found.held_out / 100,
        "learned_from": trial.get("learned_from"),
        "tried_on": trial.get("tried_on"),
        "left_out": trial.get("left_out", []),
        "model": _marks(trial.get("model")),
        "rules": _marks(trial.get("rules")),
    }
    return {**ModelOut({**vars(found), **told}).data}


def _marks(marks: Mapping[str, Any] | None) -> dict[str, Any] | None:
    if not marks:
        return None
    return {
        "auc": marks["auc"],
        "brier": marks["brier"],
        "calibration_error": marks["error"],
        "calibration": marks["bins"],
        "lift": marks["tiers"],
    }
