from typing import Any

from django.db import IntegrityError, transaction
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from tenancy.constraints import broken_constraint
from tenancy.scope import current_account

EARLIEST, LATEST = 2000, 2100  # beyond, some zone's clock or calendar ends, and with it the page that shows such a day


class Moment(serializers.DateTimeField):
    """A time within a century of now; others are slips of the pen."""

    def to_internal_value(self, value: Any) -> Any:
        try:
            found = super().to_internal_value(value)
        except OverflowError:  # without an offset, at the very end of what there is
            self.fail("overflow")
        return _within_reach(found)


class Day(serializers.DateField):
    """The same, of a day."""

    def to_internal_value(self, value: Any) -> Any:
        return _within_reach(super().to_internal_value(value))


def _within_reach(found: Any) -> Any:
    if not EARLIEST <= found.year <= LATEST:
        raise serializers.ValidationError(f"Between {EARLIEST} and {LATEST}, please.", code="out_of_range")
    return found


@extend_schema_field(str)
class PublicIdField(serializers.Field):  # type: ignore[type-arg]
    """The outside form of a row's id. Read only: ids are made by the application."""

    def __init__(self, prefix: str, **kwargs: Any) -> None:
        self.prefix = prefix
        super().__init__(read_only=True, source="public_id", **kwargs)

    def to_representation(self, value: str) -> str:
        return value


class TenantRelatedField(serializers.RelatedField):  # type: ignore[type-arg]
    """A link to another row of the same account, by public id."""

    default_error_messages = {"unknown": "There is no such {name} in this account."}

    def __init__(self, model: Any, **kwargs: Any) -> None:
        self.related_model = model
        if not kwargs.get("read_only"):
            kwargs.setdefault("queryset", model.objects.none_yet())
        super().__init__(**kwargs)

    def to_internal_value(self, data: Any) -> Any:
        try:
            return self.related_model.objects.by_public_id(data)
        except self.related_model.DoesNotExist:
            self.fail("unknown", name=self.related_model._meta.verbose_name)

    def to_representation(self, value: Any) -> str:
        return str(value.public_id)


class TenantSerializer(serializers.ModelSerializer):  # type: ignore[type-arg]
    """A ModelSerializer inside the account in scope; a duplicate within the account is a field error."""

    def save(self, **kwargs: Any) -> Any:
        try:
            with transaction.atomic():
                return super().save(account=current_account(), **kwargs)
        except IntegrityError as error:
            broken = broken_constraint(error, self.Meta.model)
            if broken is None:
                raise
            raise serializers.ValidationError({broken[0]: [broken[1]]}, code="unique") from None
