"""What criteria mean for deals that are open now: nobody is moved, but who edits should know."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from leads.catalogue import catalogue
from pipeline import gate
from pipeline.dossier import dossiers_of
from pipeline.models import Criterion, Deal, Stage, StageKind, When
from pipeline.plan import input_for
from tenancy import clock

MOST, CHUNK = 2000, 500  # deals that are looked at, the newest in their stages; at once
PEOPLE = ("owner", "lead__contact", "lead__company", "lead__source", "lead__owner")


@dataclass(frozen=True)
class Effect:
    """How many open deals lack what a criterion asks: in front of its gate, and past it already; `looked` at."""

    ahead: int
    past: int
    looked: int
    partly: bool = False

    @property
    def lacking(self) -> int:
        return self.ahead + self.past

    @property
    def words(self) -> str:
        """In a sentence or two."""
        among = f" Of the newest {self.looked} that were looked at." if self.partly else ""
        if not self.looked:
            return "No deal is open here or further on."
        if not self.lacking:
            whose = "The open deal" if self.looked == 1 else f"All {self.looked} open deals"
            return f"{whose} here and further on satisf{'ies' if self.looked == 1 else 'y'} it.{among}"
        parts = []
        if self.ahead:
            one = self.ahead == 1
            stay = "It stays; the gate asks when it moves." if one else "They stay; the gate asks when they move."
            parts.append(f"{_deals(self.ahead, 'lacks', 'lack')} it now. {stay}")
        if self.past:
            parts.append(f"{_deals(self.past, 'is', 'are')} past this gate without it. Nobody is moved back.")
        return " ".join(parts) + among


NOTHING = Effect(0, 0, 0)


def effect_of(row: Criterion) -> Effect:
    """How many open deals do not satisfy `row`, saved or not. Looks at the newest 2,000."""
    return effects_of(row.stage, [row])[0]


def effects_of(stage: Stage, rows: Sequence[Criterion]) -> list[Effect]:
    """The same of several criteria of one stage, in their order: the deals are read once."""
    stages = list(Stage.objects.in_use().filter(pipeline_id=stage.pipeline_id))
    here = next((at for at, one in enumerate(stages) if one.pk == stage.pk), None)
    if here is None or stage.kind == StageKind.LOST or not rows:
        return [NOTHING] * len(rows)
    place = {one.pk: at for at, one in enumerate(stages)}
    # The last stage in front of each gate: its own at the way out, the one before at the way in.
    fronts = [here if row.when == When.EXIT else here - 1 for row in rows]
    concerned = [one.pk for at, one in enumerate(stages) if at >= max(min(fronts), 0)]
    open_ones = Deal.objects.open().filter(stage__in=concerned)
    newest = open_ones.order_by("-entered_stage_at", "-id").select_related(*PEOPLE)
    deals, total = list(newest[:MOST]), open_ones.count()
    lacking = _lacking(deals, rows)
    return [
        _counted([place[deal.stage_id] for deal in deals], lacking[at], front, partly=total > MOST)
        for at, front in enumerate(fronts)
    ]


def _counted(places: Sequence[int], lacking: set[int], front: int, *, partly: bool) -> Effect:
    """`places` of the deals by number of their stage; which of them are `lacking`; the stage in front of the gate."""
    ahead = sum(1 for at in lacking if places[at] == front)
    past = sum(1 for at in lacking if places[at] > front)
    return Effect(ahead, past, sum(1 for place in places if place >= front), partly)


def _lacking(deals: Sequence[Deal], rows: Sequence[Criterion]) -> list[set[int]]:
    """For each criterion the numbers of the deals that lack it."""
    known, now, nowhere = catalogue(), clock.now(), gate.Stage("", "")
    asked = [
        gate.Criterion(row.public_id, row.kind, row.label, row.params, input_for(row.kind, row.params, known))
        for row in rows
    ]
    numbers = {one.id: at for at, one in enumerate(asked)}
    found: list[set[int]] = [set() for _ in rows]
    for start in range(0, len(deals), CHUNK):
        some = deals[start : start + CHUNK]
        dossiers = dossiers_of(some)
        for at, deal in enumerate(some, start):
            unmet, _ = gate.weigh(dossiers[deal.pk], [(nowhere, one) for one in asked], now)
            for item in unmet:
                found[numbers[item.criterion]].add(at)
    return found


def _deals(count: int, one: str, many: str) -> str:
    return f"1 deal {one}" if count == 1 else f"{count} deals {many}"
