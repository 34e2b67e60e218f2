from __future__ import annotations

from django.db import models

from tenancy import clock, door
from tenancy.models import TenantForeignKey, TenantModel


class SourceKind(models.TextChoices):
    FORM = "form", "Website form"
    API = "api", "API"
    IMPORT = "import", "Import"
    EMAIL = "email", "E-mail"
    WEBHOOK = "webhook", "Webhook"
    MANUAL = "manual", "Added by hand"
    REFERRAL = "referral", "Referral"
    OUTBOUND = "outbound", "Targeted outbound"
    PAID = "paid", "Paid"
    EVENT = "event", "Event"
    LIST = "list", "List"
    CALL = "call", "Call"


class Source(TenantModel):
    """Where leads come from, and what they must bring along."""

    PREFIX = "src"

    name = models.CharField(max_length=80)
    kind = models.CharField(max_length=10, choices=SourceKind.choices)
    mapping = models.JSONField(default=dict, blank=True)  # their key -> our field
    required = models.JSONField(default=list, blank=True)  # our fields
    created_at = models.DateTimeField(default=clock.now)

    class Meta(TenantModel.Meta):
        db_table = "source"
        constraints = [models.UniqueConstraint(fields=["account", "name"], name="source_name")]

    def __str__(self) -> str:
        return self.name


class Form(TenantModel):
    """A hosted form. Its public link is `/f/<form>/`, a door of its own."""

    PREFIX = "frm"

    name = models.CharField(max_length=80)
    title = models.CharField(max_length=120)
    source = TenantForeignKey(Source, related_name="forms")
    intro = models.CharField(max_length=300, blank=True)
    fields = models.JSONField(default=list)  # [{"field", "label", "required", "help", "hidden", "value", "choices"}]
    origins = models.JSONField(default=list, blank=True)
    consent_text = models.CharField(max_length=500, blank=True)
    consent_version = models.PositiveSmallIntegerField(default=1)  # counts the texts there were
    thanks = models.CharField(max_length=500, blank=True)
    redirect = models.URLField(blank=True)
    button = models.CharField(max_length=40, blank=True)
    accent = models.CharField(max_length=10, blank=True)  # one of leads/looks.py
    puzzle = models.BooleanField(default=False)  # a proof of work before it counts
    pipeline_id = models.UUIDField(null=True, blank=True)  # of a later app, so without a foreign key
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=clock.now)

    class Meta(TenantModel.Meta):
        db_table = "form"
        constraints = [models.UniqueConstraint(fields=["account", "name"], name="form_name")]

    def __str__(self) -> str:
        return self.name

    @classmethod
    def called(cls, public_id: str) -> Form:
        """The form behind a public link, with its source. Raises DoesNotExist."""
        form: Form = cls.objects.select_related("source").by_public_id(public_id)
        return form

    @property
    def is_published(self) -> bool:
        return self.withdrawn_at is None

    def ask_consent(self, text: str) -> None:
        """Words beside the box to tick. Each text gets a version of its own; nothing is saved yet."""
        if text != self.consent_text:
            self.consent_version += bool(self.consent_text)
            self.consent_text = text

    def publish(self) -> None:
        """Let its public link lead here."""
        self.withdrawn_at = None
        self.save(update_fields=["withdrawn_at"])
        door.open_door("form", self.public_id, self.account)

    def withdraw(self) -> None:
        """The public link leads nowhere any more."""
        self.withdrawn_at = clock.now()
        self.save(update_fields=["withdrawn_at"])
        door.close_door("form", self.public_id, self.account)
