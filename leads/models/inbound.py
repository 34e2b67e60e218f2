"""Doors for other systems: where they send to, and everything they sent."""

from __future__ import annotations

import secrets
from datetime import date, timedelta

from django.db import models

from leads.models.lead import Lead
from leads.models.sources import Source
from tenancy import clock, door
from tenancy.models import TenantForeignKey, TenantModel
from tenancy.secrets import SecretField

SOON = timedelta(days=14)


class Protocol(models.TextChoices):
    GENERIC = "generic", "Any system that sends JSON"
    STANDARD = "standard", "Standard Webhooks (signed JSON)"
    META = "meta", "Meta lead ads"
    LINKEDIN = "linkedin", "LinkedIn lead sync"
    CALLS = "calls", "Call log of a telephone system"
    EMAIL = "email", "E-mail"


class MailProvider(models.TextChoices):
    RAW = "", "Raw MIME"
    MAILGUN = "mailgun", "Mailgun"
    POSTMARK = "postmark", "Postmark"
    SENDGRID = "sendgrid", "SendGrid"


def new_token() -> str:
    return secrets.token_urlsafe(24)


class Inlet(TenantModel):
    """A webhook of a source: the address `/in/<token>/`, and what it takes to trust and read what is sent there."""

    PREFIX = "inl"

    name = models.CharField(max_length=80)
    source = TenantForeignKey(Source, related_name="inlets")
    protocol = models.CharField(max_length=10, choices=Protocol.choices)
    token = models.CharField(max_length=64, default=new_token, editable=False)
    secret = SecretField(max_length=200, blank=True)  # what senders sign with; empty: the address is the secret
    verify_token = SecretField(max_length=200, blank=True)  # Meta asks for it once
    access_token = SecretField(max_length=1000, blank=True)  # ours, to fetch a lead by its id
    token_expires_on = models.DateField(null=True, blank=True)
    token_refused_at = models.DateTimeField(null=True, blank=True)  # they said that it is no longer good
    base_url = models.CharField(max_length=200, blank=True)  # of the API that leads are fetched from
    provider = models.CharField(max_length=10, choices=MailProvider.choices, blank=True)
    verified_by = models.CharField(max_length=120, blank=True)  # the host whose Authentication-Results are believed
    mapping = models.JSONField(default=dict, blank=True)  # our fact -> path in what they send
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=clock.now)

    class Meta(TenantModel.Meta):
        db_table = "inlet"
        constraints = [models.UniqueConstraint(fields=["account", "name"], name="inlet_name")]
        indexes = [models.Index(fields=["account", "token"], name="inlet_token")]

    def __str__(self) -> str:
        return self.name

    def publish(self) -> None:
        """Let its address lead here."""
        self.withdrawn_at = None
        self.save(update_fields=["withdrawn_at"])
        door.open_door("inlet", self.token, self.account)

    def withdraw(self) -> None:
        """The address leads nowhere any more; what was received stays."""
        self.withdrawn_at = clock.now()
        self.save(update_fields=["withdrawn_at"])
        door.close_door("inlet", self.token, self.account)

    def token_warning(self, today: date) -> str:
        """What admins must be told about the access token, or ""."""
        if self.withdrawn_at:
            return ""
        if self.token_refused_at:
            return "The access token is no longer accepted; new leads wait until there is another."
        if self.token_expires_on and self.token_expires_on <= today:
            return f"The access token expired on {self.token_expires_on:%-d %B %Y}."
        if self.token_expires_on and self.token_expires_on - today <= SOON:
            return f"The access token expires on {self.token_expires_on:%-d %B %Y}."
        return ""


class Mailbox(TenantModel):
    """An IMAP mailbox that is looked into every few minutes; what lies there is treated like mail to an inlet."""

    PREFIX = "mbx"

    source = TenantForeignKey(Source, related_name="mailboxes")
    host = models.CharField(max_length=200)
    port = models.PositiveIntegerField(default=993)
    tls = models.BooleanField(default=True)
    username = models.CharField(max_length=200)
    password = SecretField(max_length=200)
    folder = models.CharField(max_length=100, default="INBOX")
    verified_by = models.CharField(max_length=120, blank=True)  # the host whose Authentication-Results are believed
    every_minutes = models.PositiveSmallIntegerField(default=2)
    active = models.BooleanField(default=True)
    validity = models.CharField(max_length=20, blank=True)  # UIDs below are good as long as the server says this
    last_uid = models.BigIntegerField(default=0)
    checked_at = models.DateTimeField(null=True)
    problem = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField(default=clock.now)

    class Meta(TenantModel.Meta):
        db_table = "mailbox"
        constraints = [
            models.UniqueConstraint(fields=["account", "host", "username", "folder"], name="mailbox_once"),
        ]

    def __str__(self) -> str:
        return f"{self.username} at {self.host}"


class PayloadState(models.TextChoices):
    NEW = "new", "Waiting"
    DONE = "done", "Taken"
    IGNORED = "ignored", "Not a lead"
    FAILED = "failed", "Failed"
    REFUSED = "refused", "Refused"


class Payload(TenantModel):
    """What somebody sent to an inlet or mailbox, byte by byte, and what became of it."""

    PREFIX = "pay"

    inlet = TenantForeignKey(Inlet, null=True, blank=True, related_name="payloads")
    source = TenantForeignKey(Source, related_name="payloads")
    protocol = models.CharField(max_length=10, choices=Protocol.choices)
    body = models.BinaryField()
    content_type = models.CharField(max_length=120, blank=True)
    delivery_id = models.CharField(max_length=120, blank=True)  # the sender's name for it; never taken twice
    seal = models.CharField(max_length=120, blank=True)  # its signature, by which a replayed one is known
    verified_by = models.CharField(max_length=120, blank=True)  # as the inlet or mailbox said when it arrived
    ip = models.GenericIPAddressField(null=True)
    state = models.CharField(max_length=8, choices=PayloadState.choices, default=PayloadState.NEW)
    why = models.CharField(max_length=500, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    lead = TenantForeignKey(Lead, null=True, blank=True, related_name="payloads")
    submission_id = models.UUIDField(null=True)
    received_at = models.DateTimeField(default=clock.now)
    settled_at = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        db_table = "payload"
        constraints = [
            models.UniqueConstraint(
                fields=["account", "source", "delivery_id"],
                name="payload_delivery",
                condition=~models.Q(delivery_id=""),
            ),
        ]
        indexes = [
            models.Index(fields=["account", "-received_at", "-id"], name="payload_newest"),
            models.Index(fields=["account", "state", "-received_at"], name="payload_state"),
            models.Index(fields=["account", "inlet", "-received_at"], name="payload_inlet"),
        ]
