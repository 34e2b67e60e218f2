from __future__ import annotations

from typing import Any, ClassVar

from django.db import models

from accounts.models import Member
from leads.models import Lead, Stakeholder
from tenancy import clock
from tenancy.models import TenantForeignKey, TenantManager, TenantModel, TenantQuerySet


class Pipeline(TenantModel):
    PREFIX = "pip"

    name = models.CharField(max_length=80)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta(TenantModel.Meta):
        db_table = "pipeline"
        constraints = [models.UniqueConstraint(fields=["account", "name"], name="pipeline_name")]

    def __str__(self) -> str:
        return self.name


class StageKind(models.TextChoices):
    OPEN = "open"
    WON = "won"


class Back(models.TextChoices):
    FREE = "free"
    REASON = "reason"
    NEVER = "never"


class Stage(TenantModel):
    """A station of a pipeline. Its exit criteria and the next stage's entry criteria are the gate between them."""

    PREFIX = "stg"

    pipeline = TenantForeignKey(Pipeline, related_name="stages")
    name = models.CharField(max_length=80)
    position = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=4, choices=StageKind.choices, default=StageKind.OPEN)
    limit_working_days = models.PositiveSmallIntegerField(null=True, blank=True)
    probability = models.PositiveSmallIntegerField(default=0)  # percent
    is_opportunity = models.BooleanField(default=False)
    wip = models.PositiveSmallIntegerField(null=True, blank=True)
    skip = models.BooleanField(default=True)  # may be passed over, if its gates are met
    back = models.CharField(max_length=6, choices=Back.choices, default=Back.FREE)  # coming back here

    class Meta(TenantModel.Meta):
        db_table = "stage"
        constraints = [
            models.UniqueConstraint(fields=["account", "pipeline", "name"], name="stage_name"),
            models.UniqueConstraint(
                fields=["account", "pipeline", "position"], name="stage_position", deferrable=models.Deferrable.DEFERRED
            ),
        ]

    def __str__(self) -> str:
        return self.name


class When(models.TextChoices):
    ENTRY = "entry"
    EXIT = "exit"


class CriterionKind(models.TextChoices):
    FIELD = "field", "A field is filled"
    CONDITION = "condition", "Fields match a condition"
    ACTIVITY = "activity", "An activity is logged"
    MEETING = "meeting", "A meeting is scheduled"
    STAKEHOLDER = "stakeholder", "A stakeholder with a role"
    DOCUMENT = "document", "A document is attached"
    APPROVAL = "approval", "A manager approves"
    CHECKLIST = "checklist", "A person confirms"
    SCORE = "score", "A minimum score"
    OBJECTIONS = "objections", "No blocking objection is open"


class Criterion(TenantModel):
    """One thing that must be true before a deal may leave, or enter, a stage.

    `params` by kind: field {"field"}; condition {"condition"}; activity {"kind", "outcome", "count"};
    meeting {"kind"}; stakeholder {"roles", "reviewed"}; document {"kind"}; checklist {"question", "date"};
    score {"minimum"}; approval and objections {}.
    """

    PREFIX = "cri"

    stage = TenantForeignKey(Stage, on_delete=models.CASCADE, related_name="criteria")
    when = models.CharField(max_length=5, choices=When.choices, default=When.EXIT)
    kind = models.CharField(max_length=12, choices=CriterionKind.choices)
    label = models.CharField(max_length=120)
    params = models.JSONField(default=dict, blank=True)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta(TenantModel.Meta):
        db_table = "criterion"
        indexes = [models.Index(fields=["account", "stage", "position"], name="criterion_order")]

    def __str__(self) -> str:
        return self.label


class DealStatus(models.TextChoices):
    OPEN = "open"
    WON = "won"
    LOST = "lost"
    DISQUALIFIED = "disqualified"


class DealQuerySet(TenantQuerySet):
    def open(self) -> DealQuerySet:
        return self.filter(status=DealStatus.OPEN)


class Deal(TenantModel):
    """A lead being worked in a pipeline. At most one open deal per lead."""

    PREFIX = "dea"

    lead = TenantForeignKey(Lead, related_name="deals")
    pipeline = TenantForeignKey(Pipeline, related_name="deals")
    stage = TenantForeignKey(Stage, related_name="deals")
    owner = TenantForeignKey(Member, null=True, blank=True, related_name="deals")
    status = models.CharField(max_length=12, choices=DealStatus.choices, default=DealStatus.OPEN)
    value_minor = models.BigIntegerField(null=True, blank=True)
    currency = models.CharField(max_length=3, blank=True)
    expected_close = models.DateField(null=True, blank=True)
    opened_at = models.DateTimeField(default=clock.now)
    entered_stage_at = models.DateTimeField(default=clock.now)
    closed_at = models.DateTimeField(null=True)
    lost_reason = models.CharField(max_length=120, blank=True)
    competitor = models.CharField(max_length=120, blank=True)
    next_step = models.CharField(max_length=120, blank=True)  # written by followups
    next_step_kind = models.CharField(max_length=10, blank=True)
    next_step_at = models.DateTimeField(null=True)
    # What the card shows of the gate: {"met", "total", "owed", "missing": {stage id: number still lacking on the way}}.
    gate = models.JSONField(default=dict)
    version = models.PositiveIntegerField(default=1)  # for If-Match

    objects: ClassVar[Any] = TenantManager.from_queryset(DealQuerySet)()

    class Meta(TenantModel.Meta):
        db_table = "deal"
        constraints = [
            models.UniqueConstraint(
                fields=["account", "lead"], name="deal_one_open", condition=models.Q(status="open")
            ),
        ]
        indexes = [
            models.Index(fields=["account", "stage", "status", "-entered_stage_at", "-id"], name="deal_board"),
            models.Index(fields=["account", "owner", "status"], name="deal_owner"),
            models.Index(fields=["account", "pipeline", "opened_at"], name="deal_opened"),
            models.Index(fields=["account", "pipeline", "closed_at"], name="deal_closed"),
        ]

    def __str__(self) -> str:
        return str(self.lead)


class Visit(TenantModel):
    """A deal's stay in a stage, the history reports read. `passed`: of zero length, its gate was passed on the way."""

    PREFIX = "vis"

    deal = TenantForeignKey(Deal, related_name="visits")
    stage = TenantForeignKey(Stage, related_name="visits")
    entered_at = models.DateTimeField()
    left_at = models.DateTimeField(null=True)
    passed = models.BooleanField(default=False)

    class Meta(TenantModel.Meta):
        db_table = "visit"
        constraints = [
            models.UniqueConstraint(
                fields=["account", "deal"], name="visit_one_open", condition=models.Q(left_at=None)
            ),
        ]
        indexes = [models.Index(fields=["account", "stage", "entered_at"], name="visit_stage")]


class Move(TenantModel):
    """A step of a deal: who, when, from, to, which criteria were met by what evidence, what was filled on the way."""

    PREFIX = "mov"

    deal = TenantForeignKey(Deal, related_name="moves")
    from_stage = TenantForeignKey(Stage, null=True, related_name="+")
    to_stage = TenantForeignKey(Stage, null=True, related_name="+")
    outcome = models.CharField(max_length=12, blank=True)  # won, lost, disqualified, reopened
    actor_kind = models.CharField(max_length=10)
    actor_id = models.UUIDField(null=True)
    actor_name = models.CharField(max_length=120, blank=True)
    evidence = models.JSONField(default=list)
    filled = models.JSONField(default=dict)
    reason = models.CharField(max_length=500, blank=True)  # of an override, a loss, a way back
    owed = models.JSONField(default=list)  # criteria still owed after an override
    owed_by = models.DateField(null=True)
    moved_at = models.DateTimeField(default=clock.now)

    class Meta(TenantModel.Meta):
        db_table = "move"
        indexes = [models.Index(fields=["account", "deal", "-moved_at"], name="move_deal")]


class Meeting(TenantModel):
    PREFIX = "mee"

    lead = TenantForeignKey(Lead, related_name="meetings")
    kind = models.CharField(max_length=20, default="discovery")  # discovery, review, other
    title = models.CharField(max_length=120)
    starts_at = models.DateTimeField()
    minutes = models.PositiveSmallIntegerField(default=30)
    outcome = models.CharField(max_length=20, blank=True)  # held, no_show, cancelled
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


class Task(TenantModel):
    PREFIX = "tsk"

    lead = TenantForeignKey(Lead, related_name="tasks")
    member = TenantForeignKey(Member, null=True, blank=True, related_name="tasks")
    title = models.CharField(max_length=120)
    kind = models.CharField(max_length=10, default="task")  # task, call, email, meeting
    due_at = models.DateTimeField(null=True, blank=True)
    done_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=clock.now)

    class Meta(TenantModel.Meta):
        db_table = "task"
        indexes = [
            models.Index(fields=["account", "lead"], name="task_lead"),
            models.Index(fields=["account", "member", "due_at"], name="task_member", condition=models.Q(done_at=None)),
        ]


class File(TenantModel):
    """A document of a lead; the bytes lie below MEDIA_ROOT/<account>/."""

    PREFIX = "fil"

    lead = TenantForeignKey(Lead, related_name="files")
    kind = models.CharField(max_length=20, default="other")  # signed_agreement, proposal, other
    name = models.CharField(max_length=200)
    path = models.CharField(max_length=300)
    size = models.PositiveIntegerField()
    content_type = models.CharField(max_length=100)
    created_at = models.DateTimeField(default=clock.now)

    class Meta(TenantModel.Meta):
        db_table = "file"
        indexes = [models.Index(fields=["account", "lead"], name="file_lead")]


class Confirmation(TenantModel):
    """A person's word on a checklist item or an approval of one deal."""

    PREFIX = "cfm"

    deal = TenantForeignKey(Deal, related_name="confirmations")
    criterion = TenantForeignKey(Criterion, on_delete=models.CASCADE, related_name="confirmations")
    note = models.CharField(max_length=500, blank=True)
    on = models.DateField(null=True)
    actor_kind = models.CharField(max_length=10)
    actor_id = models.UUIDField(null=True)
    actor_name = models.CharField(max_length=120, blank=True)
    confirmed_at = models.DateTimeField(default=clock.now)

    class Meta(TenantModel.Meta):
        db_table = "confirmation"
        constraints = [models.UniqueConstraint(fields=["account", "deal", "criterion"], name="confirmation_once")]
