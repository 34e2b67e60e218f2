from __future__ import annotations

from django.db import models

from tenancy.models import TenantModel


class SpentPuzzle(TenantModel):
    """A solved puzzle that has counted, whichever process saw it; kept until it would be too old anyway."""

    PREFIX = "pzl"

    salt = models.CharField(max_length=16)
    ends_at = models.DateTimeField()

    class Meta(TenantModel.Meta):
        db_table = "spent_puzzle"
        constraints = [models.UniqueConstraint(fields=["account", "salt"], name="spent_puzzle_once")]
        indexes = [models.Index(fields=["account", "ends_at"], name="spent_puzzle_ends")]
