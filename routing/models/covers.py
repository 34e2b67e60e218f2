from __future__ import annotations

from datetime import date
from typing import Any, ClassVar

from django.db import models

from accounts.models import Member
from leads.models import Lead
from tenancy import clock
from tenancy.models import TenantForeignKey, TenantManager, TenantModel, TenantQuerySet


class CoverQuerySet(TenantQuerySet):
    def standing(self) -> CoverQuerySet:
        """Planned or running."""
        return self.filter(ended_at=None)


class Cover(TenantModel):
    """While a member is away somebody acts for them: their open leads are the other's until the last day is over.

    `starts_at` and `ends_at` are the midnights around the days, in the member's zone.
    """

    PREFIX = "cov"

    member = TenantForeignKey(Member, related_name="covers")
    acting = TenantForeignKey(Member, related_name="acts_for")
    first_day = models.DateField()
    last_day = models.DateField()
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    planned_at = models.DateTimeField(default=clock.now)
    planned_by = models.CharField(max_length=120, blank=True)
    begun_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    objects: ClassVar[Any] = TenantManager.from_queryset(CoverQuerySet)()

    class Meta(TenantModel.Meta):
        db_table = "cover"
        constraints = [
            models.CheckConstraint(condition=models.Q(last_day__gte=models.F("first_day")), name="cover_in_order")
        ]
        indexes = [
            models.Index(fields=["account", "member", "-ends_at"], name="cover_member"),
            models.Index(fields=["account", "ends_at"], name="cover_standing", condition=models.Q(ended_at=None)),
        ]

    def __str__(self) -> str:
        return f"{self.acting} for {self.member}"

    @property
    def is_running(self) -> bool:
        return self.begun_at is not None and self.ended_at is None

    @property
    def days(self) -> tuple[date, date]:
        return self.first_day, self.last_day


class Covered(TenantModel):
    """A lead that somebody acts on while its owner is away."""

    PREFIX = "cvd"

    cover = TenantForeignKey(Cover, related_name="leads")
    lead = TenantForeignKey(Lead, related_name="covered")
    taken_at = models.DateTimeField(default=clock.now)
    returned_at = models.DateTimeField(null=True)  # empty at the end: it went elsewhere meanwhile, or is closed

    class Meta(TenantModel.Meta):
        db_table = "covered"
        constraints = [models.UniqueConstraint(fields=["account", "cover", "lead"], name="covered_once")]
        indexes = [models.Index(fields=["account", "lead"], name="covered_lead")]
