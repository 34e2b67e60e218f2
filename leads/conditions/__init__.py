"""Does this lead match? One small language for filters, rules, criteria and triggers.

A tree is JSON: a group `{"all": [...]}`, `{"any": [...]}` or `{"none": [...]}`, or a leaf
`{"field": "headcount", "operator": "at_least", "value": 50}`. It is answered three ways that always agree:
`matches` on plain facts, `q` in the database, `sentence` for people.
"""

from leads.conditions.predicate import asks_about, is_known, matches, settled
from leads.conditions.query import q
from leads.conditions.sentence import sentence
from leads.conditions.validation import InvalidCondition, validate

__all__ = ["InvalidCondition", "asks_about", "is_known", "matches", "q", "sentence", "settled", "validate"]
