"""A condition in a body: validated against the facts of the account, each flaw at its own place."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail

from leads.catalogue import Catalogue, catalogue
from leads.conditions import InvalidCondition, validate


@extend_schema_field({"type": ["object", "null"], "additionalProperties": True})
class ConditionField(serializers.Field):  # type: ignore[type-arg]
    """`{"all": [...]}`, `{"any": [...]}`, `{"none": [...]}`, or a field, an operator and a value.

    `among`: of all facts those that it may look at.
    """

    def __init__(self, *, among: Callable[[Catalogue], Catalogue] | None = None, **kwargs: Any) -> None:
        self.among = among or (lambda known: known)
        super().__init__(**kwargs)

    def to_internal_value(self, data: Any) -> Any:
        try:
            validate(data, self.among(catalogue()))
        except InvalidCondition as refusal:
            raise serializers.ValidationError(nested(refusal)) from None
        return data

    def to_representation(self, value: Any) -> Any:
        return value


def nested(refusal: InvalidCondition) -> Any:
    """The flaws as DRF nests its own, so that each gets its pointer."""
    found: dict[str, Any] = {}
    for flaw in refusal.flaws:
        here, steps = found, [step for step in flaw["pointer"].split("/") if step] or ["non_field_errors"]
        for step in steps[:-1]:
            deeper = here.setdefault(step, {})
            here = deeper if isinstance(deeper, dict) else here
        here[steps[-1]] = [ErrorDetail(flaw["detail"], flaw["code"])]
    return found
