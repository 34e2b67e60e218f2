"""A condition for people: "Industry is Logistics and company size is at least 50"."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from leads.catalogue import Catalogue, Field, find
from leads.conditions.operators import OPERATORS, Operand

Tree = Mapping[str, Any]


def sentence(tree: Tree, catalogue: Catalogue | None = None) -> str:
    """The tree in words; `catalogue` knows the labels of an account's own fields."""
    words = _words(tree, catalogue or {}, inside=False)
    return words[:1].upper() + words[1:]


def _words(tree: Tree, catalogue: Catalogue, inside: bool) -> str:
    for group, joiner in (("all", " and "), ("any", " or "), ("none", " or ")):
        if group in tree:
            return _group(group, joiner, tree[group], catalogue, inside)
    return _leaf(tree, catalogue)


def _group(group: str, joiner: str, branches: Any, catalogue: Catalogue, inside: bool) -> str:
    if not branches:
        return "never" if group == "any" else "always"
    several = len(branches) > 1
    words = joiner.join(_words(branch, catalogue, several or group == "none") for branch in branches)
    if group == "none":
        return f"not ({words})"
    return f"({words})" if inside and several else words


def _leaf(leaf: Tree, catalogue: Catalogue) -> str:
    operator, name = OPERATORS[leaf["operator"]], leaf["field"]
    field = catalogue.get(name) or find(name)
    label = _in_sentence(field.label) if field else name
    match operator.operand:
        case Operand.NONE:
            return f"{label} {operator.says}"
        case Operand.DAYS:
            ago = " days ago" if operator.name == "older_than_days" else " days"
            return f"{label} {operator.says} {leaf['value']}{ago}"
        case Operand.PAIR:
            low, high = (_value(item, field) for item in leaf["value"])
            return f"{label} {operator.says} {low} and {high}"
        case Operand.MANY:
            last = " and " if operator.name == "has_all" else " or "
            return f"{label} {operator.says} {_listed([_value(item, field) for item in leaf['value']], last)}"
        case _:
            return f"{label} {operator.says} {_value(leaf['value'], field)}"


def _in_sentence(label: str) -> str:
    """Small first letter, unless the label begins with an abbreviation (IT decision)."""
    return label if label[1:2].isupper() else label[:1].lower() + label[1:]


def _value(value: Any, field: Field | None) -> str:
    if isinstance(value, str):
        return dict(field.choices).get(field.normal(value) if field.normal else value, value) if field else value
    return f"{value:,}" if isinstance(value, int | float) else str(value)


def _listed(words: list[str], last: str) -> str:
    return last.join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)
