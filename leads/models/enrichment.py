"""Providers of facts about firms and people, and what they answered."""

from __future__ import annotations

from typing import Any

from django.db import models

from events.models import Actor
from events.record import By
from tenancy import clock
from tenancy.models import TenantForeignKey, TenantModel


class Provider(TenantModel):
    """An address that answers with JSON about a domain or an e-mail address. Asked in order of position."""

    PREFIX = "prv"

    name = models.CharField(max_length=80)
    url = models.CharField(max_length=500)  # with {domain} or {email} in it
    header = models.CharField(max_length=80, blank=True)  # of the secret, such as Authorization
    secret = models.CharField(max_length=500, blank=True)
    mapping = models.JSONField(default=dict, blank=True)  # our fact -> path in their answer
    position = models.PositiveIntegerField(default=0)
    paused_at = models.DateTimeField(null=True, blank=True)
    failures = models.PositiveIntegerField(default=0)  # in a row
    open_until = models.DateTimeField(null=True, blank=True)  # not asked before, after too many failures
    last_error = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField(default=clock.now)

    class Meta(TenantModel.Meta):
        db_table = "provider"
        constraints = [models.UniqueConstraint(fields=["account", "name"], name="provider_name")]

    def __str__(self) -> str:
        return self.name

    @property
    def by(self) -> By:
        return By(Actor.SYSTEM, self.pk, self.name)

    @property
    def headers(self) -> dict[str, str]:
        return {"Accept": "application/json"} | ({self.header: self.secret} if self.header and self.secret else {})


class ProviderAnswer(TenantModel):
    """What a provider said when it was last asked about one domain or address: `facts`, or `tries` that failed."""

    PREFIX = "pan"

    provider = TenantForeignKey(Provider, related_name="answers")
    asked = models.CharField(max_length=64)  # a digest: an erased person leaves no address behind
    facts: Any = models.JSONField(default=dict)
    tries = models.PositiveIntegerField(default=0)
    asked_at = models.DateTimeField(default=clock.now)

    class Meta(TenantModel.Meta):
        db_table = "provider_answer"
        constraints = [models.UniqueConstraint(fields=["account", "provider", "asked"], name="provider_answer_once")]
