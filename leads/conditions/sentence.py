"""A condition for people: "Industry is Logistics and company size is at least 50"."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from leads.catalogue import Catalogue, Field, find
from leads.conditions.operators import OPERATORS, Operand

Tree = Mapping[str, Any]


class Piece(NamedTuple):
    """Some words; `kind` is `fact`, `value`, or empty for what is between."""

    text: str
    kind: str = ""


def sentence(tree: Tree, catalogue: Catalogue | None = None) -> str:
    """The tree in words; `catalogue` knows the labels of an account's own fields."""
    words = "".join(piece.text for piece in pieces(tree, catalogue))
    return words[:1].upper() + words[1:]


def pieces(tree: Tree, catalogue: Catalogue | None = None) -> list[Piece]:
    """The same in pieces, so that a page can set facts and values apart. The first letter is a small one."""
    return _words(tree, catalogue or {}, inside=False)


def _words(tree: Tree, catalogue: Catalogue, inside: bool) -> list[Piece]:
    for group, joiner in (("all", " and "), ("any", " or "), ("none", " or ")):
        if group in tree:
            return _group(group, joiner, tree[group], catalogue, inside)
    return _leaf(tree, catalogue)


def _group(group: str, joiner: str, branches: Any, catalogue: Catalogue, inside: bool) -> list[Piece]:
    if not branches:
        return [Piece("never" if group == "any" else "always")]
    several = len(branches) > 1
    words: list[Piece] = []
    for branch in branches:
        words += [Piece(joiner)] if words else []
        words += _words(branch, catalogue, several or group == "none")
    if group == "none":
        return [Piece("not ("), *words, Piece(")")]
    return [Piece("("), *words, Piece(")")] if inside and several else words


def _leaf(leaf: Tree, catalogue: Catalogue) -> list[Piece]:
    operator, name = OPERATORS[leaf["operator"]], leaf["field"]
    field = catalogue.get(name) or find(name)
    said = [Piece(_in_sentence(field.label) if field else name, "fact"), Piece(f" {operator.says}")]
    match operator.operand:
        case Operand.NONE:
            return said
        case Operand.DAYS:
            ago = " days ago" if operator.name == "older_than_days" else " days"
            value = f"{leaf['value']}{ago}"
        case Operand.PAIR:
            low, high = (_value(item, field) for item in leaf["value"])
            value = f"{low} and {high}"
        case Operand.MANY:
            last = " and " if operator.name == "has_all" else " or "
            value = _listed([_value(item, field) for item in leaf["value"]], last)
        case _:
            value = _value(leaf["value"], field)
    return [*said, Piece(" "), Piece(value, "value")]


def _in_sentence(label: str) -> str:
    """Small first letter, unless the label begins with an abbreviation (IT decision)."""
    return label if label[1:2].isupper() else label[:1].lower() + label[1:]


def _value(value: Any, field: Field | None) -> str:
    if isinstance(value, str):
        return dict(field.choices).get(field.normal(value) if field.normal else value, value) if field else value
    return f"{value:,}" if isinstance(value, int | float) else str(value)


def _listed(words: list[str], last: str) -> str:
    return last.join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)
