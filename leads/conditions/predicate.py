"""A condition on plain facts, in memory. Pure. `query` gives the same answer in SQL."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from operator import eq, ge, gt, le, lt
from typing import Any

from leads.catalogue import Field, find
from leads.conditions.operators import OPERATORS
from leads.conditions.values import days_ago, fold, is_placeholder, seen_list, seen_number, seen_text

Tree = Mapping[str, Any]
Test = Callable[[Field, Any, Any, datetime], bool]


def matches(tree: Tree, facts: Mapping[str, Any], now: datetime) -> bool:
    """Whether `facts` (by catalogue name, as `leads.facts` lists them) satisfy a validated tree at `now` (aware)."""
    if "all" in tree:
        return all(matches(branch, facts, now) for branch in tree["all"])
    if "any" in tree:
        return any(matches(branch, facts, now) for branch in tree["any"])
    if "none" in tree:
        return not any(matches(branch, facts, now) for branch in tree["none"])
    return _leaf_matches(tree, facts, now)


def settled(tree: Tree, facts: Mapping[str, Any], now: datetime, askable: Callable[[str], bool]) -> bool | None:
    """The same, but None while the answer hangs on a fact that is not known yet and could be asked for."""
    if "all" in tree:
        return _all([settled(branch, facts, now, askable) for branch in tree["all"]])
    if "any" in tree:
        return _opposite(_all([_opposite(settled(branch, facts, now, askable)) for branch in tree["any"]]))
    if "none" in tree:
        return _all([_opposite(settled(branch, facts, now, askable)) for branch in tree["none"]])
    field = find(tree["field"])
    if field and askable(field.name) and not is_known(field, facts):
        return None
    return _leaf_matches(tree, facts, now)


def _all(answers: list[bool | None]) -> bool | None:
    if False in answers:
        return False
    return None if None in answers else True


def _opposite(answer: bool | None) -> bool | None:
    return None if answer is None else not answer


def is_known(field: Field, facts: Mapping[str, Any]) -> bool:
    """Whether the fact says anything; a placeholder does not."""
    return _is_set(field, facts.get(field.name))


def asks_about(tree: Tree) -> set[str]:
    """The facts a tree looks at."""
    for group in ("all", "any", "none"):
        if group in tree:
            return set().union(*(asks_about(branch) for branch in tree[group]))
    return {tree["field"]}


def _leaf_matches(leaf: Tree, facts: Mapping[str, Any], now: datetime) -> bool:
    operator, field = OPERATORS[leaf["operator"]], find(leaf["field"])
    test = TESTS[operator.negates or operator.name]
    holds = field is not None and test(field, facts.get(field.name), leaf.get("value"), now)
    return holds != bool(operator.negates)


def stored_form(field: Field, text: str) -> str:
    """`text`, as a person typed it, in the form in which the field is compared."""
    return field.normal(text) if field.normal else fold(text)


def _compared(field: Field, value: Any) -> str | None:
    text = seen_text(value)
    return text if text is None or field.normal else fold(text)


def _is(field: Field, value: Any, wanted: Any, now: datetime) -> bool:
    if isinstance(wanted, str):
        return _compared(field, value) == stored_form(field, wanted)
    return _in_order(eq)(field, value, wanted, now)


def _is_any_of(field: Field, value: Any, wanted: Any, now: datetime) -> bool:
    return _compared(field, value) in {stored_form(field, item) for item in wanted}


def _contains(field: Field, value: Any, wanted: Any, now: datetime) -> bool:
    text, part = _compared(field, value), stored_form(field, wanted)
    return text is not None and bool(part) and part in text


def _starts_with(field: Field, value: Any, wanted: Any, now: datetime) -> bool:
    text, part = _compared(field, value), stored_form(field, wanted)
    return text is not None and bool(part) and text.startswith(part)


def _is_set(field: Field, value: Any, wanted: Any = None, now: datetime | None = None) -> bool:
    if isinstance(value, str):
        return bool(value) if field.normal else not is_placeholder(value)
    return bool(value) if isinstance(value, list | tuple) else value is not None


def _in_order(compare: Callable[[Any, Any], bool]) -> Test:
    """Numbers by size, dates (as ISO texts) by time; what is neither compares to nothing."""

    def test(field: Field, value: Any, wanted: Any, now: datetime) -> bool:
        see: Callable[[Any], Any] = seen_text if isinstance(wanted, str) else seen_number
        seen = see(value)
        return seen is not None and compare(seen, see(wanted))

    return test


def _between(field: Field, value: Any, wanted: Any, now: datetime) -> bool:
    low, high = wanted
    return _in_order(ge)(field, value, low, now) and _in_order(le)(field, value, high, now)


def _within_last_days(field: Field, value: Any, wanted: Any, now: datetime) -> bool:
    since = days_ago(wanted, now)
    if isinstance(value, datetime):
        return since <= value <= now
    text = seen_text(value)
    return text is not None and since.date().isoformat() <= text <= now.date().isoformat()


def _older_than_days(field: Field, value: Any, wanted: Any, now: datetime) -> bool:
    since = days_ago(wanted, now)
    if isinstance(value, datetime):
        return value < since
    text = seen_text(value)
    return text is not None and text < since.date().isoformat()


def _has_any(field: Field, value: Any, wanted: Any, now: datetime) -> bool:
    items = seen_list(value)
    return items is not None and any(fold(item) in items for item in wanted)


def _has_all(field: Field, value: Any, wanted: Any, now: datetime) -> bool:
    items = seen_list(value)
    return items is not None and all(fold(item) in items for item in wanted)


def _is_boolean(right: bool) -> Test:
    def test(field: Field, value: Any, wanted: Any, now: datetime) -> bool:
        return value is right

    return test


TESTS: dict[str, Test] = {
    "is": _is,
    "is_any_of": _is_any_of,
    "contains": _contains,
    "starts_with": _starts_with,
    "is_set": _is_set,
    "greater_than": _in_order(gt),
    "at_least": _in_order(ge),
    "less_than": _in_order(lt),
    "at_most": _in_order(le),
    "between": _between,
    "within_last_days": _within_last_days,
    "older_than_days": _older_than_days,
    "has_any": _has_any,
    "has_all": _has_all,
    "is_true": _is_boolean(True),
    "is_false": _is_boolean(False),
}
