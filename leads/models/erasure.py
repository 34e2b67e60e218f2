from __future__ import annotations

from django.db import models

from leads.models.people import Contact
from tenancy import clock
from tenancy.models import TenantForeignKey, TenantModel


class Erasure(TenantModel):
    """That a person was erased: when, by whom, and how far the search for traces elsewhere has come."""

    PREFIX = "ers"

    contact = TenantForeignKey(Contact, related_name="erasures")
    needles = models.JSONField(default=dict)  # what the search looks for; emptied when it is over
    done = models.PositiveSmallIntegerField(default=0)  # steps of the search
    actor_kind = models.CharField(max_length=10)
    actor_id = models.UUIDField(null=True)
    actor_name = models.CharField(max_length=120, blank=True)
    asked_at = models.DateTimeField(default=clock.now)
    finished_at = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        db_table = "erasure"
        constraints = [models.UniqueConstraint(fields=["account", "contact"], name="erasure_once")]
