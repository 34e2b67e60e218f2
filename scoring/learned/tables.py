"""Learned models and what they say of leads, beside the rules or in their place."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models

from leads.models import Lead
from tenancy import clock
from tenancy.models import TenantForeignKey, TenantManager, TenantModel, TenantQuerySet


class ModelState(models.TextChoices):
    TRAINING = "training", "Training"
    REFUSED = "refused", "Refused"
    SHADOW = "shadow", "In the shadow of the rules"
    PROMOTED = "promoted", "Scores leads"
    RETIRED = "retired", "Retired"


class LearnedModelQuerySet(TenantQuerySet):
    def newest_first(self) -> LearnedModelQuerySet:
        return self.order_by("-number")

    def at_work(self) -> LearnedModelQuerySet:
        """The promoted one and the one in the shadow."""
        return self.filter(state__in=[ModelState.PROMOTED, ModelState.SHADOW])


class LearnedModel(TenantModel):
    """One training on the account's closed leads: what came out, how good it is, and what became of it."""

    PREFIX = "lrn"

    number = models.PositiveIntegerField()
    state = models.CharField(max_length=10, choices=ModelState.choices, default=ModelState.TRAINING)
    fields = models.JSONField(default=list)  # names of facts, as chosen
    held_out = models.PositiveSmallIntegerField(default=30, db_default=30)  # per cent, the latest, that it is tried on
    step = models.CharField(max_length=60, blank=True)  # what training is at
    percent = models.PositiveSmallIntegerField(default=0)
    refusal = models.CharField(max_length=300, blank=True)
    won = models.PositiveIntegerField(default=0)
    lost = models.PositiveIntegerField(default=0)
    weights = models.JSONField(null=True)  # weights.Weights as JSON
    evaluation = models.JSONField(default=dict)  # trial.Trial as JSON
    leaks = models.JSONField(default=list)  # [{"field", "kind", "sentence"}] of the chosen fields
    tiers = models.JSONField(default=dict)  # {"urgent": 71, "high": 52, "medium": 30}
    asked_at = models.DateTimeField(default=clock.now)
    trained_at = models.DateTimeField(null=True)
    promoted_at = models.DateTimeField(null=True)

    objects: ClassVar[Any] = TenantManager.from_queryset(LearnedModelQuerySet)()

    class Meta(TenantModel.Meta):
        db_table = "learned_model"
        constraints = [
            models.UniqueConstraint(fields=["account", "number"], name="learned_model_number"),
            models.UniqueConstraint(
                fields=["account", "state"],
                name="learned_model_at_work",
                condition=models.Q(state__in=["promoted", "shadow", "training"]),
            ),
        ]

    def __str__(self) -> str:
        return f"Learned model {self.number}"


class LearnedScore(TenantModel):
    """What a learned model says of a lead: one row for each, the latest."""

    PREFIX = "lsc"

    lead = TenantForeignKey(Lead, on_delete=models.CASCADE, related_name="learned_scores")
    model = TenantForeignKey(LearnedModel, on_delete=models.CASCADE, related_name="scores")
    chance = models.PositiveSmallIntegerField()  # of being won, in hundredths of a per cent
    rules = models.PositiveSmallIntegerField()  # the score by the rules at the same time
    scored_at = models.DateTimeField(default=clock.now)

    class Meta(TenantModel.Meta):
        db_table = "learned_score"
        constraints = [models.UniqueConstraint(fields=["account", "model", "lead"], name="learned_score_once")]
        indexes = [models.Index(fields=["account", "lead"], name="learned_score_lead")]
