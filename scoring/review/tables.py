"""Reviews of the weights, and how often they are due."""

from __future__ import annotations

from datetime import timedelta

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from tenancy import clock
from tenancy.models import TenantForeignKey, TenantModel

SOONEST, USUAL, LATEST = 60, 75, 90  # days
STUCK = timedelta(minutes=10)


class Why(models.TextChoices):
    """Why admins were told of a review."""

    DUE = "due", "It was due"
    DRIFT = "drift", "Leads did otherwise than their weights say"


class Review(TenantModel):
    """One look at what became of leads, against the weights in force; what was found, and what was decided."""

    PREFIX = "rev"

    version = TenantForeignKey("scoring.ScoringVersion", on_delete=models.CASCADE, related_name="reviews")
    step = models.CharField(max_length=60, blank=True)  # what looking is at
    percent = models.PositiveSmallIntegerField(default=0)
    asked_at = models.DateTimeField(default=clock.now)
    made_at = models.DateTimeField(null=True)  # before that it is being looked
    findings = models.JSONField(default=dict)  # findings.Findings as JSON
    why = models.CharField(max_length=8, choices=Why.choices, blank=True)
    told_at = models.DateTimeField(null=True)
    decision = models.CharField(max_length=120, blank=True)
    decided_by = models.CharField(max_length=120, blank=True)
    closed_at = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        db_table = "review"
        constraints = [
            models.UniqueConstraint(fields=["account"], name="review_looking", condition=models.Q(made_at=None)),
        ]
        indexes = [models.Index(fields=["account", "-made_at"], name="review_newest")]

    @property
    def is_looking(self) -> bool:
        """Whether somebody is at it; what takes longer than ten minutes may be asked for again."""
        return self.made_at is None and clock.now() - self.asked_at < STUCK


class ReviewPlan(TenantModel):
    """How often an account reviews its weights; without a row every 75 days."""

    PREFIX = "rvp"

    every_days = models.PositiveSmallIntegerField(
        default=USUAL, validators=[MinValueValidator(SOONEST), MaxValueValidator(LATEST)]
    )

    class Meta(TenantModel.Meta):
        db_table = "review_plan"
        constraints = [
            models.UniqueConstraint(fields=["account"], name="review_plan_once"),
            models.CheckConstraint(
                condition=models.Q(every_days__gte=SOONEST, every_days__lte=LATEST), name="review_plan_days"
            ),
        ]
