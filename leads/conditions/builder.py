"""A condition as a form: rows and groups that people fill in, read back into a tree. Pure.

Each node has a path, such as `when.0.2`; its inputs are `<path>-match` of a group, `<path>-field`, `<path>-operator`,
`<path>-value` (and `<path>-upto` of a pair) of a leaf.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from leads.catalogue import Catalogue, Field, Type
from leads.conditions.operators import OPERATORS, Operand, Operator
from leads.conditions.validation import MAX_DEPTH, InvalidCondition, validate

GROUPS = {"all": "All of these", "any": "Any of these", "none": "None of these"}
MOST = 60  # branches of one group
EMPTY: dict[str, Any] = {"all": [{"field": "", "operator": "", "value": ""}]}


@dataclass(frozen=True)
class Node:
    """A group (`match` and `branches`) or a leaf, as its part of the form needs it."""

    path: str
    match: str = ""
    branches: Sequence[Node] = ()
    nests: bool = False
    name: str = ""
    label: str = "New condition"
    operator: str = ""
    operators: Sequence[tuple[str, str]] = ()
    operand: str = ""
    value: str = ""
    upto: str = ""
    numeric: bool = False
    choices: Sequence[tuple[str, str]] = ()
    suggested: Sequence[str] = ()
    error: str = ""
    matches: Mapping[str, str] = field(default_factory=lambda: GROUPS)

    @property
    def id(self) -> str:
        """The path as the beginning of ids in the page."""
        return self.path.replace(".", "-")


def read(data: Mapping[str, Any], root: str, known: Catalogue) -> dict[str, Any]:
    """The tree that was filled in; values that make no sense stay as they are, for `validate` to say so."""
    if f"{root}-match" in data:
        return _group(data, root, known)
    return _leaf(data, root, known)


def _group(data: Mapping[str, Any], path: str, known: Catalogue) -> dict[str, Any]:
    match = str(data[f"{path}-match"])
    depth_left = path.count(".") < MAX_DEPTH
    paths = [f"{path}.{at}" for at in range(MOST)] if depth_left else []
    branches = [read(data, one, known) for one in paths if f"{one}-match" in data or f"{one}-field" in data]
    return {match if match in GROUPS else "all": branches}


def _leaf(data: Mapping[str, Any], path: str, known: Catalogue) -> dict[str, Any]:
    name, word, value, upto = (str(data.get(f"{path}-{part}", "")) for part in ("field", "operator", "value", "upto"))
    fact = known.get(name)
    fitting = operators_of(fact)
    operator = next((one for one in fitting if one.name == word), fitting[0] if fitting else None)
    if fact is None or operator is None:
        return {"field": name, "operator": word, "value": value}
    leaf: dict[str, Any] = {"field": name, "operator": operator.name}
    match operator.operand:
        case Operand.NONE:
            return leaf
        case Operand.PAIR:
            return leaf | {"value": [_typed(fact, value), _typed(fact, upto)]}
        case Operand.MANY:
            return leaf | {"value": [_typed(fact, part) for part in value.split(",") if part.strip()]}
        case Operand.DAYS:
            return leaf | {"value": _number(value)}
        case _:
            return leaf | {"value": _typed(fact, value)}


def operators_of(fact: Field | None) -> list[Operator]:
    """What can be asked about a fact."""
    return [one for one in OPERATORS.values() if fact and fact.type in one.types]


def _typed(fact: Field, text: str) -> Any:
    text = text.strip()
    if fact.type in (Type.NUMBER, Type.MONEY):
        return _number(text)
    # Whoever writes a choice as it is shown means it.
    return next((key for key, label in fact.choices if label.casefold() == text.casefold()), text)


def _number(text: str) -> Any:
    try:
        number = float(text.replace(" ", ""))
    except ValueError:
        return text
    return int(number) if number.is_integer() else number


def changed(tree: Mapping[str, Any], act: str, root: str) -> dict[str, Any]:
    """The tree after a deed at a path: `add:when.0` (a row), `group:when`, `remove:when.0.1`. Others change nothing."""
    deed, _, path = act.partition(":")
    steps = [int(step) for step in path.removeprefix(root).split(".") if step.isdigit()]
    return _after(tree, deed, steps) or {"all": []}


def _after(node: Mapping[str, Any], deed: str, steps: Sequence[int]) -> dict[str, Any] | None:
    group = next((name for name in GROUPS if name in node), None)
    if not steps:
        if deed == "remove":
            return None
        more = {"add": [EMPTY["all"][0]], "group": [{"any": [EMPTY["all"][0]]}]}.get(deed, [])
        return {group: [*node[group], *more]} if group else dict(node)
    if group is None:
        return dict(node)
    at, rest = steps[0], steps[1:]
    branches = [_after(one, deed, rest) if index == at else one for index, one in enumerate(node[group])]
    return {group: [one for one in branches if one is not None]}


def shown(
    tree: Mapping[str, Any],
    known: Catalogue,
    root: str,
    suggested: Mapping[str, Sequence[str]],
    *,
    checked: bool = False,
) -> Node:
    """The tree as the form shows it, a group outermost; `checked` puts what is wrong beside each row."""
    if not any(group in tree for group in GROUPS):
        tree = {"all": [tree]} if tree else EMPTY
    return _shown(tree, known, root, suggested, checked)


def _shown(
    node: Mapping[str, Any], known: Catalogue, path: str, suggested: Mapping[str, Sequence[str]], checked: bool
) -> Node:
    group = next((name for name in GROUPS if name in node), None)
    if group is None:
        return _shown_leaf(node, known, path, suggested, checked)
    branches = [_shown(one, known, f"{path}.{at}", suggested, checked) for at, one in enumerate(node[group])]
    error = "Add at least one condition." if checked and not branches else ""
    return Node(path, match=group, branches=branches, nests=path.count(".") < MAX_DEPTH - 2, error=error)


def _shown_leaf(
    leaf: Mapping[str, Any], known: Catalogue, path: str, suggested: Mapping[str, Sequence[str]], checked: bool
) -> Node:
    fact, value = known.get(leaf["field"]), leaf.get("value")
    fitting = operators_of(fact)
    operator = OPERATORS.get(leaf["operator"]) or (fitting[0] if fitting else None)
    pair = isinstance(value, list) and operator is not None and operator.operand == Operand.PAIR
    return Node(
        path,
        name=leaf["field"],
        label=fact.label if fact else "New condition",
        operator=operator.name if operator else "",
        operators=[(one.name, _words(one)) for one in fitting],
        operand=operator.operand.value if operator else "",
        value=_text(value[0] if pair and value else value, fact),
        upto=_text(value[1], fact) if pair and isinstance(value, list) and len(value) > 1 else "",
        numeric=bool(fact and fact.type in (Type.NUMBER, Type.MONEY)),
        choices=fact.choices if fact else (),
        suggested=[label for _, label in fact.choices] if fact and fact.choices else suggested.get(leaf["field"], ()),
        error=_flaw(leaf, known) if checked else "",
    )


def _words(operator: Operator) -> str:
    many = {"is_any_of": "is one of", "is_none_of": "is none of"}
    return many.get(operator.name, operator.says)


def _text(value: Any, fact: Field | None) -> str:
    if isinstance(value, list):
        return ", ".join(_text(one, fact) for one in value)
    said = "" if value is None else str(value)
    return dict(fact.choices).get(said, said) if fact else said


def _flaw(leaf: Mapping[str, Any], known: Catalogue) -> str:
    if not leaf["field"]:
        return "Choose what to look at."
    try:
        validate(dict(leaf), known)
    except InvalidCondition as refusal:
        return refusal.flaws[0]["detail"]
    return ""
