from __future__ import annotations

from django.db import models

from leads.models import Lead
from tenancy import clock
from tenancy.models import TenantForeignKey, TenantModel


class Channel(models.TextChoices):
    EMAIL = "email", "E-mail"
    CALL = "call", "Call"
    LINKEDIN = "linkedin", "LinkedIn"
    TASK = "task", "Task"


class Template(TenantModel):
    """A text with merge fields: `{{ first_name|there }}` takes a fallback; it is never Django's template language."""

    PREFIX = "tpl"

    name = models.CharField(max_length=80)
    channel = models.CharField(max_length=10, choices=Channel.choices, default=Channel.EMAIL)
    subject = models.CharField(max_length=200, blank=True)
    body = models.TextField()
    updated_at = models.DateTimeField(default=clock.now)

    class Meta(TenantModel.Meta):
        db_table = "template"
        constraints = [models.UniqueConstraint(fields=["account", "name"], name="template_name")]

    def __str__(self) -> str:
        return self.name


class Cadence(TenantModel):
    """Touches on a schedule. `start` names what enrols a lead: {"event", "tiers", "instant"}."""

    PREFIX = "cad"

    name = models.CharField(max_length=80)
    start = models.JSONField(default=dict)
    active = models.BooleanField(default=True)
    version = models.PositiveIntegerField(default=1)

    class Meta(TenantModel.Meta):
        db_table = "cadence"
        constraints = [models.UniqueConstraint(fields=["account", "name"], name="cadence_name")]

    def __str__(self) -> str:
        return self.name


class Step(TenantModel):
    PREFIX = "ste"

    cadence = TenantForeignKey(Cadence, on_delete=models.CASCADE, related_name="steps")
    version = models.PositiveIntegerField(default=1)
    position = models.PositiveSmallIntegerField()
    day = models.PositiveSmallIntegerField()  # 1 is the day of enrolment
    channel = models.CharField(max_length=10, choices=Channel.choices)
    template = TenantForeignKey(Template, null=True, blank=True, related_name="steps")
    title = models.CharField(max_length=120)
    approve = models.BooleanField(default=False)

    class Meta(TenantModel.Meta):
        db_table = "step"
        constraints = [
            models.UniqueConstraint(fields=["account", "cadence", "version", "position"], name="step_position")
        ]


class Enrolment(TenantModel):
    """A lead in a cadence, in the version in which it started."""

    PREFIX = "enr"

    cadence = TenantForeignKey(Cadence, related_name="enrolments")
    lead = TenantForeignKey(Lead, related_name="enrolments")
    version = models.PositiveIntegerField()
    started_at = models.DateTimeField(default=clock.now)
    ended_at = models.DateTimeField(null=True)
    end_reason = models.CharField(max_length=30, blank=True)  # done, replied, meeting, moved, disqualified, ...

    class Meta(TenantModel.Meta):
        db_table = "enrolment"
        constraints = [
            models.UniqueConstraint(
                fields=["account", "lead", "cadence"], name="enrolment_running", condition=models.Q(ended_at=None)
            ),
        ]
        indexes = [models.Index(fields=["account", "lead"], name="enrolment_lead")]


class TouchState(models.TextChoices):
    PLANNED = "planned"
    DUE = "due"  # waits for a person: a call, an approval
    DONE = "done"
    SKIPPED = "skipped"


class Touch(TenantModel):
    """One step for one lead, at its time."""

    PREFIX = "tou"

    enrolment = TenantForeignKey(Enrolment, related_name="touches")
    lead = TenantForeignKey(Lead, related_name="touches")
    step = TenantForeignKey(Step, related_name="touches")
    channel = models.CharField(max_length=10, choices=Channel.choices)
    title = models.CharField(max_length=120)
    due_at = models.DateTimeField()
    state = models.CharField(max_length=8, choices=TouchState.choices, default=TouchState.PLANNED)
    finished_at = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        db_table = "touch"
        constraints = [models.UniqueConstraint(fields=["account", "enrolment", "step"], name="touch_once")]
        indexes = [models.Index(fields=["account", "lead", "due_at"], name="touch_lead")]


class MessageState(models.TextChoices):
    PLANNED = "planned"
    SENDING = "sending"
    SENT = "sent"
    UNCONFIRMED = "unconfirmed"  # we crashed after handing it over: never silently repeated
    FAILED = "failed"
    SKIPPED = "skipped"


class Message(TenantModel):
    """A mail to a prospect. Committed as `sending` with its Message-ID, then SMTP, then `sent`."""

    PREFIX = "msg"

    lead = TenantForeignKey(Lead, related_name="messages")
    touch = TenantForeignKey(Touch, null=True, related_name="messages")
    purpose = models.CharField(max_length=20)  # instant_reply, cadence
    dedupe_key = models.CharField(max_length=80)
    message_id = models.CharField(max_length=200)
    sender = models.CharField(max_length=320)
    recipient = models.CharField(max_length=320)
    subject = models.CharField(max_length=250)
    text = models.TextField()
    html = models.TextField(blank=True)
    automatic = models.BooleanField(default=True)
    state = models.CharField(max_length=12, choices=MessageState.choices, default=MessageState.PLANNED)
    error = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField(default=clock.now)
    sent_at = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        db_table = "message"
        constraints = [models.UniqueConstraint(fields=["account", "dedupe_key"], name="message_once")]
        indexes = [models.Index(fields=["account", "lead", "-created_at"], name="message_lead")]


class Suppression(TenantModel):
    """An address that gets no mail from this account any more."""

    PREFIX = "sup"

    email_norm = models.CharField(max_length=320)
    reason = models.CharField(max_length=20)  # unsubscribed, bounced, complained
    created_at = models.DateTimeField(default=clock.now)

    class Meta(TenantModel.Meta):
        db_table = "suppression"
        constraints = [models.UniqueConstraint(fields=["account", "email_norm"], name="suppression_address")]
