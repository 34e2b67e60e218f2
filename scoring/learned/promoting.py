"""A learned model takes over from the rules, and hands back; both with one click."""

from __future__ import annotations

from django.core.exceptions import ValidationError

from events.kinds import Kind
from events.record import By, record
from scoring.learned.learning import learn_anew_in_a_month, one_at_a_time
from scoring.models import LearnedModel, ModelState
from scoring.rescoring import rescore
from scoring.versions import live_version
from tenancy import clock


def promote(model: LearnedModel, *, by: By) -> None:
    """Let a model from the shadow score leads; the one before retires, open leads are scored again in the background.

    Records MODEL_PROMOTED. Raises ValidationError for one that is not trained, and where no rules are published:
    sub-scores and qualification stay theirs.
    """
    one_at_a_time()
    model.refresh_from_db()
    rules = live_version()
    if rules is None:
        raise ValidationError("Publish scoring rules first: sub-scores and qualification come from them.")
    if model.weights is None or model.state not in (ModelState.SHADOW, ModelState.RETIRED):
        raise ValidationError("Only a trained model can score leads.")
    # The old one first: the database allows one of each.
    LearnedModel.objects.filter(state=ModelState.PROMOTED).update(state=ModelState.RETIRED)
    LearnedModel.objects.filter(pk=model.pk).update(state=ModelState.PROMOTED, promoted_at=clock.now())
    record(Kind.MODEL_PROMOTED, model, by=by, number=model.number)
    learn_anew_in_a_month()
    rescore(rules)


def roll_back(model: LearnedModel, *, by: By) -> None:
    """Take a promoted model out: the one it replaced scores again, or the rules where there was none.

    Records MODEL_RETIRED. Raises ValidationError for a model that is not promoted.
    """
    one_at_a_time()
    if not LearnedModel.objects.filter(pk=model.pk, state=ModelState.PROMOTED).update(state=ModelState.RETIRED):
        raise ValidationError("This model does not score leads.")
    before = LearnedModel.objects.filter(state=ModelState.RETIRED, promoted_at__lt=model.promoted_at)
    earlier = before.order_by("-promoted_at").first()
    if earlier:
        LearnedModel.objects.filter(pk=earlier.pk).update(state=ModelState.PROMOTED)
        learn_anew_in_a_month()
    record(Kind.MODEL_RETIRED, model, by=by, number=model.number, instead=earlier and earlier.number)
    if rules := live_version():
        rescore(rules)
