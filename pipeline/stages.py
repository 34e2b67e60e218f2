from __future__ import annotations

from typing import Any, ClassVar

from django.db import models

from tenancy.models import TenantForeignKey, TenantManager, TenantModel, TenantQuerySet


class PipelineQuerySet(TenantQuerySet):
    def in_use(self) -> PipelineQuerySet:
        """In their order, without those put into the archive."""
        return self.filter(archived_at=None).order_by("position", "id")


class Pipeline(TenantModel):
    PREFIX = "pip"

    name = models.CharField(max_length=80)
    position = models.PositiveSmallIntegerField(default=0)
    archived_at = models.DateTimeField(null=True, editable=False)

    objects: ClassVar[Any] = TenantManager.from_queryset(PipelineQuerySet)()

    class Meta(TenantModel.Meta):
        db_table = "pipeline"
        constraints = [models.UniqueConstraint(fields=["account", "name"], name="pipeline_name")]

    def __str__(self) -> str:
        return self.name


class StageKind(models.TextChoices):
    OPEN = "open"
    WON = "won"
    LOST = "lost"


class StageQuerySet(TenantQuerySet):
    def in_use(self) -> StageQuerySet:
        """In their order, without those that were taken out: history goes on naming them."""
        return self.filter(removed_at=None).order_by("position")


class Back(models.TextChoices):
    FREE = "free"
    REASON = "reason"
    NEVER = "never"


class Colour(models.TextChoices):
    """A mark to tell stages apart by; it means nothing else."""

    NONE = "", "None"
    SLATE = "slate", "Slate"
    TEAL = "teal", "Teal"
    BLUE = "blue", "Blue"
    PLUM = "plum", "Plum"
    ROSE = "rose", "Rose"
    SAND = "sand", "Sand"


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
    colour = models.CharField(max_length=8, choices=Colour.choices, blank=True, default="", db_default="")
    removed_at = models.DateTimeField(null=True, editable=False)
    before = TenantForeignKey("self", null=True, editable=False, related_name="+")  # it, when it was taken out

    objects: ClassVar[Any] = TenantManager.from_queryset(StageQuerySet)()

    class Meta(TenantModel.Meta):
        db_table = "stage"
        constraints = [
            models.UniqueConstraint(
                fields=["account", "pipeline", "name"], name="stage_name_in_use", condition=models.Q(removed_at=None)
            ),
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
    APPROVAL = "approval", "Somebody approves"
    CHECKLIST = "checklist", "A person confirms"
    SCORE = "score", "A minimum score"
    OBJECTIONS = "objections", "No blocking objection is open"


class Criterion(TenantModel):
    """One thing that must be true before a deal may leave, or enter, a stage.

    `params` by kind: field {"field", "least", "question"}; condition {"condition"}; activity {"kind", "outcome",
    "count"}; meeting {"kind"}; stakeholder {"roles", "reviewed"}; document {"kind"}; checklist {"question", "date"};
    score {"minimum"}; approval {"role"}; objections {}. What is not `required` is kept for later and asked of nobody.
    """

    PREFIX = "cri"

    stage = TenantForeignKey(Stage, on_delete=models.CASCADE, related_name="criteria")
    when = models.CharField(max_length=5, choices=When.choices, default=When.EXIT)
    kind = models.CharField(max_length=12, choices=CriterionKind.choices)
    label = models.CharField(max_length=120)
    params = models.JSONField(default=dict, blank=True)
    position = models.PositiveSmallIntegerField(default=0)
    required = models.BooleanField(default=True, db_default=True)

    class Meta(TenantModel.Meta):
        db_table = "criterion"
        indexes = [models.Index(fields=["account", "stage", "position"], name="criterion_order")]

    def __str__(self) -> str:
        return self.label
