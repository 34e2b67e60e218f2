"""What a person can be asked to learn a fact, with the answers that are usual. The easiest question stands first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import pycountry

from leads.catalogue import find
from leads.labels import fact_label


@dataclass(frozen=True)
class Option:
    """A usual answer, and the fact it means."""

    label: str
    value: Any


@dataclass(frozen=True)
class Question:
    fact: str
    text: str
    options: tuple[Option, ...] = ()


QUESTIONS = {
    question.fact: question
    for question in (
        Question(
            "timeline_days",
            "By when do they need it?",
            (Option("Within 30 days", 30), Option("Within 90 days", 90), Option("Later", 180)),
        ),
        Question(
            "headcount",
            "How many people work there?",
            (Option("Under 10", 5), Option("10 to 49", 25), Option("50 to 1,000", 250), Option("More", 2500)),
        ),
        Question(
            "seniority",
            "Who decides about this?",
            (
                Option("The contact, as owner or chief", "c_level"),
                Option("The contact, as head", "head"),
                Option("The contact, as manager", "manager"),
                Option("Somebody else", "specialist"),
            ),
        ),
        Question("industry", "What line of business are they in?"),
        Question("country", "Where are they based?"),
        Question("tech_stack", "Which systems do they run on today?"),
        Question("budget", "Is there a budget, and how much?"),
        Question("value", "What could it be worth?"),
        Question(
            "it_decision",
            "Do they run their IT themselves?",
            (Option("In-house", "in_house"), Option("A provider", "provider")),
        ),
        Question("business_problem", "Which problem is it to solve?"),
        Question("product", "Which of our products is it about?"),
        Question("territory", "Which territory are they in?"),
        Question("language", "Which language do they speak?"),
    )
}


def is_askable(fact: str) -> bool:
    """Whether a person could be asked for it: a question is known, or the account itself made the fact up."""
    return fact in QUESTIONS or fact.startswith("custom.")


def questions_for(facts: Iterable[str], profile: Mapping[str, Any]) -> dict[str, Question]:
    """The questions behind `facts`, easiest first; the profile's industries and countries are usual answers."""
    wanted = set(facts)
    known = [question for question in QUESTIONS.values() if question.fact in wanted]
    return {question.fact: _with_profile(question, profile) for question in known} | {
        fact: _about_custom(fact) for fact in sorted(wanted - set(QUESTIONS))
    }


def _with_profile(question: Question, profile: Mapping[str, Any]) -> Question:
    if question.fact == "industry":
        options = tuple(Option(str(name), str(name)) for name in profile.get("industries", [])[:4])
    elif question.fact == "country":
        options = tuple(Option(_country(code), code) for code in profile.get("countries", [])[:4])
    else:
        return question
    return Question(question.fact, question.text, options)


@cache
def _country(code: str) -> str:
    country = pycountry.countries.get(alpha_2=code)
    return str(getattr(country, "common_name", country.name)) if country else code


def _about_custom(fact: str) -> Question:
    field = find(fact)
    return Question(fact, f"{field.label if field else fact_label(fact)}?")
