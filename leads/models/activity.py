from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import models

from accounts.models import Member
from events.kinds import Kind
from events.record import By, record
from leads.models.lead import Lead
from leads.models.sources import Form, Source
from tenancy import clock
from tenancy.models import TenantForeignKey, TenantModel


class Submission(TenantModel):
    """What arrived, verbatim; never changed."""

    PREFIX = "sub"

    lead = TenantForeignKey(Lead, related_name="submissions")
    source = TenantForeignKey(Source, related_name="submissions")
    form = TenantForeignKey(Form, null=True, blank=True, related_name="submissions")
    channel = models.CharField(max_length=10)  # api, form, manual, ...
    raw = models.JSONField()
    ignored = models.JSONField(default=list)
    problems = models.JSONField(default=list)  # malformed values that were kept aside
    campaign = models.JSONField(default=dict)
    consent = models.JSONField(default=dict)
    ip = models.GenericIPAddressField(null=True)
    duplicate = models.BooleanField(default=False)
    spam = models.CharField(max_length=200, blank=True)  # why it was put aside when it came
    received_at = models.DateTimeField(default=clock.now)

    class Meta(TenantModel.Meta):
        db_table = "submission"
        indexes = [
            models.Index(fields=["account", "lead", "-received_at"], name="submission_lead"),
            models.Index(fields=["account", "-received_at", "-id"], name="submission_newest"),
            models.Index(fields=["account", "source", "-received_at", "-id"], name="submission_source"),
            models.Index(  # how many came from one address just now
                fields=["account", "form", "ip", "-received_at"],
                name="submission_form_ip",
                condition=models.Q(form__isnull=False),
            ),
        ]


class ActivityKind(models.TextChoices):
    CALL = "call", "Call"
    EMAIL = "email", "E-mail"
    MEETING = "meeting", "Meeting"
    LINKEDIN = "linkedin", "LinkedIn"
    NOTE = "note", "Note"


class Direction(models.TextChoices):
    IN = "in"
    OUT = "out"


class Activity(TenantModel):
    """Something a person did about a lead, or an automatic mail, which never counts as contact."""

    PREFIX = "act"

    lead = TenantForeignKey(Lead, related_name="activities")
    kind = models.CharField(max_length=10, choices=ActivityKind.choices)
    direction = models.CharField(max_length=3, choices=Direction.choices, default=Direction.OUT)
    outcome = models.CharField(max_length=20, blank=True)  # spoke, no_answer, voicemail, wrong_number, replied, held
    body = models.TextField(blank=True)
    automatic = models.BooleanField(default=False)
    member = TenantForeignKey(Member, null=True, blank=True, related_name="activities")
    occurred_at = models.DateTimeField()
    created_at = models.DateTimeField(default=clock.now)

    class Meta(TenantModel.Meta):
        db_table = "activity"
        indexes = [models.Index(fields=["account", "lead", "-occurred_at"], name="activity_lead")]


class StakeholderRole(models.TextChoices):
    CHAMPION = "champion", "Champion"
    DECISION_MAKER = "decision_maker", "Decision-maker"
    TECHNICAL = "technical", "Technical"
    PROCUREMENT = "procurement", "Procurement"
    FINANCE = "finance", "Finance"
    USER = "user", "User"


class Stakeholder(TenantModel):
    """A person on the buying side of a lead, and the part he or she plays."""

    PREFIX = "stk"

    lead = TenantForeignKey(Lead, related_name="stakeholders")
    name = models.CharField(max_length=200)
    role = models.CharField(max_length=20, choices=StakeholderRole.choices)
    job_title = models.CharField(max_length=200, blank=True)
    email = models.CharField(max_length=320, blank=True)
    reviewed_at = models.DateTimeField(null=True, blank=True)  # has looked at our solution
    created_at = models.DateTimeField(default=clock.now)

    class Meta(TenantModel.Meta):
        db_table = "stakeholder"
        indexes = [models.Index(fields=["account", "lead"], name="stakeholder_lead")]

    def __str__(self) -> str:
        return self.name

    def review(self, reviewed_at: datetime, *, by: By) -> None:
        """He or she has looked at our solution (or has the proposal) since `reviewed_at` (aware)."""
        self.reviewed_at = reviewed_at
        Stakeholder.objects.filter(pk=self.pk).update(reviewed_at=reviewed_at)
        record(Kind.STAKEHOLDER_REVIEWED, self, by=by, lead_id=self.lead_id, name=self.name, reviewed_at=reviewed_at)

    def change(self, columns: dict[str, Any], *, by: By) -> None:
        """Correct what is known of this person. Records {name: [before, after]}; a review is told apart."""
        reviewed_at = columns.pop("reviewed_at", self.reviewed_at)
        changed = {
            name: [getattr(self, name), value] for name, value in columns.items() if getattr(self, name) != value
        }
        for name, value in columns.items():
            setattr(self, name, value)
        Stakeholder.objects.filter(pk=self.pk).update(**columns, reviewed_at=reviewed_at)
        if changed:
            record(Kind.STAKEHOLDER_CHANGED, self, by=by, lead_id=self.lead_id, name=self.name, changed=changed)
        if reviewed_at and reviewed_at != self.reviewed_at:
            self.review(reviewed_at, by=by)
        self.reviewed_at = reviewed_at

    def remove(self, *, by: By) -> None:
        """Somebody noted him or her by mistake."""
        kept: dict[str, Any] = {"name": self.name, "role": self.role, "job_title": self.job_title, "email": self.email}
        record(Kind.STAKEHOLDER_REMOVED, self, by=by, lead_id=self.lead_id, **kept)
        self.delete()
