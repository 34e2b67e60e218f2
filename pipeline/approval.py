from __future__ import annotations

from django.db import models

from accounts.models import Member
from accounts.roles import Function, Role
from pipeline.stages import Criterion, Stage
from tenancy import clock
from tenancy.models import TenantForeignKey, TenantModel


class Approver(models.TextChoices):
    """Whose word an approval takes; who may do more may do this, too."""

    MANAGER = "manager", "A manager"
    ADMIN = "admin", "An admin"


def may_answer(role: str, member: Member | None) -> bool:
    """Whether a member's word is one that an approval by `role` takes."""
    if member is None or not member.may(Function.OVERRIDE_GATES):
        return False
    return role != Approver.ADMIN or member.role == Role.ADMIN


class Answer(models.TextChoices):
    APPROVED = "approved", "Approved"
    REFUSED = "refused", "Refused"
    MOOT = "moot", "No longer needed"


class Approval(TenantModel):
    """Somebody asked for a word: on a criterion that takes one or, without a criterion, to let a deal through to a
    stage whose gate is shut."""

    PREFIX = "apr"

    deal = TenantForeignKey("pipeline.Deal", related_name="approvals")
    criterion = TenantForeignKey(Criterion, on_delete=models.CASCADE, null=True, related_name="approvals")
    to_stage = TenantForeignKey(Stage, related_name="+")
    role = models.CharField(max_length=8, choices=Approver.choices, default=Approver.MANAGER)
    words = models.CharField(max_length=500, blank=True)
    asked_by = TenantForeignKey(Member, related_name="+")
    asked_at = models.DateTimeField(default=clock.now)
    answer = models.CharField(max_length=8, choices=Answer.choices, blank=True)
    note = models.CharField(max_length=500, blank=True)
    answered_by = TenantForeignKey(Member, null=True, related_name="+")
    answered_at = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        db_table = "approval"
        constraints = [
            models.UniqueConstraint(
                fields=["account", "deal", "criterion", "to_stage"],
                name="approval_once",
                condition=models.Q(answered_at=None),
                nulls_distinct=False,
            ),
        ]
        indexes = [
            models.Index(fields=["account", "-asked_at"], name="approval_open", condition=models.Q(answered_at=None)),
            models.Index(fields=["account", "deal"], name="approval_deal"),
        ]


class Confirmation(TenantModel):
    """A person's word on a checklist item or an approval of one deal."""

    PREFIX = "cfm"

    deal = TenantForeignKey("pipeline.Deal", related_name="confirmations")
    criterion = TenantForeignKey(Criterion, on_delete=models.CASCADE, related_name="confirmations")
    note = models.CharField(max_length=500, blank=True)
    on = models.DateField(null=True)
    actor_kind = models.CharField(max_length=10)
    actor_id = models.UUIDField(null=True)
    actor_name = models.CharField(max_length=120, blank=True)
    confirmed_at = models.DateTimeField(default=clock.now)

    class Meta(TenantModel.Meta):
        db_table = "confirmation"
        constraints = [models.UniqueConstraint(fields=["account", "deal", "criterion"], name="confirmation_once")]
