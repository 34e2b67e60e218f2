from __future__ import annotations

from django.db import models

from accounts.models import Member
from routing.models.pools import Pool
from routing.models.territories import Territory
from scoring.models import VersionState
from tenancy.ids import uuid7
from tenancy.models import TenantForeignKey, TenantModel


class Closed(models.TextChoices):
    """What becomes of a lead while nobody who could take it works."""

    FIRST_TO_OPEN = "first_to_open", "Goes to whoever is back first"
    QUEUE = "queue", "Waits until somebody is back"


def usual_effort() -> dict[str, int]:
    return {"urgent": 45, "high": 30, "medium": 20, "low": 10}


class RoutingVersion(TenantModel):
    """One state of the ordered rules: a draft, what is in force, or what was."""

    PREFIX = "rov"

    number = models.PositiveIntegerField()
    state = models.CharField(max_length=10, choices=VersionState.choices, default=VersionState.DRAFT)
    closed = models.CharField(max_length=16, choices=Closed.choices, default=Closed.FIRST_TO_OPEN)
    effort = models.JSONField(default=usual_effort)  # minutes of work that a lead of each tier is estimated at
    published_at = models.DateTimeField(null=True)
    based_on = models.PositiveIntegerField(null=True)  # the number of the version it was made from

    class Meta(TenantModel.Meta):
        db_table = "routing_version"
        constraints = [
            models.UniqueConstraint(fields=["account", "number"], name="routing_version_number"),
            models.UniqueConstraint(
                fields=["account", "state"], name="routing_version_current", condition=models.Q(state="published")
            ),
            models.UniqueConstraint(
                fields=["account", "state"], name="routing_version_draft", condition=models.Q(state="draft")
            ),
        ]

    def __str__(self) -> str:
        return f"v{self.number}"


class Action(models.TextChoices):
    MEMBER = "member", "A person"
    POOL = "pool", "A pool"
    TERRITORY = "territory", "The owner of the territory"
    COMPANY_OWNER = "company_owner", "The owner of the same company"
    QUEUE = "queue", "The intake queue"
    NURTURE = "nurture", "Nurture, without an owner"


class RoutingRule(TenantModel):
    """If a lead matches, this happens. Ordered; the last rule has no condition and is the fallback."""

    PREFIX = "ror"

    version = TenantForeignKey(RoutingVersion, on_delete=models.CASCADE, related_name="rules")
    key = models.UUIDField(default=uuid7)  # stays the same from version to version
    position = models.PositiveSmallIntegerField()
    label = models.CharField(max_length=120)
    condition = models.JSONField(null=True, blank=True)
    action = models.CharField(max_length=16, choices=Action.choices)
    member = TenantForeignKey(Member, null=True, blank=True, related_name="+")
    pool = TenantForeignKey(Pool, null=True, blank=True, related_name="rules")
    territory = TenantForeignKey(Territory, null=True, blank=True, related_name="rules")  # empty: the lead's own
    # Where the deal is to begin: plain keys of tables that only an app downstream knows.
    pipeline_id = models.UUIDField(null=True, blank=True)
    stage_id = models.UUIDField(null=True, blank=True)

    class Meta(TenantModel.Meta):
        db_table = "routing_rule"
        constraints = [models.UniqueConstraint(fields=["account", "version", "position"], name="routing_rule_position")]
        indexes = [models.Index(fields=["account", "key"], name="routing_rule_key")]

    def __str__(self) -> str:
        return self.label

    @property
    def is_fallback(self) -> bool:
        return self.condition is None
