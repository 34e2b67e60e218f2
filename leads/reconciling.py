"""The sender counts, we count: did everything arrive?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models.fields.json import KeyTextTransform

from leads.models import Lead, Source, Submission


@dataclass(frozen=True)
class Reconciliation:
    """`ours`: submissions that arrived. `missing`: how many the sender counts more; `missing_ids` we never saw."""

    ours: int
    missing: int
    missing_ids: list[str]


def reconcile(
    source: Source, since: datetime, until: datetime, count: int, external_ids: Sequence[str]
) -> Reconciliation:
    """Compare `count` submissions sent by `source` from `since` until before `until` (aware) with what arrived.

    `external_ids` are looked for whenever they arrived: a late one is not missing.
    """
    ours = Submission.objects.filter(source=source, received_at__gte=since, received_at__lt=until).count()
    wanted = list(dict.fromkeys(external_ids))
    seen = set(Lead.objects.filter(source=source, external_id__in=wanted).values_list("external_id", flat=True))
    seen |= _repeated(source, [number for number in wanted if number not in seen])
    missing_ids = [number for number in wanted if number not in seen]
    return Reconciliation(ours, max(count - ours, len(missing_ids), 0), missing_ids)


def _repeated(source: Source, numbers: Sequence[str]) -> set[str]:
    """Those of ids that came with somebody who asked again, or as spam: the lead there has another id, or none."""
    if not numbers:
        return set()
    theirs = [key for key, fact in source.mapping.items() if fact == "external_id"]
    rows = Submission.objects.filter(source=source)
    found: set[str] = set()
    for key in ("external_id", *theirs):
        said = rows.annotate(number=KeyTextTransform(key, "raw")).filter(number__in=numbers)
        found |= set(said.values_list("number", flat=True))
    return found
