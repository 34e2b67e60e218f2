"""Try a provider: what it sends, and what becomes of it. Nothing is written."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from leads.domains import of_email
from leads.enrichment.asking import NoAnswer, answer_to, question
from leads.enrichment.mapping import mapped
from leads.labels import fact_label, fact_words
from leads.models import Provider

SHOWN = 4000


@dataclass(frozen=True)
class Trial:
    """`facts` as (label, value); `answer` is the beginning of what was sent; `error` why there is none."""

    facts: list[tuple[str, str]] = field(default_factory=list)
    answer: str = ""
    error: str = ""


def try_out(provider: Provider, email: str) -> Trial:
    """Ask `provider` about an address and its firm, within 3 seconds."""
    asked = question(provider, domain=of_email(email), email=email)
    if asked is None:
        return Trial(error="This address names no firm to ask about.")
    try:
        answer = answer_to(asked)
    except NoAnswer as error:
        return Trial(error=str(error))
    if answer is None:
        return Trial(error="The provider knows nothing of it.")
    return Trial(in_words(mapped(answer, provider.mapping)), json.dumps(answer, indent=2, ensure_ascii=False)[:SHOWN])


def in_words(facts: dict[str, Any]) -> list[tuple[str, str]]:
    return [(fact_label(name), fact_words(value)) for name, value in facts.items()]
