from __future__ import annotations

from django.db import models

from accounts.models import Member
from routing.models.pools import Pool
from tenancy.models import TenantForeignKey, TenantModel


class Territory(TenantModel):
    """A part of the market and whose it is. A lead is in the first one whose every kind of limit it meets."""

    PREFIX = "ter"

    name = models.CharField(max_length=80)
    position = models.PositiveSmallIntegerField(default=0)
    countries = models.JSONField(default=list, blank=True)  # two letters each
    regions = models.JSONField(default=list, blank=True)  # groups of countries, of routing.regions
    postal_prefixes = models.JSONField(default=list, blank=True)  # beginnings of postal codes, without spaces
    industries = models.JSONField(default=list, blank=True)
    headcount_from = models.PositiveIntegerField(null=True, blank=True)
    headcount_to = models.PositiveIntegerField(null=True, blank=True)
    accounts = models.JSONField(default=list, blank=True)  # domains of firms that are its own whatever the limits
    member = TenantForeignKey(Member, null=True, blank=True, related_name="territories")
    pool = TenantForeignKey(Pool, null=True, blank=True, related_name="territories")

    class Meta(TenantModel.Meta):
        db_table = "territory"
        constraints = [
            models.UniqueConstraint(fields=["account", "name"], name="territory_name"),
            models.CheckConstraint(
                condition=models.Q(member__isnull=True) | models.Q(pool__isnull=True), name="territory_one_owner"
            ),
        ]
        indexes = [models.Index(fields=["account", "position"], name="territory_order")]

    def __str__(self) -> str:
        return self.name
