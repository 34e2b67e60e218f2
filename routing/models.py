from __future__ import annotations

from django.db import models

from accounts.models import Member
from leads.models import Lead
from scoring.models import VersionState
from tenancy import clock
from tenancy.models import TenantForeignKey, TenantModel


class RoutingVersion(TenantModel):
    """One published state of the ordered rules."""

    PREFIX = "rov"

    number = models.PositiveIntegerField()
    state = models.CharField(max_length=10, choices=VersionState.choices, default=VersionState.DRAFT)
    published_at = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        db_table = "routing_version"
        constraints = [
            models.UniqueConstraint(fields=["account", "number"], name="routing_version_number"),
            models.UniqueConstraint(
                fields=["account", "state"], name="routing_version_current", condition=models.Q(state="published")
            ),
        ]

    def __str__(self) -> str:
        return f"v{self.number}"


class Strategy(models.TextChoices):
    ROUND_ROBIN = "round_robin", "Round robin"


class Pool(TenantModel):
    """Members who take turns. Its row is the lock under which turns are taken."""

    PREFIX = "poo"

    name = models.CharField(max_length=80)
    strategy = models.CharField(max_length=12, choices=Strategy.choices, default=Strategy.ROUND_ROBIN)
    everybody = models.BooleanField(default=False)  # all reps; the first admin counts as one until a rep exists

    class Meta(TenantModel.Meta):
        db_table = "pool"
        constraints = [models.UniqueConstraint(fields=["account", "name"], name="pool_name")]

    def __str__(self) -> str:
        return self.name


class PoolMember(TenantModel):
    """A seat in a pool. `turns` counts how often it was its turn; whoever has fewest is next."""

    PREFIX = "pme"

    pool = TenantForeignKey(Pool, on_delete=models.CASCADE, related_name="seats")
    member = TenantForeignKey(Member, related_name="seats")
    turns = models.PositiveIntegerField(default=0)
    paused_at = models.DateTimeField(null=True, blank=True)

    class Meta(TenantModel.Meta):
        db_table = "pool_member"
        constraints = [models.UniqueConstraint(fields=["account", "pool", "member"], name="pool_member_once")]


class Action(models.TextChoices):
    MEMBER = "member"
    POOL = "pool"
    COMPANY_OWNER = "company_owner"
    QUEUE = "queue"
    NURTURE = "nurture"


class RoutingRule(TenantModel):
    """If a lead matches, this happens. Ordered; the last rule has no condition and is the fallback."""

    PREFIX = "ror"

    version = TenantForeignKey(RoutingVersion, on_delete=models.CASCADE, related_name="rules")
    position = models.PositiveSmallIntegerField()
    label = models.CharField(max_length=120)
    condition = models.JSONField(null=True, blank=True)
    action = models.CharField(max_length=16, choices=Action.choices)
    member = TenantForeignKey(Member, null=True, blank=True, related_name="+")
    pool = TenantForeignKey(Pool, null=True, blank=True, related_name="rules")

    class Meta(TenantModel.Meta):
        db_table = "routing_rule"
        constraints = [models.UniqueConstraint(fields=["account", "version", "position"], name="routing_rule_position")]

    def __str__(self) -> str:
        return self.label


class Decision(TenantModel):
    """Why a lead has its owner: every rule tried, every candidate, the sentence for people."""

    PREFIX = "dec"

    lead = TenantForeignKey(Lead, related_name="decisions")
    version = TenantForeignKey(RoutingVersion, null=True, related_name="decisions")
    rule = TenantForeignKey(RoutingRule, null=True, related_name="decisions")
    member = TenantForeignKey(Member, null=True, related_name="decisions")
    reason = models.CharField(max_length=20)  # routed, reassigned, queue, nurture, nobody
    sentence = models.CharField(max_length=300)
    body = models.JSONField()
    decided_at = models.DateTimeField(default=clock.now)

    class Meta(TenantModel.Meta):
        db_table = "decision"
        indexes = [models.Index(fields=["account", "lead", "-decided_at", "-id"], name="decision_lead")]


class SlaPolicy(TenantModel):
    """A promise: first response of the leads of a tier within so many minutes or by the end of a working day."""

    PREFIX = "sla"

    name = models.CharField(max_length=80)
    tier = models.CharField(max_length=8)
    due_minutes = models.PositiveIntegerField(null=True, blank=True)  # empty: by the end of the working day
    warn_at = models.FloatField(default=0.75)  # share of the time after which it is at risk

    class Meta(TenantModel.Meta):
        db_table = "sla_policy"
        constraints = [models.UniqueConstraint(fields=["account", "tier"], name="sla_policy_tier")]

    def __str__(self) -> str:
        return self.name


class Timer(TenantModel):
    """A promise that runs for one lead. Kept, or broken at its due time; never restarted."""

    PREFIX = "tim"

    lead = TenantForeignKey(Lead, related_name="timers")
    policy = TenantForeignKey(SlaPolicy, null=True, related_name="timers")
    clock = models.CharField(max_length=16, default="first_response")
    started_at = models.DateTimeField()
    risk_at = models.DateTimeField()
    due_at = models.DateTimeField()
    kept_at = models.DateTimeField(null=True)
    broken_at = models.DateTimeField(null=True)
    cancelled_at = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        db_table = "timer"
        constraints = [models.UniqueConstraint(fields=["account", "lead", "clock"], name="timer_once")]
        indexes = [models.Index(fields=["account", "due_at"], name="timer_due")]
