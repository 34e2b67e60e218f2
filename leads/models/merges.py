from __future__ import annotations

from typing import Any, ClassVar

from django.db import models

from leads.models.lead import Lead
from tenancy import clock
from tenancy.models import TenantForeignKey, TenantManager, TenantModel, TenantQuerySet


class MergeQuerySet(TenantQuerySet):
    def standing(self) -> MergeQuerySet:
        """Merges that nobody has undone."""
        return self.filter(undone_at=None)


class Merge(TenantModel):
    """Two leads made one. `changes` holds what every touched row was before, so that it can be undone at any time."""

    PREFIX = "mrg"

    lead = TenantForeignKey(Lead, related_name="merges")  # the one that is kept
    other = TenantForeignKey(Lead, related_name="merged")
    changes = models.JSONField(default=list)  # leads/merging/journal.py
    actor_kind = models.CharField(max_length=10)
    actor_id = models.UUIDField(null=True)
    actor_name = models.CharField(max_length=120, blank=True)
    merged_at = models.DateTimeField(default=clock.now)
    undone_at = models.DateTimeField(null=True)

    objects: ClassVar[Any] = TenantManager.from_queryset(MergeQuerySet)()

    class Meta(TenantModel.Meta):
        db_table = "merge"
        constraints = [
            models.UniqueConstraint(fields=["account", "other"], name="merge_once", condition=models.Q(undone_at=None)),
        ]
        indexes = [models.Index(fields=["account", "lead", "merged_at"], name="merge_lead")]


class Suspicion(TenantModel):
    """Two leads that may be one person; somebody looks at them. `first` has the smaller id."""

    PREFIX = "sus"

    first = TenantForeignKey(Lead, related_name="suspicions")
    second = TenantForeignKey(Lead, related_name="suspicions_of")
    confidence = models.PositiveSmallIntegerField()  # 0-100
    reasons = models.JSONField(default=list)  # sentences, strongest first
    found_at = models.DateTimeField(default=clock.now)
    settled_at = models.DateTimeField(null=True)
    answer = models.CharField(max_length=10, blank=True)  # merged, different

    class Meta(TenantModel.Meta):
        db_table = "suspicion"
        constraints = [models.UniqueConstraint(fields=["account", "first", "second"], name="suspicion_once")]
        indexes = [
            models.Index(
                fields=["account", "-confidence", "-id"], name="suspicion_open", condition=models.Q(settled_at=None)
            ),
            models.Index(fields=["account", "second"], name="suspicion_second"),
        ]


class DuplicateRule(TenantModel):
    """How sure the account wants to be: from `attach` on it happens by itself, from `review` on a person is asked."""

    PREFIX = "dup"

    attach = models.PositiveSmallIntegerField(default=95)
    review = models.PositiveSmallIntegerField(default=70)

    class Meta(TenantModel.Meta):
        db_table = "duplicate_rule"
        constraints = [models.UniqueConstraint(fields=["account"], name="duplicate_rule_one")]
