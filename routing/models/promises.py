from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from django.db import models

from accounts.models import Member
from leads.models import Lead
from routing.ladder import for_answers
from tenancy.models import TenantForeignKey, TenantManager, TenantModel, TenantQuerySet


class Clock(models.TextChoices):
    FIRST_ATTEMPT = "first_attempt", "First attempt"
    FIRST_RESPONSE = "first_response", "First response"
    NEXT_STEP = "next_step", "Next step"


class SlaPolicy(TenantModel):
    """A promise to the leads that match, within so many minutes of working time or by the end of a working day.

    For each clock the first policy in order counts whose condition a lead meets.
    """

    PREFIX = "sla"

    name = models.CharField(max_length=80)
    position = models.PositiveSmallIntegerField(default=0)
    clock = models.CharField(max_length=16, choices=Clock.choices, default=Clock.FIRST_RESPONSE)
    condition = models.JSONField(null=True, blank=True)  # empty: every lead
    due_minutes = models.PositiveIntegerField(null=True, blank=True)  # empty: by the end of the working day
    warn_at = models.FloatField(default=0.75)  # share of the time after which it is at risk
    ladder = models.JSONField(default=for_answers)  # routing/ladder.py
    pause_days = models.PositiveSmallIntegerField(default=3)  # working days it may wait for the customer, in all
    retired_at = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        db_table = "sla_policy"
        indexes = [models.Index(fields=["account", "position", "id"], name="sla_policy_order")]

    def __str__(self) -> str:
        return self.name


class TimerQuerySet(TenantQuerySet):
    def running(self) -> TimerQuerySet:
        """Neither kept nor ended; broken ones run on until somebody answers."""
        return self.filter(kept_at=None, cancelled_at=None)

    def unbroken(self) -> TimerQuerySet:
        return self.running().filter(broken_at=None)


class Timer(TenantModel):
    """A promise that runs for one lead. Kept, or broken at its due time; never restarted.

    `rungs` is the ladder in times, of which `climbed` are done. `owner`, `working_minutes` and `wall_minutes` (from
    start to answer) are written when it is kept or broken.
    """

    PREFIX = "tim"

    lead = TenantForeignKey(Lead, related_name="timers")
    policy = TenantForeignKey(SlaPolicy, null=True, on_delete=models.PROTECT, related_name="timers")
    clock = models.CharField(max_length=16, choices=Clock.choices, default=Clock.FIRST_RESPONSE)
    owner = TenantForeignKey(Member, null=True, related_name="+")
    started_at = models.DateTimeField()
    risk_at = models.DateTimeField()
    due_at = models.DateTimeField()
    minutes = models.FloatField(default=0)  # of working time that were promised
    rungs = models.JSONField(default=list)
    climbed = models.PositiveSmallIntegerField(default=0)
    paused_at = models.DateTimeField(null=True)
    paused_until = models.DateTimeField(null=True)
    paused_minutes = models.FloatField(default=0)  # of working time, in pauses that are over
    kept_at = models.DateTimeField(null=True)
    broken_at = models.DateTimeField(null=True)
    cancelled_at = models.DateTimeField(null=True)
    working_minutes = models.FloatField(null=True)
    wall_minutes = models.FloatField(null=True)

    objects: ClassVar[Any] = TenantManager.from_queryset(TimerQuerySet)()

    class Meta(TenantModel.Meta):
        db_table = "timer"
        constraints = [
            models.UniqueConstraint(
                fields=["account", "lead", "clock"],
                name="timer_running",
                condition=models.Q(kept_at=None, cancelled_at=None),
            )
        ]
        indexes = [
            models.Index(fields=["account", "due_at"], name="timer_due"),
            models.Index(fields=["account", "lead"], name="timer_lead"),
        ]

    @property
    def is_running(self) -> bool:
        return self.kept_at is None and self.cancelled_at is None

    @property
    def answered_at(self) -> datetime | None:
        """When a person did what the lead was promised; None while it waits. Whoever spoke has tried, too."""
        lead = self.lead
        if self.clock == Clock.FIRST_RESPONSE:
            answered: datetime | None = lead.first_response_at
            return answered
        if self.clock == Clock.FIRST_ATTEMPT:
            return min(filter(None, (lead.first_attempt_at, lead.first_response_at)), default=None)
        return None

    @property
    def told(self) -> dict[str, Any]:
        """What events say of this promise."""
        name = self.policy.name if self.policy else ""
        return {"policy": name, "clock": self.clock, "due_at": self.due_at, "owner": self.lead.owner_id}
