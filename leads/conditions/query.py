"""A condition in the database, as a Q on Lead. `predicate` gives the same answer in memory.

Every leaf is either true or false, never NULL: so a negation, however deep, is the plain opposite, as in memory.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import BigIntegerField, CharField, DecimalField, Func, IntegerField, JSONField, Q, Value
from django.db.models.fields.json import DataContains
from django.db.models.functions import StrIndex
from django.db.models.lookups import Exact, GreaterThan, GreaterThanOrEqual, In, IsNull, LessThan, LessThanOrEqual

from leads.catalogue import Field, Type, find
from leads.conditions import columns
from leads.conditions.operators import OPERATORS
from leads.conditions.predicate import stored_form
from leads.conditions.values import BLANKS, PLACEHOLDERS, days_ago, fold
from tenancy.ids import from_public

Tree = Mapping[str, Any]
NEVER = Q(pk__in=[])


def q(tree: Tree, now: datetime) -> Q:
    """The leads (of the account in scope, which the manager names) that satisfy a validated tree at `now` (aware)."""
    if "all" in tree:
        return _joined((q(branch, now) for branch in tree["all"]), Q.AND)
    if "any" in tree:
        return _joined((q(branch, now) for branch in tree["any"]), Q.OR)
    if "none" in tree:
        return ~_joined((q(branch, now) for branch in tree["none"]), Q.OR)
    return _leaf(tree, now)


def _joined(branches: Any, connector: str) -> Q:
    # A Q without children means "everything"; an empty any must mean "nothing".
    joined = Q(NEVER) if connector == Q.OR else ~NEVER
    for branch in branches:
        joined = joined | branch if connector == Q.OR else joined & branch
    return joined


def _leaf(leaf: Tree, now: datetime) -> Q:
    operator, field = OPERATORS[leaf["operator"]], find(leaf["field"])
    test = TESTS[operator.negates or operator.name]
    holds = test(field, leaf.get("value"), now) if field else NEVER
    return ~holds if operator.negates else holds


def _known(expression: Any, test: Callable[[Any], Any]) -> Q:
    """`test` of an expression that is not NULL; NEVER where the field has no such expression."""
    return NEVER if expression is None else Q(IsNull(expression, False)) & Q(test(expression))


def _is(field: Field, wanted: Any, now: datetime) -> Q:
    if isinstance(wanted, str):
        return _is_any_of(field, [wanted], now)
    return _in_order(Exact)(field, wanted, now)


def _is_any_of(field: Field, wanted: Any, now: datetime) -> Q:
    if field.prefix:
        return Q(**{f"{field.lookup}__in": _uuids(field.prefix, wanted)})
    forms = sorted({stored_form(field, item) for item in wanted} - {""})
    if len(forms) == 1:
        return _known(columns.compared_text(field), lambda text: Exact(text, Value(forms[0])))
    return _known(columns.compared_text(field), lambda text: In(text, forms)) if forms else NEVER


def _uuids(prefix: str, texts: list[str]) -> list[Any]:
    found = []
    for text in texts:
        try:
            found.append(from_public(prefix, text))
        except ValueError:
            continue  # a malformed id is nobody's
    return found


def _contains(field: Field, wanted: Any, now: datetime) -> Q:
    return _found_at(field, wanted, lambda place: GreaterThan(place, Value(0)))


def _starts_with(field: Field, wanted: Any, now: datetime) -> Q:
    return _found_at(field, wanted, lambda place: Exact(place, Value(1)))


def _found_at(field: Field, wanted: str, test: Callable[[Any], Any]) -> Q:
    part = stored_form(field, wanted)
    return _known(columns.compared_text(field), lambda text: test(StrIndex(text, Value(part)))) if part else NEVER


def _is_set(field: Field, wanted: Any, now: datetime) -> Q:
    says_something = _known(columns.text_of(field), lambda text: IsNull(text, False))
    if not field.normal:
        says_something &= ~_known(columns.compared_text(field), lambda text: _is_placeholder(text))
    has_items = _known(columns.raw_list_of(field), lambda items: GreaterThan(_length(items), Value(0)))
    if field.json:
        others = _known(columns.json_type(field), lambda kind: In(kind, ["number", "boolean", "object"]))
        return says_something | has_items | others
    if field.type == Type.LIST:
        return has_items
    if field.prefix or field.type not in (Type.TEXT, Type.CHOICE):
        return Q(IsNull(field.expression(), False))
    return says_something


def _is_placeholder(text: Any) -> Any:
    stripped = Func(text, Value(BLANKS), function="btrim", output_field=CharField())
    return In(stripped, sorted(PLACEHOLDERS | {""}))


def _length(items: Any) -> Any:
    return Func(items, function="jsonb_array_length", output_field=IntegerField())


def _in_order(lookup: Any) -> Callable[[Field, Any, datetime], Q]:
    def test(field: Field, wanted: Any, now: datetime) -> Q:
        if isinstance(wanted, str):
            return _known(columns.ordered_text(field), lambda text: lookup(text, Value(wanted)))
        return _known(columns.number_of(field), lambda number: lookup(number, _number(wanted)))

    return test


def _number(wanted: Any) -> Value:
    # Never bare: Django would cut a fraction to the whole number of an integer column.
    if isinstance(wanted, int):
        return Value(wanted, BigIntegerField())
    return Value(Decimal(repr(wanted)), DecimalField())


def _between(field: Field, wanted: Any, now: datetime) -> Q:
    low, high = wanted
    return _in_order(GreaterThanOrEqual)(field, low, now) & _in_order(LessThanOrEqual)(field, high, now)


def _within_last_days(field: Field, wanted: Any, now: datetime) -> Q:
    since = days_ago(wanted, now)
    if field.type == Type.TIME:
        moment = columns.time_of(field)
        return _known(moment, lambda time: GreaterThanOrEqual(time, since)) & Q(LessThanOrEqual(moment, now))
    return _between(field, (since.date().isoformat(), now.date().isoformat()), now)


def _older_than_days(field: Field, wanted: Any, now: datetime) -> Q:
    since = days_ago(wanted, now)
    if field.type == Type.TIME:
        return _known(columns.time_of(field), lambda time: LessThan(time, since))
    return _in_order(LessThan)(field, since.date().isoformat(), now)


def _has_any(field: Field, wanted: Any, now: datetime) -> Q:
    return _joined((_has(field, item) for item in wanted), Q.OR)


def _has_all(field: Field, wanted: Any, now: datetime) -> Q:
    return _known(columns.list_of(field), lambda items: IsNull(items, False)) & _joined(
        (_has(field, item) for item in wanted), Q.AND
    )


def _has(field: Field, item: str) -> Q:
    return _known(columns.list_of(field), lambda items: DataContains(items, Value([fold(item)], JSONField())))


def _is_boolean(right: bool) -> Callable[[Field, Any, datetime], Q]:
    def test(field: Field, wanted: Any, now: datetime) -> Q:
        return _known(columns.boolean_of(field), lambda value: Exact(value, Value(right)))

    return test


TESTS: dict[str, Callable[[Field, Any, datetime], Q]] = {
    "is": _is,
    "is_any_of": _is_any_of,
    "contains": _contains,
    "starts_with": _starts_with,
    "is_set": _is_set,
    "greater_than": _in_order(GreaterThan),
    "at_least": _in_order(GreaterThanOrEqual),
    "less_than": _in_order(LessThan),
    "at_most": _in_order(LessThanOrEqual),
    "between": _between,
    "within_last_days": _within_last_days,
    "older_than_days": _older_than_days,
    "has_any": _has_any,
    "has_all": _has_all,
    "is_true": _is_boolean(True),
    "is_false": _is_boolean(False),
}
