"""The documented shapes of what pipeline/wire.py sends and the endpoints take."""

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, inline_serializer
from rest_framework import serializers

from accounts.models import Member
from accounts.openapi import ProblemDocument
from leads.api.schemas import ActorOut, DayToCome, MoneyOut
from leads.models import Stakeholder
from pipeline.comments import LONGEST
from pipeline.files import KINDS
from pipeline.models import DealStatus, Every, FileState
from tenancy.serializers import Day, Moment, TenantRelatedField

s = serializers
MEETING_KINDS, OUTCOMES = ("discovery", "review", "other"), ("held", "no_show", "cancelled")


class Text(s.CharField):
    """What may be unknown."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"allow_null": True} | kwargs)


class NamedOut(s.Serializer[Any]):
    id, name = s.CharField(), s.CharField()


class MeterOut(s.Serializer[Any]):
    met, total, owed = s.IntegerField(), s.IntegerField(), s.IntegerField()


class DealOut(s.Serializer[Any]):
    """A deal."""

    id = s.CharField()
    lead, pipeline = NamedOut(), NamedOut()
    stage, stage_id = s.CharField(), s.CharField()
    status = s.ChoiceField(DealStatus.choices)
    owner, value = NamedOut(allow_null=True), MoneyOut(allow_null=True)
    expected_close = s.DateField(allow_null=True)
    opened_at, entered_stage_at = s.DateTimeField(), s.DateTimeField()
    limit_at, closed_at = s.DateTimeField(allow_null=True), s.DateTimeField(allow_null=True)
    lost_reason, competitor = Text(), Text()
    gate = MeterOut()
    version = s.IntegerField()


class DealIn(s.Serializer[Any]):
    value = s.DecimalField(
        max_digits=14,
        decimal_places=2,
        min_value=0,
        allow_null=True,
        required=False,
        help_text="In `currency`. The object that reading a deal gives is taken too.",
    )
    currency = s.RegexField(r"^[A-Z]{3}$", required=False)
    expected_close = Day(allow_null=True, required=False)

    def to_internal_value(self, data: Any) -> Any:
        said = data.get("value") if isinstance(data, dict) else None
        if isinstance(said, dict):
            data = data | {"value": said.get("amount")} | ({"currency": said["currency"]} if "currency" in said else {})
        return super().to_internal_value(data)


class UnmetOut(s.Serializer[Any]):
    criterion = Text()
    stage, kind, detail = s.CharField(), s.CharField(), s.CharField()
    label = s.CharField()  # type: ignore[assignment]  # a serializer has an attribute of that name itself
    field = Text(help_text="The key under which `values` of a move fill it.")
    input = s.DictField(child=s.JSONField(allow_null=True), allow_null=True)


class MetOut(s.Serializer[Any]):
    criterion, stage, kind, evidence = (s.CharField() for _ in range(4))
    label = s.CharField()  # type: ignore[assignment]


class GateOut(s.Serializer[Any]):
    open = s.BooleanField()
    unmet, met = UnmetOut(many=True), MetOut(many=True)
    passed = s.ListField(child=s.CharField())


GateClosedProblem = inline_serializer(
    "GateClosed", ProblemDocument.get_fields() | {"unmet": UnmetOut(many=True, required=False)}
)


class OverrideIn(s.Serializer[Any]):
    reason = s.CharField(max_length=500)
    owed_by = Day(required=False)


class MoveIn(s.Serializer[Any]):
    """`stage`: an id or a name of the deal's pipeline, or `won`, or `lost` (with `reason`, and `recycle_on` if its lead
    is to come back)."""

    stage = s.CharField(max_length=80)
    values = s.DictField(child=s.JSONField(allow_null=True), required=False)
    override = s.JSONField(required=False, help_text="`true` with `reason`, or {reason, owed_by}.")
    reason = s.CharField(max_length=500, required=False, allow_blank=True)
    competitor = s.CharField(max_length=120, required=False, allow_blank=True)
    recycle_on = DayToCome(required=False, allow_null=True)
    version = s.IntegerField(required=False, min_value=1, max_value=2**31 - 1)


class OwedOut(s.Serializer[Any]):
    criterion = s.CharField()
    label = s.CharField()  # type: ignore[assignment]


class MoveOut(s.Serializer[Any]):
    id = s.CharField()
    to, outcome = Text(), Text()
    actor = ActorOut()
    evidence = MetOut(many=True)
    filled = s.DictField(child=s.CharField(allow_blank=True))
    reason = Text()
    owed, owed_by = OwedOut(many=True), s.DateField(allow_null=True)
    moved_at = s.DateTimeField()
    deal = DealOut()

    def get_fields(self) -> dict[str, Any]:
        return super().get_fields() | {"from": Text()}


class MeetingIn(s.Serializer[Any]):
    kind = s.ChoiceField(MEETING_KINDS, required=False)
    title = s.CharField(max_length=120, required=False, allow_blank=True)
    starts_at = Moment()
    minutes = s.IntegerField(min_value=5, max_value=1440, required=False)
    place = s.CharField(max_length=200, required=False, allow_blank=True)
    member = TenantRelatedField(Member, required=False, allow_null=True, help_text="Who holds it; else the owner.")


class MeetingAdd(MeetingIn):
    invite = s.BooleanField(required=False, help_text="Mail the prospect an invitation.")


class MeetingChange(MeetingIn):
    outcome = s.ChoiceField(OUTCOMES, required=False, allow_blank=True)


class MeetingOut(s.Serializer[Any]):
    id, kind, title, place = s.CharField(), s.CharField(), s.CharField(), s.CharField()
    starts_at, minutes = s.DateTimeField(), s.IntegerField()
    member, outcome = Text(), Text()
    invited_at, created_at = s.DateTimeField(allow_null=True), s.DateTimeField()


class ObjectionIn(s.Serializer[Any]):
    text = s.CharField(max_length=500)
    blocking = s.BooleanField(required=False)
    stakeholder = TenantRelatedField(Stakeholder, required=False, allow_null=True)


class ObjectionChange(ObjectionIn):
    """An `answer` closes it; null opens it again."""

    text = s.CharField(max_length=500, required=False)
    answer = s.CharField(max_length=500, required=False, allow_null=True)


class ObjectionOut(s.Serializer[Any]):
    id, text, blocking = s.CharField(), s.CharField(), s.BooleanField()
    stakeholder, answer = Text(), Text()
    answered_at, created_at = s.DateTimeField(allow_null=True), s.DateTimeField()


class TaskIn(s.Serializer[Any]):
    title = s.CharField(max_length=120)
    kind = s.ChoiceField(("task", "call", "email", "meeting"), required=False)
    member = TenantRelatedField(Member, required=False, allow_null=True, help_text="Whose it is; else the owner's.")
    due_at = Moment(required=False, allow_null=True)
    remind_at = Moment(required=False, allow_null=True)
    every = s.ChoiceField(Every.choices, required=False, allow_blank=True, help_text="Comes again when it is done.")


class TaskChange(TaskIn):
    title = s.CharField(max_length=120, required=False)
    done = s.BooleanField(required=False)


class TaskOut(s.Serializer[Any]):
    id, title, kind = s.CharField(), s.CharField(), s.CharField()
    member, every = Text(), Text()
    due_at, remind_at = s.DateTimeField(allow_null=True), s.DateTimeField(allow_null=True)
    done_at, created_at = s.DateTimeField(allow_null=True), s.DateTimeField()


class FileIn(s.Serializer[Any]):
    file = s.FileField()
    kind = s.ChoiceField(list(KINDS), required=False)


class FileChange(s.Serializer[Any]):
    kind = s.ChoiceField(list(KINDS))


class FileOut(s.Serializer[Any]):
    id, kind, name = s.CharField(), s.CharField(), s.CharField()
    size, content_type = s.IntegerField(), s.CharField()
    state = s.ChoiceField(FileState.choices)
    created_at = s.DateTimeField()


class CommentIn(s.Serializer[Any]):
    """“@Rita Lindqvist” tells her."""

    body = s.CharField(max_length=LONGEST)


class CommentOut(s.Serializer[Any]):
    id, author, body = s.CharField(), s.CharField(), s.CharField()
    member = Text()
    mentions = s.ListField(child=s.CharField())
    created_at, edited_at = s.DateTimeField(), s.DateTimeField(allow_null=True)


DEAL_FILTERS = [
    OpenApiParameter(name, OpenApiTypes.STR, description=description)
    for name, description in {
        "pipeline": "A pipeline's id.",
        "stage": "A stage's id or name.",
        "owner": "A member's id, `me` or `none`.",
        "status": "open (unless told), won, lost, disqualified or all.",
        "order": "opened_at, entered_stage_at, closed_at; with - descending.",
    }.items()
]
