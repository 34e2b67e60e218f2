"""What hangs on a lead: meetings, objections, tasks, documents."""

from __future__ import annotations

from django.db import models

from accounts.models import Member
from leads.models import Lead, Stakeholder
from tenancy import clock
from tenancy.models import TenantForeignKey, TenantModel


class Meeting(TenantModel):
    PREFIX = "mee"

    lead = TenantForeignKey(Lead, related_name="meetings")
    kind = models.CharField(max_length=20, default="discovery")  # discovery, review, other
    title = models.CharField(max_length=120)
    starts_at = models.DateTimeField()
    minutes = models.PositiveSmallIntegerField(default=30)
    outcome = models.CharField(max_length=20, blank=True)  # held, no_show, cancelled
    member = TenantForeignKey(Member, null=True, blank=True, related_name="meetings")  # who holds it
    place = models.CharField(max_length=200, blank=True, default="", db_default="")  # a room or a link
    sequence = models.PositiveIntegerField(default=0, db_default=0)  # of its invitation: calendars take the highest
    invited_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=clock.now)

    class Meta(TenantModel.Meta):
        db_table = "meeting"
        indexes = [models.Index(fields=["account", "lead", "starts_at"], name="meeting_lead")]


class Objection(TenantModel):
    PREFIX = "obj"

    lead = TenantForeignKey(Lead, related_name="objections")
    stakeholder = TenantForeignKey(Stakeholder, null=True, blank=True, related_name="objections")
    text = models.CharField(max_length=500)
    blocking = models.BooleanField(default=True)
    answer = models.CharField(max_length=500, blank=True)
    answered_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=clock.now)

    class Meta(TenantModel.Meta):
        db_table = "objection"
        indexes = [models.Index(fields=["account", "lead"], name="objection_lead")]


class Every(models.TextChoices):
    """How often a task comes again once it is done."""

    DAY = "day", "Every day"
    WEEK = "week", "Every week"
    MONTH = "month", "Every month"


class Task(TenantModel):
    PREFIX = "tsk"

    lead = TenantForeignKey(Lead, related_name="tasks")
    member = TenantForeignKey(Member, null=True, blank=True, related_name="tasks")
    title = models.CharField(max_length=120)
    kind = models.CharField(max_length=10, default="task")  # task, call, email, meeting
    due_at = models.DateTimeField(null=True, blank=True)
    remind_at = models.DateTimeField(null=True, blank=True)
    every = models.CharField(max_length=5, choices=Every.choices, blank=True, default="", db_default="")
    done_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=clock.now)

    class Meta(TenantModel.Meta):
        db_table = "task"
        indexes = [
            models.Index(fields=["account", "lead"], name="task_lead"),
            models.Index(fields=["account", "member", "due_at"], name="task_member", condition=models.Q(done_at=None)),
        ]


class FileState(models.TextChoices):
    CLEAN = "clean", "Ready"
    WAITING = "waiting", "Being checked"
    INFECTED = "infected", "Kept away: it carries a virus"


class File(TenantModel):
    """A document of a lead; the bytes lie in the private store below <account>/."""

    PREFIX = "fil"

    lead = TenantForeignKey(Lead, related_name="files")
    kind = models.CharField(max_length=20, default="other")  # signed_agreement, proposal, other
    name = models.CharField(max_length=200)
    path = models.CharField(max_length=300)
    size = models.PositiveIntegerField()
    content_type = models.CharField(max_length=100)
    state = models.CharField(max_length=8, choices=FileState.choices, default=FileState.CLEAN, db_default="clean")
    created_at = models.DateTimeField(default=clock.now)

    class Meta(TenantModel.Meta):
        db_table = "file"
        indexes = [models.Index(fields=["account", "lead"], name="file_lead")]
