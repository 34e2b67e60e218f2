from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar, TypedDict, Unpack

from django.db import models

from accounts.models import Member
from events.record import By
from leads.models import Lead
from pipeline.approval import Approval, Confirmation
from pipeline.attached import Every, File, FileState, Meeting, Objection, Task
from pipeline.ranks import fresh_rank
from pipeline.reasons import Reason
from pipeline.remembered import BoardView, Layout
from pipeline.stages import Back, Colour, Criterion, CriterionKind, Pipeline, Stage, StageKind, When
from pipeline.talk import CalendarFeed, Comment, Follower
from pipeline.tally import Tally
from tenancy import clock
from tenancy.knowing import change_row
from tenancy.models import TenantForeignKey, TenantManager, TenantModel, TenantQuerySet

__all__ = [
    "Approval",
    "Back",
    "BoardView",
    "CalendarFeed",
    "Colour",
    "Comment",
    "Confirmation",
    "Criterion",
    "CriterionKind",
    "Every",
    "File",
    "FileState",
    "Follower",
    "Layout",
    "Meeting",
    "Objection",
    "Pipeline",
    "Reason",
    "Stage",
    "StageKind",
    "Tally",
    "Task",
    "When",
]


@dataclass(frozen=True)
class Override:
    """A manager's word that a deal may pass a shut gate: why it can't wait, and when the proof is owed (never, where
    another system let it pass)."""

    reason: str
    owed_by: date | None


class Loss(TypedDict, total=False):
    """To whom a deal is lost, the day its lead comes back, what is filled on the way, an override, the version seen."""

    competitor: str
    recycle_on: date | None
    values: dict[str, Any] | None
    override: Override | None
    version: int | None


class How(Loss, total=False):
    """How a deal is moved: a reason, too; to whom and until when is of one that is lost."""

    reason: str


class DealStatus(models.TextChoices):
    OPEN = "open"
    WON = "won"
    LOST = "lost"
    DISQUALIFIED = "disqualified"


OPEN = models.Q(status="open")
OWING = OPEN & models.Q(owed_by__isnull=False)
PLACE = frozenset({"stage", "stage_id", "status", "entered_stage_at"})


class DealQuerySet(TenantQuerySet):
    def open(self) -> DealQuerySet:
        return self.filter(status=DealStatus.OPEN)

    def update(self, **changes: Any) -> int:
        """Refuses to move a deal: only the gate does."""
        if PLACE & set(changes):
            raise TypeError("A deal changes its stage and status only by its verbs: move, lose, reopen.")
        return super().update(**changes)

    def bulk_update(self, objs: Any, fields: Any, batch_size: int | None = None) -> int:
        if PLACE & set(fields):
            raise TypeError("A deal changes its stage and status only by its verbs: move, lose, reopen.")
        return super().bulk_update(objs, fields, batch_size)

    def place(self, **changes: Any) -> int:
        """The way round the refusal, for move.py, closing.py and removing.py only (a test holds it)."""
        return super().update(**changes)


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
    # The lead's, so that a board of thousands is counted without joining it.
    tier = models.CharField(max_length=8, blank=True, default="", db_default="")
    limit_at = models.DateTimeField(null=True)  # past it the stage's limit in working days is over
    owed_by = models.DateField(null=True)  # the earliest day a proof is owed after an override
    gate = models.JSONField(default=dict)  # what cards show of the gate: see pipeline/standing.py
    # Its place in the column, by what ends first (pipeline/attention.py) and as people put it (pipeline/ranks.py).
    attention = models.BigIntegerField(default=0, db_default=0)
    rank = models.TextField(default=fresh_rank, db_default="8", db_collation="C")
    version = models.PositiveIntegerField(default=1)  # for If-Match

    objects: ClassVar[Any] = TenantManager.from_queryset(DealQuerySet)()

    class Meta(TenantModel.Meta):
        db_table = "deal"
        constraints = [
            models.UniqueConstraint(fields=["account", "lead"], name="deal_one_open", condition=OPEN),
        ]
        indexes = [
            models.Index(fields=["account", "stage", "status", "-entered_stage_at", "-id"], name="deal_board"),
            models.Index(fields=["account", "stage", "attention", "id"], name="deal_attention", condition=OPEN),
            models.Index(fields=["account", "stage", "rank", "id"], name="deal_rank", condition=OPEN),
            models.Index(fields=["account", "owner", "status"], name="deal_owner"),
            models.Index(fields=["account", "lead"], name="deal_lead"),
            models.Index(fields=["account", "pipeline", "opened_at"], name="deal_opened"),
            models.Index(fields=["account", "pipeline", "closed_at"], name="deal_closed"),
            models.Index(fields=["account", "pipeline", "limit_at"], name="deal_limit", condition=OPEN),
            models.Index(fields=["account", "pipeline", "owed_by"], name="deal_owed", condition=OWING),
        ]

    def __str__(self) -> str:
        return str(self.lead)

    def save(self, *args: Any, **kwargs: Any) -> None:
        """New deals only: afterwards a deal changes by its verbs, or by update() of what is no verb's."""
        if not self._state.adding:
            raise TypeError("A deal changes by its verbs: move, lose, reopen, change.")
        super().save(*args, **kwargs)

    def place(self, **changes: Any) -> None:
        """As DealQuerySet.place, for this deal and the row in hand, several times faster; its version counts on."""
        stage: Stage | None = changes.pop("stage", None)
        change_row(self, changes | ({"stage_id": stage.pk} if stage else {}), version="version + 1")
        if stage:
            self.stage = stage
        self.version += 1

    def move(self, stage: Stage, *, by: By, **how: Unpack[How]) -> Move:
        """Take it to `stage`, through every gate on the way; see `pipeline.move.move`. Raises GateClosed."""
        from pipeline.move import move

        return move(self, stage, by=by, **how)

    def lose(self, *, by: By, reason: str, **how: Unpack[Loss]) -> Move:
        """Close it as lost, for a reason: in the stage for what is lost, if the pipeline has one, by its gate."""
        from pipeline.losing import lose

        return lose(self, by=by, reason=reason, **how)

    def reopen(self, *, by: By, reason: str = "") -> Move:
        """Take it up again where it stood."""
        from pipeline.closing import reopen

        return reopen(self, by=by, reason=reason)

    def change(self, changes: dict[str, Any], *, by: By, version: int | None = None) -> None:
        """Set value, currency or expected close."""
        from pipeline.worth import change

        change(self, changes, by=by, version=version)


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


class MoveQuerySet(TenantQuerySet):
    def standing(self) -> MoveQuerySet:
        """Steps from stage to stage that nobody took back; the end and the return of a deal are none."""
        return self.filter(outcome="", undone_at=None).exclude(from_stage=None)


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
    undone_at = models.DateTimeField(null=True)  # of a step that was taken back, and of its way back

    objects: ClassVar[Any] = TenantManager.from_queryset(MoveQuerySet)()

    class Meta(TenantModel.Meta):
        db_table = "move"
        indexes = [models.Index(fields=["account", "deal", "-moved_at"], name="move_deal")]
