from __future__ import annotations

from typing import Any, ClassVar

from django.db import models

from accounts.models import Member
from leads.models import Lead
from routing.models.promises import Timer
from tenancy.models import TenantForeignKey, TenantManager, TenantModel, TenantQuerySet


class Blame(models.TextChoices):
    SYSTEM = "system", "System"
    CALENDAR = "calendar", "Calendar"
    CAPACITY = "capacity", "Capacity"
    PERSON = "person", "Person"


class Settled(models.TextChoices):
    ANSWERED = "answered", "Answered"
    CLOSED = "closed", "The lead was closed"
    REASSIGNED = "reassigned", "Given to somebody else"
    TAKEN = "taken", "Taken"
    PAUSED = "paused", "Paused"
    DISMISSED = "dismissed", "Dismissed"


class BreachQuerySet(TenantQuerySet):
    def unsettled(self) -> BreachQuerySet:
        """What still waits in the escalations inbox."""
        return self.filter(settled_at=None)


class Breach(TenantModel):
    """A promise was not kept: whose lead it was then, what it is charged to, and how it was settled.

    `why` is the sentence for people, `body` the plain data behind it (routing/blame.py); `windows` were missed so far.
    """

    PREFIX = "bre"

    timer = TenantForeignKey(Timer, related_name="breaches")
    lead = TenantForeignKey(Lead, related_name="breaches")
    owner = TenantForeignKey(Member, null=True, related_name="+")
    blame = models.CharField(max_length=8, choices=Blame.choices)
    why = models.CharField(max_length=300)
    body = models.JSONField(default=dict)
    windows = models.PositiveSmallIntegerField(default=1)
    broken_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)
    settled = models.CharField(max_length=10, choices=Settled.choices, blank=True)
    settled_reason = models.CharField(max_length=200, blank=True)
    settled_by = models.CharField(max_length=120, blank=True)

    objects: ClassVar[Any] = TenantManager.from_queryset(BreachQuerySet)()

    class Meta(TenantModel.Meta):
        db_table = "breach"
        constraints = [models.UniqueConstraint(fields=["account", "timer"], name="breach_once")]
        indexes = [
            models.Index(
                fields=["account", "broken_at", "id"], name="breach_open", condition=models.Q(settled_at=None)
            ),
            models.Index(fields=["account", "lead"], name="breach_lead"),
        ]
