"""REST: engagement, as a website or a mail system reports it."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema, inline_serializer
from rest_framework import serializers as s
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api import Need, endpoint
from accounts.idempotency import idempotent
from accounts.openapi import IDEMPOTENCY_KEY, OF_POST, REFUSALS, answers
from accounts.parsers import MOST
from accounts.problems import pointers
from accounts.roles import Function, Scope
from leads.normalise import Malformed, email
from scoring.engagement import Sent, receive
from scoring.models import SignalKind
from tenancy import clock
from tenancy.serializers import Moment

AT_ONCE = 500


class SignalIn(s.Serializer[Any]):
    """One of `lead`, `email` and `visitor` says whose it is. The same `id` again changes nothing.

    Machines count for nothing: those called so (`bot`), those that `user_agent` gives away, what happens in a mail
    within two seconds of its sending (`sent_at`, or ours), and who follows a link that people cannot see (`trap`).
    """

    kind = s.ChoiceField(SignalKind.choices)
    lead = s.CharField(max_length=60, required=False)
    email = s.CharField(max_length=320, required=False)
    visitor = s.CharField(max_length=64, required=False)
    url = s.CharField(max_length=500, allow_blank=True, required=False)
    occurred_at = Moment(required=False)
    id = s.CharField(max_length=100, required=False)
    seconds = s.IntegerField(min_value=0, max_value=86_400, required=False)
    bot = s.BooleanField(required=False)
    user_agent = s.CharField(max_length=1000, allow_blank=True, required=False)
    sent_at = Moment(required=False)
    trap = s.BooleanField(required=False)

    def validate_email(self, value: str) -> str:
        try:
            return email(value)
        except Malformed as error:
            raise ValidationError(str(error), code=error.code) from None

    def validate(self, said: dict[str, Any]) -> dict[str, Any]:
        if not {"lead", "email", "visitor"} & said.keys():
            raise ValidationError("A lead, an email or a visitor is needed.", code="required")
        if self.context.get("browser") and {"lead", "email"} & said.keys():
            raise ValidationError("A browser speaks for its visitor only.", code="not_allowed")
        return said


SignalError = inline_serializer(
    "SignalError", {"pointer": s.CharField(), "code": s.CharField(), "detail": s.CharField()}
)
SignalsOut = inline_serializer(
    "SignalsOut",
    {
        "accepted": s.IntegerField(),
        "results": inline_serializer(
            "SignalFate",
            {
                "index": s.IntegerField(),
                "status": s.ChoiceField(["joined", "waiting", "repeated", "unknown", "invalid"]),
                "errors": s.ListField(child=SignalError),
            },
            many=True,
        ),
    },
)


@extend_schema(
    operation_id="send_signals",
    request=SignalIn(many=True),
    parameters=[IDEMPOTENCY_KEY],
    responses=answers(*REFUSALS, *OF_POST, accepted=SignalsOut),
    description=(
        "Up to 500 signals, as a list, as `signals` of an object, or one by itself. Those of an unknown visitor wait "
        "until a submission names the visitor; a bad one never fails the others."
    ),
)
@endpoint(POST=Need(Scope.SIGNALS_WRITE, Function.CAPTURE, browsers=True), most=16 * MOST)
@idempotent
def signals(request: Request) -> Response:
    inner: Any = request._request
    browser = {"browser": bool(inner.api_key and inner.api_key.is_for_browsers)}
    told = [SignalIn(data=row, context=browser) for row in _rows(request.data)]
    good = [Sent(**{"occurred_at": clock.now()} | one.validated_data) for one in told if one.is_valid()]
    fates = iter(receive(good, by=inner.by))
    results = [_result(index, one, fates) for index, one in enumerate(told)]
    accepted = sum(result["status"] in ("joined", "waiting") for result in results)
    return Response({"accepted": accepted, "results": results}, status=202)


def _rows(said: Any) -> list[Any]:
    if isinstance(said, dict) and "signals" not in said:
        said = [said]
    rows = said["signals"] if isinstance(said, dict) else said
    if not isinstance(rows, list) or not rows:
        raise ValidationError({"signals": ["A list of signals is wanted."]}, code="required")
    if len(rows) > AT_ONCE:
        raise ValidationError({"signals": [f"At most {AT_ONCE} signals are taken at once."]}, code="too_many")
    return rows


def _result(index: int, told: SignalIn, fates: Any) -> dict[str, Any]:
    if not told.errors:
        return {"index": index, "status": next(fates), "errors": []}
    refusal = ValidationError(told.errors)
    return {"index": index, "status": "invalid", "errors": pointers(refusal.get_full_details())}
