"""The documented shapes of what leads/wire.py and the endpoints beside send and take."""

from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from drf_spectacular.utils import OpenApiParameter, inline_serializer
from rest_framework import serializers

from leads.labels import LABELS
from leads.models import ActivityKind, Direction, SourceKind, StakeholderRole, Status, Track
from tenancy import clock
from tenancy.scope import current_account
from tenancy.serializers import Moment

s = serializers


class Text(s.CharField):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"allow_null": True} | kwargs)


class ContactOut(s.Serializer[Any]):
    id = s.CharField()
    name, first_name, last_name = Text(), Text(), Text()
    email, phone, job_title = Text(), Text(), Text()
    seniority, department, country, language = Text(), Text(), Text(), Text()


class CompanyOut(s.Serializer[Any]):
    id = s.CharField()
    name, domain, industry = Text(), Text(), Text()
    headcount = s.IntegerField(allow_null=True)


class SourceOut(s.Serializer[Any]):
    id, name = s.CharField(), s.CharField()
    kind = s.ChoiceField(SourceKind.choices)


class MoneyOut(s.Serializer[Any]):
    amount, currency = s.CharField(), s.CharField()


class QualificationOut(s.Serializer[Any]):
    fit, intent = s.IntegerField(allow_null=True), s.IntegerField(allow_null=True)
    authority, timing = s.IntegerField(allow_null=True), s.IntegerField(allow_null=True)
    points, of = s.IntegerField(), s.IntegerField(allow_null=True)


class OwnerOut(s.Serializer[Any]):
    id, name = s.CharField(), s.CharField()


class LeadDealOut(s.Serializer[Any]):
    id, stage = s.CharField(), s.CharField(allow_blank=True)


class LeadOut(s.Serializer[Any]):
    """A lead."""

    id = s.CharField()
    status, track = s.ChoiceField(Status.choices), s.ChoiceField(Track.choices)
    incomplete = s.ListField(child=s.CharField())
    contact, company = ContactOut(), CompanyOut(allow_null=True)
    campaign = s.DictField(child=s.CharField(allow_blank=True))
    message, product, budget = Text(), Text(), Text()
    timeline_days = s.IntegerField(allow_null=True)
    business_problem = Text()
    tech_stack = s.ListField(child=s.CharField())
    it_decision = Text()
    value = MoneyOut(allow_null=True)
    custom = s.DictField(child=s.JSONField(allow_null=True))
    qualification = QualificationOut(allow_null=True)
    score = s.IntegerField(allow_null=True)
    tier = Text()
    owner, deal = OwnerOut(allow_null=True), LeadDealOut(allow_null=True)
    external_id = Text()
    first_response_due_at, first_response_at = s.DateTimeField(allow_null=True), s.DateTimeField(allow_null=True)
    captured_at, assigned_at = s.DateTimeField(), s.DateTimeField(allow_null=True)
    updated_at = s.DateTimeField()

    def get_fields(self) -> dict[str, Any]:
        # Not a class attribute: `source` means something else there.
        return super().get_fields() | {"source": SourceOut()}


class KeptAside(s.Serializer[Any]):
    pointer, code, detail = s.CharField(), s.CharField(), s.CharField()


class CapturedOut(LeadOut):
    """The lead, and what became of the submission."""

    submission = s.CharField()
    duplicate_of = Text()
    problems = KeptAside(many=True)
    ignored = s.ListField(child=s.CharField())


BatchRow = inline_serializer(  # by hand: a serializer's `errors` mean something else
    "BatchRow",
    {
        "index": s.IntegerField(),
        "status": s.IntegerField(),
        **{name: Text() for name in ("id", "submission", "duplicate_of")},
        **{name: s.ListField(child=s.CharField()) for name in ("incomplete", "ignored")},
        **{name: KeptAside(many=True) for name in ("problems", "errors")},
    },
    many=True,
)


class BatchOut(s.Serializer[Any]):
    results = BatchRow


_ANY = {"name", "first_name", "last_name", "email", "phone", "external_id"}
_FACTS: dict[str, Any] = {name: {"description": label} for name, label in LABELS.items()}
_OBJECT = {"type": "object", "additionalProperties": True}
_OBJECTS = dict.fromkeys(("campaign", "consent", "custom"), _OBJECT)

# Values are taken as people write them: whatever makes no sense is kept aside and flagged, so no types are demanded.
CAPTURE_IN = {
    "application/json": {
        "type": "object",
        "properties": _FACTS | _OBJECTS | {"source": {"description": "Name or id of a source"}},
        "anyOf": [
            {"required": [name], "properties": {name: {"type": "string", "pattern": r"^[A-Za-z0-9]"}}}
            for name in sorted(_ANY)
        ],
        "maxProperties": 100,
        "example": {
            "name": "Ada King",
            "email": "ada@example.com",
            "company": "Example Ltd",
            "headcount": "51-200",
            "message": "We need managed services by March.",
            "source": "Website",
            "campaign": {"utm_source": "google"},
        },
    }
}
_ONE = CAPTURE_IN["application/json"]
_MANY = {"type": "array", "items": _ONE, "minItems": 1, "maxItems": 500}
BATCH_IN = {
    "application/json": {
        "oneOf": [_MANY, {"type": "object", "properties": {"leads": _MANY}, "required": ["leads"]}],
        "example": [_ONE["example"], {"email": "grace@example.org"}],
    }
}
CHANGE_IN = {"application/json": {"type": "object", "properties": _FACTS | {"custom": _OBJECT}, "minProperties": 1}}

LIST_FILTERS = [
    OpenApiParameter(name, str, description=description)
    for name, description in {
        "stage": "A stage's id or name.",
        "pipeline": "A pipeline's id.",
        "source": "A source's id or name.",
        "tier": "urgent, high, medium, low; several with commas.",
        "track": "active, ask, nurture.",
        "status": "open, won, lost, disqualified, spam, merged.",
        "owner": "A member's id, `me` or `none`.",
        "score_min": "0 to 100.",
        "score_max": "0 to 100.",
        "created_from": "A time or a day, inclusive.",
        "created_to": "A time, or a day with all of it.",
        "updated_from": "A time or a day, inclusive.",
        "incomplete": "true or false.",
        "q": "Part of a name, address, number or firm.",
        "order": "captured_at, updated_at, score, first_response_due_at; with - descending.",
    }.items()
]


class ActorOut(s.Serializer[Any]):
    kind = s.CharField()
    id = Text()
    name = s.CharField(allow_blank=True)


class EntryOut(s.Serializer[Any]):
    id, kind, title = s.CharField(), s.CharField(), s.CharField()
    text = s.CharField(allow_blank=True)
    actor = ActorOut()
    at = s.DateTimeField()
    body = s.DictField(child=s.JSONField(allow_null=True))


class ActivityIn(s.Serializer[Any]):
    kind = s.ChoiceField(ActivityKind.choices)
    direction = s.ChoiceField(Direction.choices, default=Direction.OUT)
    outcome = s.ChoiceField(
        ["spoke", "no_answer", "voicemail", "wrong_number", "replied", "held"], allow_blank=True, default=""
    )
    body = s.CharField(max_length=20_000, allow_blank=True, default="")
    occurred_at = Moment(required=False)


class ActivityOut(s.Serializer[Any]):
    id, kind, direction = s.CharField(), s.CharField(), s.CharField()
    outcome, body = s.CharField(allow_blank=True), s.CharField(allow_blank=True)
    automatic = s.BooleanField()
    occurred_at = s.DateTimeField()


class StakeholderIn(s.Serializer[Any]):
    name = s.CharField(max_length=200)
    role = s.ChoiceField(StakeholderRole.choices)
    job_title = s.CharField(max_length=200, allow_blank=True, required=False)
    email = s.EmailField(max_length=320, allow_blank=True, required=False)
    reviewed_at = Moment(allow_null=True, required=False)


class StakeholderOut(s.Serializer[Any]):
    id, name = s.CharField(), s.CharField()
    role = s.ChoiceField(StakeholderRole.choices)
    job_title, email = s.CharField(allow_blank=True), s.CharField(allow_blank=True)
    reviewed_at = s.DateTimeField(allow_null=True)


class DayToCome(s.DateField):
    """A day on which something comes back: after today, within ten years, as the pages ask."""

    def to_internal_value(self, value: Any) -> Any:
        day = super().to_internal_value(value)
        today = clock.now().astimezone(ZoneInfo(current_account().time_zone)).date()
        if not today < day < today + timedelta(days=3653):
            raise s.ValidationError("Choose a day to come, within ten years.", code="out_of_range")
        return day


class DisqualificationIn(s.Serializer[Any]):
    reason = s.CharField(max_length=120)
    recycle_on = DayToCome(allow_null=True, required=False)
