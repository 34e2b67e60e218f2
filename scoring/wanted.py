"""Which facts the open leads are asked for most, so that a form can ask before a person has to."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from leads.models import Lead, Status
from scoring.models import Receipt

LOOKED_AT = 200  # open leads, the newest


@dataclass(frozen=True)
class Wanted:
    """A fact that is the best next question about `n` of the last `of` leads."""

    fact: str
    n: int
    of: int


def wanted() -> list[Wanted]:
    """The facts behind the best next questions of the account in scope, the most wanted first; two statements."""
    newest = Lead.objects.filter(status=Status.OPEN).exclude(score=None).order_by("-captured_at", "-id")
    lead_ids = list(newest.values_list("pk", flat=True)[:LOOKED_AT])
    receipts = Receipt.objects.filter(lead__in=lead_ids).order_by("lead", "-scored_at", "-id").distinct("lead")
    asked = Counter(filter(None, receipts.values_list("body__question__fact", flat=True)))
    return [Wanted(fact, count, len(lead_ids)) for fact, count in asked.most_common()]
