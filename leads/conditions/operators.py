"""The words of the language: for each operator the types it fits, its operand, and how people say it.

`negates` names the operator whose exact opposite it is: what is not known is not Logistics, so it `is_not` Logistics.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from leads.catalogue import Type

_WORDS = frozenset({Type.TEXT, Type.CHOICE})
_ORDERED = frozenset({Type.NUMBER, Type.MONEY, Type.DATE})
_DATED = frozenset({Type.TIME, Type.DATE})
_LISTS = frozenset({Type.LIST})
_BOOLEANS = frozenset({Type.BOOLEAN})


class Operand(StrEnum):
    NONE = "none"
    ONE = "one"
    MANY = "many"
    PAIR = "pair"
    DAYS = "days"


@dataclass(frozen=True)
class Operator:
    name: str
    says: str
    types: frozenset[Type]
    operand: Operand = Operand.ONE
    negates: str = ""


OPERATORS = {
    operator.name: operator
    for operator in (
        Operator("is", "is", _WORDS | _ORDERED),
        Operator("is_not", "is not", _WORDS | _ORDERED, negates="is"),
        Operator("is_any_of", "is", _WORDS, Operand.MANY),
        Operator("is_none_of", "is not", _WORDS, Operand.MANY, "is_any_of"),
        Operator("contains", "contains", frozenset({Type.TEXT})),
        Operator("does_not_contain", "does not contain", frozenset({Type.TEXT}), negates="contains"),
        Operator("starts_with", "starts with", frozenset({Type.TEXT})),
        Operator("is_set", "is known", frozenset(Type), Operand.NONE),
        Operator("is_not_set", "is not known", frozenset(Type), Operand.NONE, "is_set"),
        Operator("greater_than", "is more than", _ORDERED),
        Operator("at_least", "is at least", _ORDERED),
        Operator("less_than", "is less than", _ORDERED),
        Operator("at_most", "is at most", _ORDERED),
        Operator("between", "is between", _ORDERED, Operand.PAIR),
        Operator("within_last_days", "is in the last", _DATED, Operand.DAYS),
        Operator("older_than_days", "is more than", _DATED, Operand.DAYS),
        Operator("has_any", "has", _LISTS, Operand.MANY),
        Operator("has_all", "has all of", _LISTS, Operand.MANY),
        Operator("has_none", "has none of", _LISTS, Operand.MANY, "has_any"),
        Operator("is_true", "is true", _BOOLEANS, Operand.NONE),
        Operator("is_false", "is false", _BOOLEANS, Operand.NONE),
    )
}
