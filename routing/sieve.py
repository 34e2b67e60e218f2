"""Which rules can a lead match at all? Told by the one fact that most rules ask about, and remembered value by value.

With fifty rules by country a lead is asked the few of its own. Pure: the rules left out could not have matched.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from leads.catalogue import Type, find
from leads.conditions import compiled
from leads.conditions.operators import OPERATORS, Operand
from routing.rulebook import Facts, Rule

KEPT = 1000  # values of the fact
WORDS = (Type.CHOICE, Type.TEXT)
EVER = datetime(2000, 1, 1, tzinfo=UTC)  # words are compared alike at any time
Tree = Mapping[str, Any]


@dataclass(frozen=True)
class Sieve:
    """`limits`: of each rule, in order, what it asks of `fact`; None where it asks nothing of it."""

    fact: str = ""
    limits: Sequence[tuple[Rule, Any]] = ()
    known: dict[Any, tuple[Rule, ...]] = field(default_factory=dict)

    def rules_for(self, facts: Facts) -> tuple[Rule, ...]:
        """The rules, in order, that the lead's value of the fact does not rule out."""
        value = facts.get(self.fact)
        if value.__hash__ is None:  # a list, say
            return tuple(rule for rule, _ in self.limits)
        found = self.known.get(value)
        if found is None:
            if len(self.known) >= KEPT:
                self.known.clear()
            found = tuple(rule for rule, asks in self.limits if asks is None or asks.matches({self.fact: value}, EVER))
            self.known[value] = found
        return found


def sieve_of(rules: Sequence[Rule], conditions: Sequence[Tree | None]) -> Sieve:
    """A sieve for rules and their conditions, in the same order."""
    asked = Counter(name for tree in conditions for name in {leaf["field"] for leaf in _must(tree)})
    fact = min(asked, key=lambda name: (-asked[name], name), default="")
    limits = []
    for rule, tree in zip(rules, conditions, strict=True):
        leaves = [leaf for leaf in _must(tree) if leaf["field"] == fact]
        limits.append((rule, compiled({"all": leaves}) if leaves else None))
    return Sieve(fact, limits)


def _must(tree: Tree | None) -> Iterator[Tree]:
    """The questions about words that must all be answered yes for a tree to hold."""
    for leaf in (tree or {}).get("all", [tree] if tree and "field" in tree else []):
        known = find(leaf["field"]) if "field" in leaf else None
        if known and known.type in WORDS and OPERATORS[leaf["operator"]].operand != Operand.DAYS:
            yield leaf
