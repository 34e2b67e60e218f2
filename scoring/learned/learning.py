"""A training from beginning to end: read the closed leads, look for leaks, try a model on the later ones, keep it;
and again every month, as long as a model is at work."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db.models import Max

from events.jobs import HANDLERS, schedule
from events.kinds import Kind
from events.record import SYSTEM, By, record
from leads.crowd import lock
from leads.lookup import lock_key
from scoring.current import starting_model
from scoring.earnings import Earnings
from scoring.known import known_of
from scoring.learned import enough
from scoring.learned.leaks import Leak, late_fields, leaks
from scoring.learned.past import CHUNK, Past, counts, learnable, past
from scoring.learned.training import Trained, train
from scoring.learned.trial import Trial, try_out
from scoring.model import Model
from scoring.models import LearnedModel, LearnedScore, ModelState
from scoring.notices import tell_admins
from scoring.rescoring import rescore
from scoring.tiers import THRESHOLDS
from scoring.versions import live_version
from tenancy import clock
from tenancy.models import Account
from tenancy.scope import current_account, scope

MONTH = timedelta(days=30)
STUCK = timedelta(hours=1)  # a training takes seconds; one that failed so long has been given up
NO_END = "Its training came to no end; the operators' page says why."


def ask_for_model(fields: Sequence[str], *, by: By, held_out: int = enough.TRIED_ON) -> LearnedModel:
    """Begin to learn from `fields` in the background, and try it on the latest `held_out` per cent of the history.

    Records MODEL_ASKED, which starts it. Raises ValidationError without a usable field, with too short a history, and
    (with the code `running`) while another training runs.
    """
    one_at_a_time()
    chosen = [name for name in learnable() if name in set(fields)]
    if not chosen:
        raise ValidationError("Choose at least one field to learn from.")
    try:
        enough.check(*counts())
    except enough.TooFew as too_few:
        raise ValidationError(str(too_few)) from None
    running = LearnedModel.objects.filter(state=ModelState.TRAINING)
    running.filter(asked_at__lt=clock.now() - STUCK).update(state=ModelState.REFUSED, refusal=NO_END)
    if running.exists():
        raise ValidationError("A model is being trained already.", code="running")
    newest = LearnedModel.objects.aggregate(newest=Max("number"))["newest"] or 0
    model: LearnedModel = LearnedModel.objects.create(
        number=newest + 1, fields=chosen, held_out=held_out, step="Waiting for its turn"
    )
    record(Kind.MODEL_ASKED, model, by=by, number=model.number, fields=chosen)
    return model


def one_at_a_time() -> None:
    """Of two admins of the account in scope at once the second waits, and then sees what the first did."""
    lock([lock_key(current_account().pk, "learned_model")])


def learn(account: Account, model_id: UUID) -> None:
    """Train what was asked for, step by step; runs outside of a transaction, so that its progress can be seen."""
    with scope(account):
        model = LearnedModel.objects.filter(pk=model_id, state=ModelState.TRAINING).first()
    if model is None:
        return
    try:
        _learn(account, model)
    except enough.TooFew as too_few:
        with scope(account):
            _finish(model, state=ModelState.REFUSED, refusal=str(too_few))


def learn_anew_in_a_month() -> None:
    """Set the clock of the account in scope; one that runs begins again."""
    schedule(HANDLERS["scoring.retrain_models"], current_account().pk, clock.now() + MONTH)


def retrain() -> None:
    """Learn from the fields of the model that scores leads, else of the shadow; without either, never again."""
    at_work = {model.state: model for model in LearnedModel.objects.at_work()}
    model = at_work.get(ModelState.PROMOTED) or at_work.get(ModelState.SHADOW)
    if model is None:
        return
    learn_anew_in_a_month()
    with suppress(ValidationError):  # another one is being trained, or its fields are archived: in a month, then
        ask_for_model(model.fields, by=SYSTEM, held_out=model.held_out)


def _learn(account: Account, model: LearnedModel) -> None:
    with _step(account, model, "Reading closed leads", 10):
        # Close rates were counted from these very outcomes: with them the rules would look better than they are.
        rules = starting_model()
        history = past(also=rules.asks if rules else ())
    won = [one.won for one in history]
    enough.check(sum(won), len(won) - sum(won))
    with _step(account, model, "Scoring them by the rules", 35):
        by_rules = scores_by(rules, history) if rules else None
    with _step(account, model, "Looking for fields that know the outcome", 50):
        warnings = warn(history, model.fields)
    rows = [one.facts for one in history]
    with _step(account, model, "Trying it on later leads", 65):
        trial = try_out(rows, won, model.fields, by_rules, rules.tiers if rules else THRESHOLDS, model.held_out)
    with _step(account, model, "Learning from all of them", 90):
        trained = train(rows, won, model.fields)
        _keep(model, won, trained, trial, warnings)


def warn(history: Sequence[Past], fields: Sequence[str]) -> list[Leak]:
    """The fields that know the outcome, by what they say and by when they are filled."""
    late = late_fields([one.facts_now for one in history], [one.life for one in history], fields)
    telling = leaks([one.facts_now for one in history], [one.won for one in history], fields)
    return late + [leak for leak in telling if leak.field not in {one.field for one in late}]


def scores_by(model: Model, history: Sequence[Past]) -> list[int]:
    """What the rules would have said of each lead when it was closed."""
    found, earnings = [], Earnings(model, clock.now())
    for start in range(0, len(history), CHUNK):
        part = history[start : start + CHUNK]
        # As far back as the first of them remembered; what came after a lead was closed is left out below.
        told = {one.lead_id: one.facts for one in part}
        known = known_of(list(told), [model], min(one.captured_at for one in part), facts=told)
        for one in part:
            seen = known[one.lead_id]
            found.append(earnings.at(one.life.closed_at).points(seen.facts, seen.signals))
    return found


def _step(account: Account, model: LearnedModel, words: str, percent: int) -> Any:
    """Say where training is, for everybody to see, and open the scope for what follows."""
    with scope(account):
        LearnedModel.objects.filter(pk=model.pk).update(step=words, percent=percent)
    return scope(account)


def _keep(model: LearnedModel, won: Sequence[bool], trained: Trained, trial: Trial, warnings: Sequence[Leak]) -> None:
    shadow = LearnedModel.objects.filter(state=ModelState.SHADOW)
    LearnedScore.objects.filter(model__in=list(shadow.values_list("pk", flat=True))).delete()  # nobody asks any more
    shadow.update(state=ModelState.RETIRED)
    _finish(
        model,
        state=ModelState.SHADOW,
        won=sum(won),
        lost=len(won) - sum(won),
        weights=trained.weights.as_json(),
        evaluation=trial.as_json() | {"left_out": list(trained.left_out)},
        tiers=trial.thresholds,
        leaks=[{"field": one.field, "kind": one.kind, "sentence": one.sentence} for one in warnings],
        trained_at=clock.now(),
    )
    if rules := live_version():
        rescore(rules)  # so that it has said its word on every open lead before that is won or lost
    learn_anew_in_a_month()
    event = record(Kind.MODEL_TRAINED, model, by=SYSTEM, number=model.number)
    tell_admins(
        event, f"{model} is trained. See how it does, in the shadow until you let it score.", "settings/learned/"
    )


def _finish(model: LearnedModel, **columns: Any) -> None:
    LearnedModel.objects.filter(pk=model.pk, state=ModelState.TRAINING).update(step="", percent=100, **columns)
