"""Leads in one pipeline, those who work and edit them, and what the gate should have said, by plain queries."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction

from leads.catalogue import catalogue
from leads.merging import CannotMerge, merge, undo
from leads.merging.kin import kept
from leads.models import Lead, Merge, Stakeholder
from pipeline import editing
from pipeline.approval import Confirmation
from pipeline.approvals import answer, ask, waiting
from pipeline.closing import close_disqualified
from pipeline.confirmations import confirm
from pipeline.criteria import put_criterion, remove_criterion
from pipeline.models import Criterion, Deal, Move, Override, Stage, StageKind, Visit
from pipeline.opening import let_go, open_deals_of
from pipeline.refusals import GateClosed, NotOpen
from pipeline.removing import remove_stage
from tenancy import clock
from tenancy.models import Account
from tests.pipeline.tallies import counted, tallied

FACTS = {"business_problem": "Nobody patches the servers", "headcount": 240, "timeline_days": 45}
ASKED: list[tuple[str, dict[str, Any]]] = [
    *(("field", {"field": name}) for name in FACTS),
    ("checklist", {"question": "Do they know the price?"}),
    ("approval", {}),
    ("stakeholder", {"roles": ["technical"]}),
]
LEADS = 3


@dataclass
class World:
    """Leads in one pipeline, those who work them, and what each move should have been asked."""

    cast: SimpleNamespace
    account: Account
    leads: list[UUID] = field(default_factory=list)
    lacked: dict[UUID, set[str]] = field(default_factory=dict)  # by the move
    asked: dict[UUID, set[str]] = field(default_factory=dict)
    begun: dict[UUID, UUID] = field(default_factory=dict)  # deal -> the stage in which it was opened

    # What the gate should say, by plain queries

    def criteria(self, start: Stage, to: Stage) -> list[Criterion]:
        rows = list(Stage.objects.in_use())
        here, there = rows.index(start), rows.index(to)
        if there <= here:
            return []
        if to.kind == StageKind.LOST:
            return list(Criterion.objects.filter(stage=to, when="entry", required=True))
        found: list[Criterion] = []
        for before, after in zip(rows[here:there], rows[here + 1 : there + 1], strict=True):
            found += Criterion.objects.filter(stage=before, when="exit", required=True)
            found += Criterion.objects.filter(stage=after, when="entry", required=True)
        return found

    def is_met(self, deal: Deal, criterion: Criterion) -> bool:
        if criterion.kind == "field":
            return bool(Lead.objects.with_people().get(pk=deal.lead_id).facts[criterion.params["field"]])
        if criterion.kind == "stakeholder":
            return bool(Stakeholder.objects.filter(lead=deal.lead_id, role="technical").exists())
        return bool(Confirmation.objects.filter(deal=deal, criterion=criterion).exists())

    def policy(self, deal: Deal, to: Stage) -> bool:
        """Whether the rules of the house let it, whatever is proven."""
        rows = list(Stage.objects.in_use())
        here, there = rows.index(deal.stage), rows.index(to)
        full = to.wip is not None and Deal.objects.open().filter(stage=to).count() >= to.wip
        if deal.owner_id is None or full:
            return False
        if there < here:
            return to.back == "free"
        return to.kind == StageKind.LOST or all(row.skip for row in rows[here + 1 : there])

    # What somebody does

    def move(self, lead: int, stage: int) -> None:
        self._move(lead, stage, self.cast.rita)

    def override(self, lead: int, stage: int) -> None:
        self._move(lead, stage, self.cast.max, Override("It can’t wait", date(2026, 4, 1)))

    def carry(self, lead: int, stage: int) -> None:
        """As an import carries deals on."""
        self._move(lead, stage, self.cast.ada, Override("So it stands elsewhere", None))

    def _move(self, lead: int, stage: int, who: Any, override: Override | None = None) -> None:
        deal = self.deal(lead)
        to = self.stage(stage)
        if deal is None or to == deal.stage:
            return
        asked = self.criteria(deal.stage, to)
        lacking = {one.public_id for one in asked if not self.is_met(deal, one)}
        allowed = self.policy(deal, to)
        reason = "Price" if to.kind == StageKind.LOST else ""
        may = deal.owner_id is not None if override else allowed and not lacking
        if not may:
            with pytest.raises(GateClosed) as shut, transaction.atomic():
                deal.move(to, by=who.by, override=override, reason=reason)
            assert {item.criterion for item in shut.value.unmet if item.criterion} == lacking
            return
        made = deal.move(to, by=who.by, override=override, reason=reason)
        self.lacked[made.pk], self.asked[made.pk] = lacking, {one.public_id for one in asked}

    def fill(self, lead: int, fact: str) -> None:
        found = Lead.objects.with_people().get(pk=self.now_in(lead))
        found.change({fact: FACTS[fact]}, by=self.cast.rita.by)

    def confirm(self, lead: int, which: int) -> None:
        rows = list(Criterion.objects.filter(kind__in=["checklist", "approval"]).order_by("id"))
        if (deal := self.deal(lead)) and rows:
            confirm(deal, rows[which % len(rows)], by=self.cast.max.by)

    def ask(self, lead: int, stage: int) -> None:
        if deal := self.deal(lead):
            ask(deal, self.stage(stage), by=self.cast.rita, words="Please")

    def answer(self, which: int) -> None:
        """A manager lets it through: an override like any other."""
        asked = list(waiting().order_by("id"))
        if not asked:
            return
        one = asked[which % len(asked)]
        deal = Deal.objects.select_related("stage").get(pk=one.deal_id)
        if one.to_stage.removed_at or one.to_stage == deal.stage:
            return
        criteria = self.criteria(deal.stage, one.to_stage)
        lacking = {row.public_id for row in criteria if not self.is_met(deal, row)}
        with suppress(GateClosed), transaction.atomic():
            answer(one, True, by=self.cast.max, note="Go")
            made = Move.objects.filter(deal=deal).latest("moved_at", "id")
            self.lacked[made.pk], self.asked[made.pk] = lacking, {row.public_id for row in criteria}

    def meet(self, lead: int) -> None:
        found = Lead.objects.get(pk=self.now_in(lead))
        found.add_stakeholder(name="Leila Haddad", role="technical", by=self.cast.rita.by)

    def lose(self, lead: int) -> None:
        if (deal := self.deal(lead)) and not Stage.objects.in_use().filter(kind=StageKind.LOST).exists():
            deal.lose(by=self.cast.rita.by, reason="Price")

    def reopen(self, lead: int) -> None:
        closed = Deal.objects.filter(lead=self.now_in(lead)).exclude(status__in=["open", "disqualified"])
        if deal := closed.order_by("-closed_at").first():
            with suppress(NotOpen), transaction.atomic():
                deal.reopen(by=self.cast.rita.by)

    def disqualify(self, lead: int) -> None:
        lead_id = self.now_in(lead)
        Lead.objects.get(pk=lead_id).disqualify(reason="No need", by=self.cast.rita.by)
        close_disqualified([lead_id])

    def return_(self, lead: int) -> None:
        """As on the day it was to come back on."""
        lead_id = self.now_in(lead)
        if Lead.objects.get(pk=lead_id).reopen(by=self.cast.rita.by):
            open_deals_of([lead_id])

    def leave(self, lead: int) -> None:
        Lead.objects.filter(pk=self.now_in(lead)).update(owner=None)
        let_go([self.now_in(lead)])

    def own(self, lead: int) -> None:
        Lead.objects.filter(pk=self.now_in(lead)).update(owner=self.cast.raj)
        open_deals_of([self.now_in(lead)])

    def merge(self, one: int, two: int) -> None:
        other, lead = (Lead.objects.with_people().get(pk=self.now_in(which)) for which in (one, two))
        with suppress(CannotMerge), transaction.atomic():
            merge(other, lead, by=self.cast.ada.by)

    def undo(self, which: int) -> None:
        standing = list(Merge.objects.standing().order_by("merged_at", "id"))
        if standing:
            undo(standing[which % len(standing)], by=self.cast.ada.by)

    # What an admin edits

    def criterion(self, stage: int, which: int, when: int) -> None:
        kind, params = ASKED[which % len(ASKED)]
        row = Criterion(stage=self.stage(stage))
        columns = {"kind": kind, "params": params, "when": ["exit", "entry"][when % 2], "label": f"{kind} {which}"}
        put_criterion(row, columns, catalogue(), by=self.cast.ada.by)

    def relax(self, which: int) -> None:
        if row := self._criterion(which):
            put_criterion(row, {"required": not row.required}, catalogue(), by=self.cast.ada.by)

    def drop(self, which: int) -> None:
        if row := self._criterion(which):
            remove_criterion(row, by=self.cast.ada.by)

    def _criterion(self, which: int) -> Criterion | None:
        rows = list(Criterion.objects.order_by("id"))
        return rows[which % len(rows)] if rows else None

    def strictness(self, stage: int, what: int, how: int) -> None:
        skip: dict[str, Any] = {"skip": how % 2 == 0}
        back: dict[str, Any] = {"back": ["free", "reason", "never"][how % 3]}
        wip: dict[str, Any] = {"wip": [None, 1, 2][how % 3]}
        policy = [skip, back, wip][what % 3]
        editing.put_stage(self.stage(stage), policy, by=self.cast.ada.by)

    def stage(self, which: int, place: int | None = None) -> Stage:
        rows: list[Stage] = list(Stage.objects.in_use())
        if place is None:
            return rows[which % len(rows)]
        kind = StageKind.LOST if which == 0 else StageKind.OPEN
        made = Stage(pipeline=rows[0].pipeline)
        with suppress(ValidationError), transaction.atomic():
            editing.put_stage(made, {"name": f"Stage {clock.now():%H%M}", "kind": kind}, by=self.cast.ada.by)
            editing.place_stage(made, place + 1, by=self.cast.ada.by)
        return made

    def order(self, which: int, place: int) -> None:
        with suppress(ValidationError):
            editing.place_stage(self.stage(which), place + 1, by=self.cast.ada.by)

    def out(self, which: int, to: int) -> None:
        """What its deals are asked on the way is worked out as the criteria stand once its own are gone."""
        stage, target = self.stage(which), self.stage(to)
        before = set(Move.objects.values_list("pk", flat=True))
        rows = Deal.objects.open().filter(stage=stage).select_related("stage")
        own = {row.public_id for row in Criterion.objects.filter(stage=stage)}
        wanted = {}
        for deal in rows if target != stage else ():
            asked = [one for one in self.criteria(stage, target) if one.public_id not in own]
            lacking = {one.public_id for one in asked if not self.is_met(deal, one)}
            wanted[deal.pk] = lacking, {one.public_id for one in asked}
        with suppress(ValidationError):
            remove_stage(stage, target, by=self.cast.ada.by)
        for made in Move.objects.exclude(pk__in=before):
            self.lacked[made.pk], self.asked[made.pk] = wanted[made.deal_id]

    # Where things are

    def deal(self, lead: int) -> Deal | None:
        found: Deal | None = Deal.objects.open().filter(lead=self.now_in(lead)).select_related("stage").first()
        return found

    def now_in(self, lead: int) -> UUID:
        return kept([self.leads[lead % LEADS]])[0]

    # What must be true whatever happened

    def check(self) -> None:
        for deal in Deal.objects.select_related("stage"):
            self.check_one(deal)
        for made in Move.objects.exclude(pk__in=self.lacked):
            assert not made.owed
            assert made.outcome or "taken out" in made.reason, "a move that nobody asked the gate about"
        for made in Move.objects.filter(pk__in=self.lacked):
            proven = {item["criterion"] for item in made.evidence}
            assert {item["criterion"] for item in made.owed} == self.lacked[made.pk]
            assert proven == self.asked[made.pk] - self.lacked[made.pk]
            assert not made.owed or made.reason
        assert tallied() == counted()

    def check_one(self, deal: Deal) -> None:
        standing = list(Visit.objects.filter(deal=deal, left_at=None))
        if deal.status == "open":
            assert [visit.stage_id for visit in standing] == [deal.stage_id]
            assert deal.stage.removed_at is None
            assert deal.stage.kind == StageKind.OPEN
            assert (deal.closed_at, deal.lost_reason) == (None, "")
        else:
            assert not standing
        assert replayed(deal, self.begun.setdefault(deal.pk, first_stage(deal))) == deal.stage_id


def first_stage(deal: Deal) -> UUID:
    found: UUID = Visit.objects.filter(deal=deal).order_by("entered_at", "id").values_list("stage", flat=True)[0]
    return found


def replayed(deal: Deal, stage_id: UUID) -> UUID:
    """Where a deal's moves lead from where it was opened, each from where the one before ended."""
    for made in Move.objects.filter(deal=deal).order_by("moved_at", "id"):
        assert made.from_stage_id in (None, stage_id)
        stage_id = made.to_stage_id or stage_id
    return stage_id
