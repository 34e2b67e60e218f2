from __future__ import annotations

from django.db import models

from leads.models import Contact, Lead
from tenancy import clock
from tenancy.models import TenantForeignKey, TenantModel


class Channel(models.TextChoices):
    EMAIL = "email", "E-mail"
    CALL = "call", "Call"
    LINKEDIN = "linkedin", "LinkedIn"
    TASK = "task", "Task"


class Purpose(models.TextChoices):
    CADENCE = "cadence", "Cadence"
    INSTANT_REPLY = "instant_reply", "Instant reply"


class Template(TenantModel):
    """A text with merge fields: `{{ first_name|there }}` takes a fallback; it is never Django's template language."""

    PREFIX = "tpl"

    name = models.CharField(max_length=80)
    purpose = models.CharField(max_length=20, choices=Purpose.choices, default=Purpose.CADENCE)
    channel = models.CharField(max_length=10, choices=Channel.choices, default=Channel.EMAIL)
    subject = models.CharField(max_length=200, blank=True)
    body = models.TextField()
    updated_at = models.DateTimeField(default=clock.now)

    class Meta(TenantModel.Meta):
        db_table = "template"
        constraints = [
            models.UniqueConstraint(fields=["account", "name"], name="template_name"),
            models.UniqueConstraint(
                fields=["account", "purpose"],
                name="template_instant_reply",
                condition=models.Q(purpose="instant_reply"),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Cadence(TenantModel):
    """Touches on a schedule.

    `start` says who is enrolled: {"event": "deal.opened", "tiers": [...]}; leads of the tiers in "after_attempt" get
    their first mail after a person's first try or at the due time; "then" names the cadence that follows.
    """

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


class EndReason(models.TextChoices):
    DONE = "done", "all steps done"
    ANSWERED = "answered", "they are in contact"
    MEETING = "meeting", "a meeting is booked"
    MOVED = "moved", "the deal moved"
    DISQUALIFIED = "disqualified", "disqualified"
    CLOSED = "closed", "the lead is closed"
    UNSUBSCRIBED = "unsubscribed", "unsubscribed"
    STOPPED = "stopped", "stopped by hand"


class Enrolment(TenantModel):
    """A lead in a cadence, in the version in which it started."""

    PREFIX = "enr"

    cadence = TenantForeignKey(Cadence, related_name="enrolments")
    lead = TenantForeignKey(Lead, related_name="enrolments")
    version = models.PositiveIntegerField()
    started_at = models.DateTimeField(default=clock.now)
    ended_at = models.DateTimeField(null=True)
    end_reason = models.CharField(max_length=12, choices=EndReason.choices, blank=True)

    class Meta(TenantModel.Meta):
        db_table = "enrolment"
        constraints = [
            models.UniqueConstraint(
                fields=["account", "lead", "cadence"], name="enrolment_running", condition=models.Q(ended_at=None)
            ),
        ]
        indexes = [models.Index(fields=["account", "lead", "-started_at"], name="enrolment_lead")]


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
    note = models.CharField(max_length=80, blank=True)  # why it was skipped

    class Meta(TenantModel.Meta):
        db_table = "touch"
        constraints = [models.UniqueConstraint(fields=["account", "enrolment", "step"], name="touch_once")]
        indexes = [
            models.Index(fields=["account", "lead", "due_at"], name="touch_lead"),
            models.Index(fields=["account", "due_at"], name="touch_open", condition=models.Q(finished_at=None)),
        ]


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
    contact = TenantForeignKey(Contact, related_name="messages")
    touch = TenantForeignKey(Touch, null=True, related_name="messages")
    purpose = models.CharField(max_length=20, choices=Purpose.choices)
    dedupe_key = models.CharField(max_length=80)
    day = models.DateField()  # the account's local day
    message_id = models.CharField(max_length=200)
    sender = models.CharField(max_length=320)  # the name beside our address
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
        constraints = [
            models.UniqueConstraint(fields=["account", "dedupe_key"], name="message_once"),
            # Nobody gets two automatic mails on one day.
            models.UniqueConstraint(
                fields=["account", "contact", "day"],
                name="message_one_a_day",
                condition=models.Q(automatic=True) & ~models.Q(state__in=["skipped", "failed"]),
            ),
        ]
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
