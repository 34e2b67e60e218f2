from __future__ import annotations

from typing import Any, ClassVar
from uuid import UUID

from django.db import models

from tenancy import clock
from tenancy.ids import uuid7
from tenancy.models import TenantManager, TenantModel, TenantQuerySet


class Actor(models.TextChoices):
    MEMBER = "member"
    KEY = "key"
    PROSPECT = "prospect"
    SYSTEM = "system"


class EventQuerySet(TenantQuerySet):
    def of_lead(self, lead_id: UUID) -> EventQuerySet:
        """A lead's timeline, newest first."""
        return self.filter(lead_id=lead_id).order_by("-occurred_at", "-id")


class Event(TenantModel):
    """What happened. Append-only: the running roles may insert and read, nothing else."""

    PREFIX = "evt"

    kind = models.CharField(max_length=40)  # a Kind
    subject_id = models.UUIDField()
    lead_id = models.UUIDField(null=True)
    actor_kind = models.CharField(max_length=10, choices=Actor.choices)
    actor_id = models.UUIDField(null=True)
    actor_name = models.CharField(max_length=120, blank=True)
    occurred_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    body = models.JSONField(default=dict)

    objects: ClassVar[Any] = TenantManager.from_queryset(EventQuerySet)()

    class Meta(TenantModel.Meta):
        db_table = "event"
        indexes = [
            models.Index(fields=["account", "lead_id", "-occurred_at", "-id"], name="event_timeline"),
            models.Index(fields=["account", "kind", "occurred_at"], name="event_kind"),
            models.Index(fields=["account", "recorded_at"], name="event_recorded"),
        ]

    def __str__(self) -> str:
        return self.kind


class JobState(models.TextChoices):
    PENDING = "pending"
    LEASED = "leased"
    DONE = "done"
    SKIPPED = "skipped"
    DEAD = "dead"
    CANCELLED = "cancelled"
    UNCONFIRMED = "unconfirmed"


class Job(TenantModel):
    """What is due: one handler for one subject, or for those of many events, at one time. The truth; Celery carries
    doorbells only."""

    PREFIX = "job"

    kind = models.CharField(max_length=60)
    outside = models.BooleanField(default=False)  # works outside the database: done apart, so that it blocks nothing
    prompt = models.BooleanField(default=False)  # goes before what has been due for longer
    dedupe_key = models.CharField(max_length=90)
    subject_id = models.UUIDField()
    run_at = models.DateTimeField()
    state = models.CharField(max_length=12, choices=JobState.choices, default=JobState.PENDING)
    generation = models.PositiveIntegerField(default=0)
    args = models.JSONField(default=dict)
    attempts = models.PositiveIntegerField(default=0)
    lease_token = models.UUIDField(null=True)
    lease_until = models.DateTimeField(null=True)
    last_error = models.TextField(blank=True)
    created_at = models.DateTimeField(default=clock.now)
    finished_at = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        db_table = "job"
        constraints = [
            models.UniqueConstraint(fields=["account", "kind", "dedupe_key"], name="job_once"),
        ]
        indexes = [
            models.Index(
                fields=["account", "outside", "prompt", "run_at"], name="job_due", condition=models.Q(state="pending")
            ),
            models.Index(fields=["outside", "run_at"], name="job_due_anywhere", condition=models.Q(state="pending")),
            models.Index(fields=["lease_until"], name="job_leased", condition=models.Q(state="leased")),
            models.Index(
                fields=["account", "kind", "subject_id"], name="job_subject", condition=models.Q(generation__gt=0)
            ),
            models.Index(fields=["account", "finished_at"], name="job_dead", condition=models.Q(state="dead")),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject_id}"

    @property
    def subjects(self) -> list[UUID]:
        """All it is for: one, or those of many events that happened at once (`args`)."""
        return [UUID(hex=one) for one in self.args["subjects"]] if self.args else [self.subject_id]


class NoticeKind(models.TextChoices):
    LEAD = "lead", "A lead is mine, or asks again"
    PROMISE = "promise", "A promise is due soon, or broken"
    TEAM = "team", "Escalations, and leads that nobody has"
    TALK = "talk", "Somebody mentions me, or a lead I follow moves on"
    TASK = "task", "A task of mine is due"
    OTHER = "other", "Everything else: cover, silent sources, proof that is owed"


class Notification(TenantModel):
    """Something one member should know; shown in the app until read.

    It leads to `path` in the account, else to its lead. Since `tell_at` it may leave the house: `to_mail` and `to_post`
    say by which ways it still has to.
    """

    PREFIX = "ntf"

    member_id = models.UUIDField()
    kind = models.CharField(max_length=8, choices=NoticeKind.choices, default=NoticeKind.OTHER)
    text = models.CharField(max_length=200)
    lead_id = models.UUIDField(null=True)
    path = models.CharField(max_length=200, blank=True)
    event_id = models.UUIDField(default=uuid7)
    created_at = models.DateTimeField(default=clock.now)
    read_at = models.DateTimeField(null=True)
    urgent = models.BooleanField(default=False)  # for somebody who asked to be woken
    tell_at = models.DateTimeField(null=True)
    to_mail = models.BooleanField(default=False)
    to_post = models.BooleanField(default=False)

    class Meta(TenantModel.Meta):
        db_table = "notification"
        constraints = [
            models.UniqueConstraint(fields=["account", "member_id", "event_id"], name="notification_once"),
        ]
        indexes = [
            models.Index(fields=["account", "member_id", "-created_at"], name="notification_member"),
            models.Index(
                fields=["account", "member_id", "tell_at"],
                name="notification_untold",
                condition=models.Q(to_mail=True) | models.Q(to_post=True),
            ),
        ]


class Leftover(TenantModel):
    """A stored file that nothing points at any more and that is still to be deleted."""

    PREFIX = "lft"

    store = models.CharField(max_length=12)  # of settings.STORAGES
    path = models.CharField(max_length=200)

    class Meta(TenantModel.Meta):
        db_table = "leftover"

    def __str__(self) -> str:
        return self.path


_PLAIN = {str, int, float, bool, type(None)}


def json_safe(value: Any) -> Any:
    """Plain JSON of the ids, times and texts an event's body may hold."""
    if type(value) in _PLAIN:
        return value
    if isinstance(value, dict):
        return {str(key): json_safe(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set):
        return [json_safe(item) for item in value]
    if isinstance(value, int | float | str):
        return value
    return value.isoformat() if hasattr(value, "isoformat") else str(value)
