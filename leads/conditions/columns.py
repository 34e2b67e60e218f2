"""What a stored value counts as, in SQL; `values` says the same in memory. Change them together.

Each function gives an expression that is NULL when the field holds nothing of that nature, or None when it never can.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db.models import (
    BooleanField,
    Case,
    CharField,
    DecimalField,
    ExpressionWrapper,
    F,
    Func,
    JSONField,
    TextField,
    Value,
    When,
)
from django.db.models.functions import Cast, Collate, Lower, NullIf
from django.db.models.lookups import Exact, In

from leads.catalogue import Field, Type
from leads.money import WITH_THREE_DIGITS, WITHOUT_MINOR

LETTERS = "tollgate_letters"  # the collation that a migration makes

# A Cast would want a precision.
NUMERIC: dict[str, Any] = {"template": "(%(expressions)s)::numeric", "output_field": DecimalField()}
_TEXTS = frozenset({Type.TEXT, Type.CHOICE, Type.DATE})


def text_of(field: Field) -> Any:
    """The raw text; never the empty one."""
    if field.json:
        return NullIf(_json_as(field, "string", _json_text(field)), Value(""), output_field=TextField())
    if field.prefix or field.type not in _TEXTS:
        return None
    if field.type == Type.DATE:
        return Func(field.expression(), Value("YYYY-MM-DD"), function="to_char", output_field=CharField())
    return NullIf(field.expression(), Value(""), output_field=TextField())


def compared_text(field: Field) -> Any:
    """The text in the form in which it is compared. A column that is uniform already stays bare, for its index."""
    if field.normal and not field.prefix:
        return field.expression()
    text = text_of(field)
    # The built-in locale folds letter by letter and alike on every machine; the database's own may not.
    return text and Lower(Collate(text, LETTERS), output_field=TextField())


def ordered_text(field: Field) -> Any:
    """The text, sorted by code point as Python does."""
    text = text_of(field)
    return text and Collate(text, "C")


def number_of(field: Field) -> Any:
    if field.json:
        plain = When(Exact(json_type(field), Value("number")), then=Func(_json_text(field), **NUMERIC))
        return Case(plain, _when_amount(field), output_field=DecimalField())
    return field.expression() if field.type in (Type.NUMBER, Type.MONEY) else None


def _when_amount(field: Field) -> When:
    """An amount, such as {"minor": 2500000, "currency": "EUR"}, counts in major units."""
    minor, currency = _json_text(field, "minor"), _json_text(field, "currency")
    factor = Case(
        When(In(currency, sorted(WITHOUT_MINOR)), then=Value(Decimal(1))),
        When(In(currency, sorted(WITH_THREE_DIGITS)), then=Value(Decimal("0.001"))),
        default=Value(Decimal("0.01")),
        output_field=DecimalField(),
    )
    is_amount = Exact(json_type(field, "minor"), Value("number"))
    return When(is_amount, then=ExpressionWrapper(Func(minor, **NUMERIC) * factor, DecimalField()))


def time_of(field: Field) -> Any:
    return field.expression() if field.type == Type.TIME else None


def boolean_of(field: Field) -> Any:
    if field.json:
        return _json_as(field, "boolean", Exact(_json_text(field), Value("true")), BooleanField())
    return field.expression() if field.type == Type.BOOLEAN else None


def raw_list_of(field: Field) -> Any:
    """The list as it is, as jsonb."""
    if field.json:
        return _json_as(field, "array", _json(field), JSONField())
    if field.type != Type.LIST:
        return None
    is_list = Exact(Func(field.expression(), function="jsonb_typeof", output_field=CharField()), Value("array"))
    return Case(When(is_list, then=field.expression()), output_field=JSONField())


def list_of(field: Field) -> Any:
    """The list with all letters small, as jsonb."""
    raw = raw_list_of(field)
    return raw and Cast(Lower(Collate(Cast(raw, TextField()), LETTERS)), JSONField())


def json_type(field: Field, *below: str) -> Any:
    return Func(_json(field, *below), function="jsonb_typeof", output_field=CharField())


def _json(field: Field, *below: str) -> Any:
    # By name always: Django's own key transform takes a key of digits for an index.
    return Func(*_path(field, *below), function="jsonb_extract_path", output_field=JSONField())


def _json_text(field: Field, *below: str) -> Any:
    return Func(*_path(field, *below), function="jsonb_extract_path_text", output_field=TextField())


def _path(field: Field, *below: str) -> list[Any]:
    column, key = field.json or ("", "")
    return [F(column), Value(key), *map(Value, below)]


def _json_as(field: Field, kind: str, then: Any, output: Any = None) -> Any:
    return Case(When(Exact(json_type(field), Value(kind)), then=then), output_field=output or TextField())
