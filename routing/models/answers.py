from __future__ import annotations

from django.db import models

from accounts.models import Member
from leads.models import Lead
from routing.models.decisions import Decision
from routing.reasons import Reason
from tenancy import clock
from tenancy.models import TenantForeignKey, TenantModel


class Acceptance(TenantModel):
    """What a member said of a lead that was theirs: `taken`, or passed on for a reason.

    `vain`: nobody else could take it, and it stays where it is until a manager decides.
    """

    PREFIX = "acc"

    lead = TenantForeignKey(Lead, related_name="acceptances")
    member = TenantForeignKey(Member, related_name="acceptances")
    decision = TenantForeignKey(Decision, null=True, related_name="acceptances")  # that gave it to them
    taken = models.BooleanField()
    reason = models.CharField(max_length=20, choices=Reason.choices, blank=True)
    note = models.CharField(max_length=200, blank=True)
    vain = models.BooleanField(default=False)
    answered_at = models.DateTimeField(default=clock.now)

    class Meta(TenantModel.Meta):
        db_table = "acceptance"
        indexes = [
            models.Index(fields=["account", "lead", "-answered_at", "-id"], name="acceptance_lead"),
            models.Index(fields=["account", "answered_at"], name="acceptance_vain", condition=models.Q(vain=True)),
        ]


class Correction(TenantModel):
    """The rules erred: what they decided was put right by a person, for a reason. Charged to their version."""

    PREFIX = "cor"

    lead = TenantForeignKey(Lead, related_name="corrections")
    decision = TenantForeignKey(Decision, related_name="corrections")  # the one that erred
    reason = models.CharField(max_length=20, choices=Reason.choices)
    corrected_at = models.DateTimeField(default=clock.now)

    class Meta(TenantModel.Meta):
        db_table = "correction"
        constraints = [models.UniqueConstraint(fields=["account", "decision"], name="correction_once")]
        indexes = [models.Index(fields=["account", "lead"], name="correction_lead")]
