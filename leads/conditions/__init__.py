"""Does this lead match? One small language for filters, rules, criteria and triggers.

A tree is JSON: a group `{"all": [...]}`, `{"any": [...]}` or `{"none": [...]}`, or a leaf
`{"field": "headcount", "operator": "at_least", "value": 50}`. It is answered three ways that always agree:
`matches` on plain facts, `q` in the database, `sentence` for people. What many leads are asked is `compiled` once.
"""

from leads.conditions.moments import next_moment
from leads.conditions.predicate import Condition, asks_about, compiled, is_known, limits, matches, place, settled
from leads.conditions.query import q
from leads.conditions.sentence import Piece, pieces, sentence
from leads.conditions.validation import InvalidCondition, validate

__all__ = [
    "Condition",
    "InvalidCondition",
    "Piece",
    "asks_about",
    "compiled",
    "is_known",
    "limits",
    "matches",
    "next_moment",
    "pieces",
    "place",
    "q",
    "sentence",
    "settled",
    "validate",
]
