"""Providers of facts about firms and people, and what they answered."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models

from events.kinds import Kind
from events.models import Actor
from events.record import By, record
from tenancy import clock
from tenancy.models import TenantForeignKey, TenantModel
from tenancy.secrets import SecretField

PLACES = re.compile(r"\{(domain|email)\}")


class Provider(TenantModel):
    """An address that answers with JSON about a domain or an e-mail address. Asked in order of position."""

    PREFIX = "prv"

    name = models.CharField(max_length=80)
    url = models.CharField(max_length=500)  # with {domain} or {email} in it
    header = models.CharField(max_length=80, blank=True)  # of the secret, such as Authorization
    secret = SecretField(max_length=500, blank=True)
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

    def clean(self) -> None:
        """Raises ValidationError by column."""
        if not re.match(r"https?://[^\s/]", self.url, re.IGNORECASE) or not PLACES.search(self.url):
            raise ValidationError({"url": "An https:// address with {domain} or {email} in it."})
        if set(PLACES.sub("", self.url)) & set("{}"):
            raise ValidationError({"url": "Only {domain} and {email} can stand in braces."})
        if self.header and not re.fullmatch(r"[A-Za-z0-9-]+", self.header):
            raise ValidationError({"header": "A header's name, such as Authorization."})
        if not self.secret.isascii() or not self.secret.isprintable():
            raise ValidationError({"secret": "A key is letters, digits and signs in one line."})

    def keep(self, *, by: By) -> None:
        """Save what was set, and ask afresh: old answers were to other questions. Records PROVIDER_CHANGED."""
        self.failures, self.open_until, self.last_error = 0, None, ""
        self.save()
        self.answers.all().delete()
        self._tell("changed", by)

    def pause(self, *, by: By) -> None:
        """Ask no more until it is resumed."""
        self._set_paused(clock.now(), "paused", by)

    def resume(self, *, by: By) -> None:
        self._set_paused(None, "resumed", by)

    def _set_paused(self, at: datetime | None, what: str, by: By) -> None:
        self.paused_at = at
        type(self).objects.filter(pk=self.pk).update(paused_at=at)
        self._tell(what, by)

    def _tell(self, what: str, by: By) -> None:
        record(Kind.PROVIDER_CHANGED, self, by=by, name=self.name, what=what)

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
