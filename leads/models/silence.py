from __future__ import annotations

from django.db import models

from leads.models.sources import Source
from tenancy import clock
from tenancy.models import TenantForeignKey, TenantModel


class Silence(TenantModel):
    """A source from which nothing came for longer than it should be; over when something comes again."""

    PREFIX = "sil"

    source = TenantForeignKey(Source, related_name="silences")
    since = models.DateTimeField()  # its last arrival
    sentence = models.CharField(max_length=300)
    noticed_at = models.DateTimeField(default=clock.now)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta(TenantModel.Meta):
        db_table = "source_silence"
        constraints = [
            models.UniqueConstraint(
                fields=["account", "source"], name="source_silence_once", condition=models.Q(ended_at=None)
            ),
        ]
