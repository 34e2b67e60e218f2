from __future__ import annotations

from django.db import models

from routing.models.rules import RoutingVersion
from tenancy import clock
from tenancy.models import TenantForeignKey, TenantModel


class ReplayState(models.TextChoices):
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class Replay(TenantModel):
    """The leads of some days given out anew by a version's rules, on paper; how far it is, and what came out."""

    PREFIX = "rpl"

    version = TenantForeignKey(RoutingVersion, on_delete=models.CASCADE, related_name="replays")
    days = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=8, choices=ReplayState.choices, default=ReplayState.RUNNING)
    total = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    result = models.JSONField(default=dict)  # routing.replay.Outcome as JSON
    started_at = models.DateTimeField(default=clock.now)
    finished_at = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        db_table = "replay"
        indexes = [models.Index(fields=["account", "version", "-started_at"], name="replay_newest")]

    @property
    def percent(self) -> int:
        return 100 if self.finished_at else min(99, 100 * self.done // max(self.total, 1))
