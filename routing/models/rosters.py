from __future__ import annotations

from django.db import models

from accounts.models import Member
from tenancy.models import TenantForeignKey, TenantModel


class Roster(TenantModel):
    """When a member works and what they know. Their zone is the member's own, else the account's."""

    PREFIX = "ros"

    member = TenantForeignKey(Member, related_name="rosters")
    week = models.JSONField(null=True, blank=True)  # workingtime.Week as lists; empty: the account's
    holidays = models.CharField(max_length=8, blank=True)  # DE, DE-BY, none; empty: as the account
    paused_until = models.DateTimeField(null=True, blank=True)  # no new leads until then
    skills = models.JSONField(default=list, blank=True)  # tags, in small letters
    languages = models.JSONField(default=list, blank=True)  # two letters each

    class Meta(TenantModel.Meta):
        db_table = "roster"
        constraints = [models.UniqueConstraint(fields=["account", "member"], name="roster_member")]


class Leave(TenantModel):
    """Days on which a member is away, first and last included, in the member's zone."""

    PREFIX = "lve"

    member = TenantForeignKey(Member, related_name="leaves")
    first_day = models.DateField()
    last_day = models.DateField()
    note = models.CharField(max_length=120, blank=True)

    class Meta(TenantModel.Meta):
        db_table = "leave"
        constraints = [
            models.CheckConstraint(condition=models.Q(last_day__gte=models.F("first_day")), name="leave_in_order")
        ]
        indexes = [
            models.Index(fields=["account", "last_day"], name="leave_last_day"),
            models.Index(fields=["account", "member", "-last_day"], name="leave_member"),
        ]
