from __future__ import annotations

from django.db import models

from accounts.models import Member
from leads.models import Lead
from routing.models.rules import RoutingRule, RoutingVersion
from tenancy import clock
from tenancy.models import TenantForeignKey, TenantModel


class Decision(TenantModel):
    """Why a lead has its owner: every rule tried, every candidate, the sentence for people."""

    PREFIX = "dec"

    lead = TenantForeignKey(Lead, related_name="decisions")
    version = TenantForeignKey(RoutingVersion, null=True, related_name="decisions")
    rule = TenantForeignKey(RoutingRule, null=True, related_name="decisions")
    member = TenantForeignKey(Member, null=True, related_name="decisions")
    pool_id = models.UUIDField(null=True)  # whose turn it took
    turn = models.PositiveBigIntegerField(null=True)  # the number of that turn, as the seat keeps it
    reason = models.CharField(max_length=20)  # routed, reassigned, queue, nurture, waiting, nobody
    sentence = models.CharField(max_length=300)
    minutes = models.PositiveSmallIntegerField(default=0)  # of work that the lead was estimated at
    credit = models.CharField(max_length=12, blank=True)  # why its turn was given back: a Credit
    body = models.JSONField()
    decided_at = models.DateTimeField(default=clock.now)

    class Meta(TenantModel.Meta):
        db_table = "decision"
        indexes = [
            models.Index(fields=["account", "lead", "-decided_at", "-id"], name="decision_lead"),
            models.Index(fields=["account", "member", "decided_at"], name="decision_member"),
            models.Index(fields=["account", "rule", "decided_at"], name="decision_rule"),
        ]
