"""Is this a condition? Every flaw with a JSON pointer, a code and a sentence."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import date
from typing import Any

from leads.catalogue import Catalogue, Field, Type
from leads.conditions.operators import OPERATORS, Operand, Operator

MAX_DEPTH = 6
MAX_NODES = 200
MAX_ITEMS = 300
MAX_TEXT = 500
MAX_NUMBER = 10**15
MAX_DAYS = 36_500
GROUPS = ("all", "any", "none")

Flaw = dict[str, str]


class InvalidCondition(ValueError):
    """`flaws` lists what is wrong: [{"pointer", "code", "detail"}]."""

    def __init__(self, flaws: list[Flaw]) -> None:
        super().__init__(flaws[0]["detail"])
        self.flaws = flaws


def validate(tree: Any, catalogue: Catalogue) -> None:
    """Raise InvalidCondition unless `tree` is a condition over the facts of `catalogue`."""
    if _size(tree) > MAX_NODES:
        raise InvalidCondition([_flaw("", "too_large", f"A condition has at most {MAX_NODES} parts.")])
    if flaws := list(_flaws(tree, catalogue, "", 1)):
        raise InvalidCondition(flaws)


def _size(tree: Any) -> int:
    """The number of nodes, counted without recursion and no further than needed."""
    count, waiting = 0, [tree]
    while waiting and count <= MAX_NODES:
        node = waiting.pop()
        count += 1
        if isinstance(node, dict):
            waiting += [branch for group in GROUPS if isinstance(node.get(group), list) for branch in node[group]]
    return count


def _flaw(pointer: str, code: str, detail: str) -> Flaw:
    return {"pointer": pointer or "/", "code": code, "detail": detail}


def _flaws(tree: Any, catalogue: Catalogue, pointer: str, depth: int) -> Iterator[Flaw]:
    if not isinstance(tree, dict):
        yield _flaw(pointer, "not_an_object", "A condition is an object: a group, or field, operator and value.")
    elif not any(group in tree for group in GROUPS):
        yield from _leaf_flaws(tree, catalogue, pointer)
    elif len(tree) > 1:
        yield _flaw(pointer, "ambiguous", "A group has one key only: all, any or none.")
    elif depth >= MAX_DEPTH:
        yield _flaw(pointer, "too_deep", f"Groups may be nested {MAX_DEPTH - 1} deep.")
    else:
        yield from _group_flaws(tree, catalogue, pointer, depth)


def _group_flaws(tree: dict[str, Any], catalogue: Catalogue, pointer: str, depth: int) -> Iterator[Flaw]:
    [(group, branches)] = tree.items()
    if not isinstance(branches, list) or not branches:
        yield _flaw(f"{pointer}/{group}", "empty", f"“{group}” lists at least one condition.")
        return
    for index, branch in enumerate(branches):
        yield from _flaws(branch, catalogue, f"{pointer}/{group}/{index}", depth + 1)


def _leaf_flaws(leaf: dict[str, Any], catalogue: Catalogue, pointer: str) -> Iterator[Flaw]:
    for extra in sorted(set(map(str, leaf)) - {"field", "operator", "value"}):
        yield _flaw(f"{pointer}/{extra}"[:200], "unknown_key", "Only field, operator and value belong here.")
    name, word = leaf.get("field"), leaf.get("operator")
    field = catalogue.get(name) if isinstance(name, str) else None
    operator = OPERATORS.get(word) if isinstance(word, str) else None
    if field is None:
        yield _flaw(f"{pointer}/field", "unknown_field", f"There is no fact called {name!r:.80}.")
    if operator is None:
        yield _flaw(f"{pointer}/operator", "unknown_operator", f"There is no operator called {word!r:.80}.")
    if field and operator:
        yield from _operand_flaws(field, operator, leaf, pointer)


def _operand_flaws(field: Field, operator: Operator, leaf: dict[str, Any], pointer: str) -> Iterator[Flaw]:
    if field.type not in operator.types:
        fitting = ", ".join(name for name, other in OPERATORS.items() if field.type in other.types)
        detail = f"{field.label} ({field.type}) is asked with one of: {fitting}."
        yield _flaw(f"{pointer}/operator", "unfit_operator", detail)
        return
    value, here = leaf.get("value"), f"{pointer}/value"
    match operator.operand:
        case Operand.NONE:
            if value is not None:
                yield _flaw(here, "unexpected", f"“{operator.name}” takes no value.")
        case Operand.ONE:
            yield from _value_flaws(field, value, here)
        case Operand.DAYS:
            if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= MAX_DAYS:
                yield _flaw(here, "not_days", f"A whole number of days, at most {MAX_DAYS}.")
        case Operand.PAIR:
            yield from _pair_flaws(field, value, here)
        case Operand.MANY:
            yield from _many_flaws(field, value, here)


def _pair_flaws(field: Field, value: Any, pointer: str) -> Iterator[Flaw]:
    if not isinstance(value, list) or len(value) != 2:
        yield _flaw(pointer, "not_a_pair", "Two values: the lowest and the highest.")
        return
    flaws = [flaw for index, item in enumerate(value) for flaw in _value_flaws(field, item, f"{pointer}/{index}")]
    yield from flaws
    if not flaws and value[0] > value[1]:
        yield _flaw(pointer, "upside_down", "The lowest value comes first.")


def _many_flaws(field: Field, value: Any, pointer: str) -> Iterator[Flaw]:
    if not isinstance(value, list) or not 1 <= len(value) <= MAX_ITEMS:
        yield _flaw(pointer, "not_a_list", f"A list of 1 to {MAX_ITEMS} values.")
        return
    for index, item in enumerate(value):
        yield from _value_flaws(field, item, f"{pointer}/{index}")


def _value_flaws(field: Field, value: Any, pointer: str) -> Iterator[Flaw]:
    if field.type in (Type.NUMBER, Type.MONEY):
        if not _is_number(value):
            yield _flaw(pointer, "not_a_number", f"{field.label} is compared with a number.")
    elif field.type == Type.DATE:
        if not _is_date(value):
            yield _flaw(pointer, "not_a_date", f"{field.label} is compared with a date such as 2026-03-31.")
    elif not _is_text(value):
        yield _flaw(pointer, "not_a_text", f"{field.label} is compared with a text of 1 to {MAX_TEXT} characters.")
    elif field.choices and not _is_choice(field, value):
        yield _flaw(pointer, "unknown_choice", f"“{value:.80}” is not a choice of {field.label}.")


def _is_int(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_number(value: Any) -> bool:
    number = _is_int(value) or (isinstance(value, float) and math.isfinite(value))
    return number and abs(value) <= MAX_NUMBER


def _is_date(value: Any) -> bool:
    try:
        return isinstance(value, str) and date.fromisoformat(value).isoformat() == value
    except ValueError:
        return False


def _is_text(value: Any) -> bool:
    if not isinstance(value, str) or not value.strip() or len(value) > MAX_TEXT:
        return False
    # PostgreSQL stores neither.
    return "\0" not in value and not any("\ud800" <= letter <= "\udfff" for letter in value)


def _is_choice(field: Field, value: str) -> bool:
    wanted = field.normal(value) if field.normal else value
    return any(wanted == choice for choice, _ in field.choices)
