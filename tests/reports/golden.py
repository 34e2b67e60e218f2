"""The worked data of docs/metrics: six deals in a pipeline A -> B -> C -> Won, in March."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from accounts.models import Member, User
from accounts.roles import Role
from events.record import SYSTEM
from leads.models import Contact, Lead, Source, SourceKind
from pipeline.limits import limit_of
from pipeline.models import Deal, DealStatus, Pipeline, Stage, StageKind, Visit
from reports.period import Period
from reports.question import Question
from tenancy import clock
from tenancy.models import Account
from tenancy.scope import scope

UTC_ZONE = ZoneInfo("UTC")
APRIL = datetime(2026, 4, 1, tzinfo=UTC)


def march(day: int, hour: int = 0) -> datetime:
    return datetime(2026, 3, day, hour, tzinfo=UTC)


@dataclass
class World:
    """An account in scope, its pipeline, and a way to add deals."""

    account: Account
    stages: dict[str, Stage] = field(default_factory=dict)
    deals: dict[int, Deal] = field(default_factory=dict)

    def question(self, first: date = date(2026, 3, 1), end: date = date(2026, 4, 1), **filters: Any) -> Question:
        period = Period(first, end, ZoneInfo(self.account.time_zone))
        return Question(period, pipeline_id=self.stages["A"].pipeline_id, **filters)

    def lead(self, name: str = "Somebody", **facts: object) -> Lead:
        facts = {"captured_at": march(1), "source": self.source} | facts
        lead: Lead = Lead.objects.create(contact=Contact.objects.create(name=name), **facts)
        return lead

    def deal(
        self, number: int, value: int, visits: Sequence[tuple[str, datetime, datetime | None]], **facts: object
    ) -> Deal:
        """A deal with its stays; it stands where it was last, and is lost or won at `closed_at`."""
        lead = facts.pop("lead", None) or self.lead(f"Deal {number}", captured_at=visits[0][1])
        name, entered, _ = visits[-1]
        deal: Deal = Deal.objects.create(
            lead=lead,
            pipeline_id=self.stages["A"].pipeline_id,
            stage=self.stages[name],
            value_minor=value * 100,
            currency=self.account.currency,
            opened_at=visits[0][1],
            entered_stage_at=entered,
            limit_at=limit_of(self.stages[name], entered),
            **facts,
        )
        for stage, start, stop in visits:
            Visit.objects.create(
                deal=deal, stage=self.stages[stage], entered_at=start, left_at=stop, passed=start == stop
            )
        self.deals[number] = deal
        return deal

    @property
    def source(self) -> Source:
        source, _ = Source.objects.get_or_create(name="Website", defaults={"kind": SourceKind.FORM})
        found: Source = source
        return found

    def member(self, name: str, role: str = Role.REP) -> Member:
        user = User.objects.create_user(f"{name.lower()}@example.com", name=name)
        return Member.join(user, name=name, role=role, by=SYSTEM)


def empty_world(account: Account) -> World:
    """The account in scope with the pipeline and no deal."""
    pipeline = Pipeline.objects.create(name="Golden", position=9)
    plan = [("A", False, 10, 3), ("B", True, 25, 7), ("C", True, 50, 10), ("Won", True, 100, None)]
    stages = {
        name: Stage.objects.create(
            pipeline=pipeline,
            name=name,
            position=position,
            kind=StageKind.WON if name == "Won" else StageKind.OPEN,
            is_opportunity=opportunity,
            probability=probability,
            limit_working_days=limit,
        )
        for position, (name, opportunity, probability, limit) in enumerate(plan)
    }
    return World(account, stages)


def golden_world(account: Account) -> World:
    """The worked data: won deals move on into the stage Won."""
    w = empty_world(account)
    won, lost = DealStatus.WON, DealStatus.LOST
    d = march
    w.deal(1, 10_000, [("A", d(1), d(3)), ("B", d(3), d(8)), ("C", d(8), d(21))], status=won, closed_at=d(21))
    w.deal(2, 20_000, [("A", d(1), d(5)), ("B", d(5), d(15)), ("C", d(15), d(31))], status=lost, closed_at=d(31))
    w.deal(3, 30_000, [("A", d(2), d(4))], status=lost, closed_at=d(4))
    back_and_forth = [("A", d(2), d(6)), ("B", d(6), d(9)), ("A", d(9), d(12)), ("B", d(12), d(20)), ("C", d(20), None)]
    w.deal(4, 40_000, back_and_forth)
    w.deal(5, 50_000, [("A", d(3), None)])
    skipping = [("A", d(10), d(11)), ("B", d(11), d(11)), ("C", d(11), d(20))]
    w.deal(6, 60_000, skipping, status=won, closed_at=d(20))
    return w


@contextmanager
def at_work(account: Account) -> Iterator[None]:
    """In the account's scope, on 1 April."""
    with scope(account), clock.at(APRIL):
        yield
