"""How many deals are open and what they are worth, kept as rows, so that no board counts thousands of deals."""

from __future__ import annotations

from django.db import models

from tenancy.models import TenantModel


class Tally(TenantModel):
    """A part of a sum over the open deals of one stage, owner, tier and currency; all rows together are the sum.

    A trigger on `deal` (migration 0008) adds what each statement changed, in its transaction: rows are only added, so
    that nobody waits for anybody, and every now and then some of them are added up. `value` counts minor units.
    """

    PREFIX = "tal"

    # Plain ids, not keys: the deals themselves have them checked.
    pipeline_id = models.UUIDField()
    stage_id = models.UUIDField()
    owner_id = models.UUIDField(null=True)
    tier = models.CharField(max_length=8, blank=True)
    currency = models.CharField(max_length=3, blank=True)
    count = models.IntegerField()
    value = models.BigIntegerField()

    class Meta(TenantModel.Meta):
        db_table = "deal_tally"
        indexes = [models.Index(fields=["account", "pipeline_id"], name="deal_tally_pipeline")]
