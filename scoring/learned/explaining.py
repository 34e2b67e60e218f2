"""A learned model's score with its receipt: what each fact adds to the log-odds, in plain words. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from math import exp
from typing import Any

from leads.catalogue import find
from leads.labels import fact_label, fact_words
from scoring.learned.attention import FIELDS
from scoring.learned.in_force import Active
from scoring.learned.values import Facts, is_missing
from scoring.learned.weights import Term, Weights, as_score
from scoring.questions import Question, is_askable, questions_for
from scoring.receipt import Answer, Contribution, NextQuestion, Receipt, Unknown
from scoring.tiers import Tier, tier_of

GROUP = "learned"
DIGITS = 4  # of log-odds; the score is computed from what is shown
SILENT = 0.005  # log-odds; less moves no score by a point


def explained(
    model: Active,
    facts: Facts,
    by_rules: Receipt,
    declined: frozenset[str] = frozenset(),
    changes_at: datetime | None = None,
) -> Receipt:
    """The receipt of a score by `model`. Sub-scores, and with them qualification, stay those of the rules.

    `changes_at` (aware): when time alone will make other facts, as of engagement that is too long ago.
    The score is the logistic of the sum of its contributions, in per cent.
    """
    lines = _lines(model.weights, facts)
    total = round(sum(line.points for line in lines), DIGITS)
    score = as_score(total)
    unknown = frozenset(filter(is_askable, model.weights.missing(facts)))
    low, high = (as_score(end) for end in model.weights.reach(facts, unknown))
    open_facts = _unknown(model.weights, facts, unknown, score)
    return replace(
        by_rules,
        score=score,
        tier=tier_of(score, model.tiers),
        low=min(low, score),
        high=max(high, score),
        band=max(high - score, score - low, 0),
        total=total,
        contributions=lines,
        unknown=open_facts,
        question=_question(model, facts, score, [one for one in open_facts if one.fact not in declined], by_rules),
        next_change_at=min(filter(None, (by_rules.next_change_at, changes_at)), default=None),
        learned={"number": model.number, "tiers": dict(model.tiers)},
    )


def _lines(weights: Weights, facts: Facts) -> list[Contribution]:
    """The average lead first, then what each field changes, the weightiest first. Small ones stay, as one line."""
    worths = [(term, round(worth, DIGITS)) for term, worth in weights.worths(facts)]
    telling = sorted((one for one in worths if abs(one[1]) >= SILENT), key=lambda one: -abs(one[1]))
    rest = round(sum(worth for _, worth in worths if abs(worth) < SILENT), DIGITS)
    lines = [Contribution(GROUP, "The average lead", round(weights.intercept, DIGITS))]
    lines += [Contribution(GROUP, _label(term), worth, "", _words(term, facts, worth)) for term, worth in telling]
    return [*lines, Contribution(GROUP, "Everything else", rest)] if rest else lines


def _label(term: Term) -> str:
    return " and ".join(map(label_of, term.plan.fields))


def label_of(name: str) -> str:
    field = FIELDS.get(name) or find(name)
    return field.label if field and not name.startswith(("custom.", "campaign.")) else fact_label(name)


def _words(term: Term, facts: Facts, worth: float) -> str:
    """`DE, the odds × 1.8`; of a pair, both values."""
    return f"{' and '.join(_said(facts.get(name)) for name in term.plan.fields)}, the odds × {exp(worth):.2g}"


def _said(value: Any) -> str:
    return "unknown" if is_missing(value) else fact_words(value)[:80]


def _unknown(weights: Weights, facts: Facts, unknown: frozenset[str], score: int) -> list[Unknown]:
    found = []
    for name in sorted(unknown):
        low, high = (as_score(end) for end in weights.reach(facts, {name}))
        if low < score or high > score:
            found.append(Unknown(name, label_of(name), max(high - score, 0), max(score - low, 0)))
    return sorted(found, key=lambda one: -max(one.up, one.down))


def _question(
    model: Active, facts: Facts, score: int, open_facts: list[Unknown], by_rules: Receipt
) -> NextQuestion | None:
    """The smallest fact that could change the tier, else the weightiest; else what the rules would ask about a
    criterion."""
    here = tier_of(score, model.tiers)
    decisive = [one for one in open_facts if _tiers_within(model, score, one) != {here}]
    chosen = min(decisive, key=lambda one: max(one.up, one.down), default=None) or next(iter(open_facts), None)
    if chosen is None:
        return by_rules.question if by_rules.question and by_rules.question.criterion else None
    question = questions_for([chosen.fact], {})[chosen.fact]
    options = [_answer(model, facts, score, question, value, label) for label, value in _usual(question)]
    telling = next((one for one in options if one.tier != here), None)
    why = f"“{telling.label}” makes it {Tier(telling.tier).label}." if telling else _moves(chosen)
    return NextQuestion(question.text, why, chosen.fact, options=options)


def _tiers_within(model: Active, score: int, one: Unknown) -> set[Tier]:
    return {tier_of(at, model.tiers) for at in (score - one.down, score, score + one.up)}


def _usual(question: Question) -> list[tuple[str, Any]]:
    return [(option.label, option.value) for option in question.options]


def _answer(model: Active, facts: Mapping[str, Any], score: int, question: Question, value: Any, label: str) -> Answer:
    after = as_score(model.weights.log_odds({**facts, question.fact: value}))
    return Answer(label, value, after - score, tier_of(after, model.tiers))


def _moves(unknown: Unknown) -> str:
    return f"The answer moves the score by up to {max(unknown.up, unknown.down)}."
