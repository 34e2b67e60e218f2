"""A condition on plain facts, in memory. Pure. `query` gives the same answer in SQL."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import eq, ge, gt, le, lt
from typing import Any

from leads.catalogue import Field, find
from leads.conditions.operators import OPERATORS
from leads.conditions.values import days_ago, fold, is_placeholder, seen_list, seen_number, seen_text

Tree = Mapping[str, Any]
Facts = Mapping[str, Any]
Askable = Callable[[str], bool]
Holds = Callable[[Any, datetime], bool]  # of a value at a moment
Test = Callable[[Field, Any], Holds]


@dataclass(frozen=True)
class Leaf:
    """One question about one fact, understood once for many leads."""

    field: Field | None
    holds: Holds
    negated: bool

    def matches(self, facts: Facts, now: datetime) -> bool:
        holds = self.field is not None and self.holds(facts.get(self.field.name), now)
        return holds is not self.negated

    def settled(self, facts: Facts, now: datetime, askable: Askable) -> bool | None:
        if self.field and askable(self.field.name) and not is_known(self.field, facts):
            return None
        return self.matches(facts, now)


@dataclass(frozen=True)
class Group:
    """Its branches until one answers `stop`: then it answers `then`, else the opposite."""

    branches: Sequence[Condition]
    stop: bool
    then: bool

    def matches(self, facts: Facts, now: datetime) -> bool:
        for branch in self.branches:
            if branch.matches(facts, now) is self.stop:
                return self.then
        return not self.then

    def settled(self, facts: Facts, now: datetime, askable: Askable) -> bool | None:
        answers = [branch.settled(facts, now, askable) for branch in self.branches]
        if self.stop in answers:
            return self.then
        return None if None in answers else not self.then


Condition = Leaf | Group
GROUPS = {"all": (False, False), "any": (True, True), "none": (True, False)}


def compiled(tree: Tree) -> Condition:
    """A validated tree, ready to be asked about many leads."""
    for name, (stop, then) in GROUPS.items():
        if name in tree:
            return Group([compiled(branch) for branch in tree[name]], stop, then)
    operator, field = OPERATORS[tree["operator"]], find(tree["field"])
    test = TESTS[operator.negates or operator.name]
    return Leaf(field, test(field, tree.get("value")) if field else _never, bool(operator.negates))


def matches(tree: Tree, facts: Facts, now: datetime) -> bool:
    """Whether `facts` (by catalogue name, as `leads.facts` lists them) satisfy a validated tree at `now` (aware)."""
    return compiled(tree).matches(facts, now)


def settled(tree: Tree, facts: Facts, now: datetime, askable: Askable) -> bool | None:
    """The same, but None while the answer hangs on a fact that is not known yet and could be asked for."""
    return compiled(tree).settled(facts, now, askable)


def is_known(field: Field, facts: Facts) -> bool:
    """Whether the fact says anything; a placeholder does not."""
    return _says_something(field, facts.get(field.name))


def asks_about(tree: Tree) -> set[str]:
    """The facts a tree looks at."""
    return {leaf["field"] for leaf in _leaves(tree)}


def limits(trees: Iterable[Tree], fact: str) -> list[Any]:
    """The numbers that trees compare a fact with, in order: numbers that lie alike among them are answered alike."""
    leaves = (leaf for tree in trees for leaf in _leaves(tree) if leaf["field"] == fact)
    operands = (leaf.get("value") for leaf in leaves)
    each = (one for operand in operands for one in (operand if isinstance(operand, list) else [operand]))
    return sorted({number for one in each if (number := seen_number(one)) is not None})


def place(value: Any, among: Sequence[Any]) -> Any:
    """What of a value matters to trees with these limits: values at the same place are answered alike."""
    number = seen_number(value)
    return value if number is None else (bisect_left(among, number), bisect_right(among, number))


def _leaves(tree: Tree) -> Iterator[Tree]:
    branches = next((tree[group] for group in GROUPS if group in tree), None)
    if branches is None:
        yield tree
    for branch in branches or ():
        yield from _leaves(branch)


def stored_form(field: Field, text: str) -> str:
    """`text`, as a person typed it, in the form in which the field is compared."""
    return field.normal(text) if field.normal else fold(text)


def _never(value: Any, now: datetime) -> bool:
    return False


def _compared(field: Field, value: Any) -> str | None:
    text = seen_text(value)
    return text if text is None or field.normal else fold(text)


def _is(field: Field, wanted: Any) -> Holds:
    return _is_any_of(field, [wanted]) if isinstance(wanted, str) else _in_order(eq)(field, wanted)


def _is_any_of(field: Field, wanted: Any) -> Holds:
    forms = {stored_form(field, item) for item in wanted}
    return lambda value, _: _compared(field, value) in forms


def _contains(field: Field, wanted: Any) -> Holds:
    part = stored_form(field, wanted)
    return lambda value, _: bool(part) and part in (_compared(field, value) or "")


def _starts_with(field: Field, wanted: Any) -> Holds:
    part = stored_form(field, wanted)
    return lambda value, _: bool(part) and (_compared(field, value) or "").startswith(part)


def _is_set(field: Field, wanted: Any) -> Holds:
    return lambda value, _: _says_something(field, value)


def _says_something(field: Field, value: Any) -> bool:
    if isinstance(value, str):
        return bool(value) if field.normal else not is_placeholder(value)
    return bool(value) if isinstance(value, list | tuple) else value is not None


def _in_order(compare: Callable[[Any, Any], bool]) -> Test:
    """Numbers by size, dates (as ISO texts) by time; what is neither compares to nothing."""

    def test(field: Field, wanted: Any) -> Holds:
        see: Callable[[Any], Any] = seen_text if isinstance(wanted, str) else seen_number
        limit = see(wanted)

        def holds(value: Any, now: datetime) -> bool:
            seen = see(value)
            return seen is not None and compare(seen, limit)

        return holds

    return test


def _between(field: Field, wanted: Any) -> Holds:
    low, high = _in_order(ge)(field, wanted[0]), _in_order(le)(field, wanted[1])
    return lambda value, now: low(value, now) and high(value, now)


def _within_last_days(field: Field, wanted: Any) -> Holds:
    def holds(value: Any, now: datetime) -> bool:
        since = days_ago(wanted, now)
        if isinstance(value, datetime):
            return since <= value <= now
        text = seen_text(value)
        return text is not None and since.date().isoformat() <= text <= now.date().isoformat()

    return holds


def _older_than_days(field: Field, wanted: Any) -> Holds:
    def holds(value: Any, now: datetime) -> bool:
        since = days_ago(wanted, now)
        if isinstance(value, datetime):
            return value < since
        text = seen_text(value)
        return text is not None and text < since.date().isoformat()

    return holds


def _has(enough: Callable[[Any], bool]) -> Test:
    def test(field: Field, wanted: Any) -> Holds:
        forms = [fold(item) for item in wanted]

        def holds(value: Any, now: datetime) -> bool:
            items = seen_list(value)
            return items is not None and enough(form in items for form in forms)

        return holds

    return test


def _is_boolean(right: bool) -> Test:
    return lambda *_: lambda value, _: value is right


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
    "has_any": _has(any),
    "has_all": _has(all),
    "is_true": _is_boolean(True),
    "is_false": _is_boolean(False),
}
