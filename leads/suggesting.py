"""Values that leads really have, to be offered where a condition asks for one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from leads.models import Lead

LOOKED_AT, OFFERED, LONGEST = 500, 12, 60
NOT_OFFERED = frozenset("name first_name last_name email phone message business_problem".split())  # people's own


def suggested_values() -> Mapping[str, Sequence[str]]:
    """For each fact the values that the newest leads of the account in scope have most often; one statement."""
    newest = Lead.objects.select_related("contact", "company", "source").order_by("-captured_at", "-id")[:LOOKED_AT]
    counts: dict[str, Counter[str]] = {}
    for lead in newest:
        for name, value in lead.facts.items():
            for one in value if isinstance(value, list) else [value]:
                if isinstance(one, str) and len(one) <= LONGEST and name not in NOT_OFFERED:
                    counts.setdefault(name, Counter())[one] += 1
    return {name: [value for value, _ in found.most_common(OFFERED)] for name, found in counts.items()}
