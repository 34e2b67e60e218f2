"""A deal's way through its stages, from what the deal remembers of its gates; the panel "What next" looks closer."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from django.db.models import Q

from leads.models import Lead
from pipeline.models import Criterion, Deal, DealStatus, Stage, StageKind, When


@dataclass(frozen=True)
class Way:
    """The newest deal of a lead, the stages of its pipeline in order, and how many criteria each gate has."""

    deal: Deal
    rows: tuple[Stage, ...]
    totals: tuple[int, ...]  # of the gate after each stage

    @property
    def is_open(self) -> bool:
        return self.deal.status == DealStatus.OPEN

    @property
    def here(self) -> int:
        return next(index for index, row in enumerate(self.rows) if row.pk == self.deal.stage_id)

    def lacking(self, index: int) -> int:
        """How many criteria still lack on the way to stage number `index`, further on."""
        missing = self.deal.gate.get("missing", {}).get(self.rows[index].public_id)
        return int(missing["n"]) if missing else sum(self.totals[self.here : index])

    def meter(self, index: int) -> dict[str, int]:
        """The gate after stage number `index`: {"met", "total", "owed"}."""
        total = self.totals[index]
        if index < self.here or index + 1 >= len(self.rows):
            return {"met": total, "total": total, "owed": 0}
        if index == self.here and "total" in self.deal.gate:
            return {name: self.deal.gate[name] for name in ("met", "total", "owed")}
        before = self.lacking(index) if index > self.here else 0
        return {"met": max(total - (self.lacking(index + 1) - before), 0), "total": total, "owed": 0}


def way_of(lead: Lead) -> Way | None:
    """The way of the lead's newest deal; None while it has none. Three queries."""
    deal: Deal | None = Deal.objects.filter(lead=lead).order_by("-opened_at", "-id").first()
    if deal is None:
        return None
    rows = _stages(deal)
    of_stages: Any = Criterion.objects.filter(stage__in=[row.pk for row in rows], required=True).values_list(
        "stage_id", "when"
    )
    count = Counter(of_stages)
    gates = [
        count[there.pk, When.ENTRY.value] + (there.kind != StageKind.LOST) * count[here.pk, When.EXIT.value]
        for here, there in pairwise(rows)
    ]
    return Way(deal, rows, (*gates, 0))


def _stages(deal: Deal) -> tuple[Stage, ...]:
    """The stages in use, and the deal's own where it was taken out after the deal had ended, in its old place."""
    rows = Stage.objects.filter(Q(removed_at=None) | Q(pk=deal.stage_id), pipeline_id=deal.pipeline_id)
    found: list[Stage] = list(rows.select_related("before").order_by("position"))
    return tuple(sorted(found, key=_place))


def _place(stage: Stage) -> float:
    if stage.removed_at is None:
        return float(stage.position)
    return stage.before.position + 0.5 if stage.before else -1.0
