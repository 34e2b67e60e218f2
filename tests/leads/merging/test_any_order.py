"""Whatever is merged into whatever, with whichever facts, and undone in whichever order, with work in between: in the
end everything is as if nobody had merged anything, and the work is on the lead it was done on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import connection, transaction
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from events import drain
from leads.capture import capture
from leads.merging import CannotMerge, merge, undo
from leads.merging.facts import CHOICES
from leads.merging.kin import kept, with_merged
from leads.models import Activity, CustomField, Lead, Merge, Source, Stakeholder, Status, Submission
from leads.removal import remove
from pipeline.closing import close_disqualified
from pipeline.models import Deal, Task
from pipeline.refusals import NotOpen
from pipeline.waiting import SET_ASIDE
from scoring.models import Signal
from tenancy import clock
from tenancy.models import Account
from tenancy.scope import scope
from tests.leads.merging.content import Content, content, differences
from workspace.opening import open_account

PHASES = [Phase.explicit, Phase.generate]
BEGIN = datetime(2026, 3, 2, 9, tzinfo=UTC)
FIRM = {"company": "Example", "industry": "it_services", "headcount": 240, "country": "GB"}
PEOPLE: list[dict[str, Any]] = [
    {"name": "Ada King", "email": "ada@example.com", "job_title": "CTO", "message": "One", "budget": "9k", **FIRM},
    {"name": "A. King", "email": "a.king@example.com", "phone": "+44 20 7183 8750", "message": "Two", "sites": 3},
    {"name": "Ada", "phone": "+49 30 901820", "product": "backup", "timeline_days": 20, "sites": 5, "team": "Blue"},
    {"name": "King", "email": "king@kestrel.example", "company": "Kestrel Ltd", "value": "1200", "territory": "North"},
]
CUSTOM = {"custom.sites": "number", "custom.team": "text"}
FACTS = ("budget", "product", "message", "job_title", "territory", "business_problem", "custom.team", "tech_stack")
FOLLOWING = (Submission, Activity, Stakeholder, Signal, Task)
who = st.integers(0, len(PEOPLE) - 1)
taken = st.sets(st.sampled_from([*CHOICES, *CUSTOM]), max_size=6)
merges = st.tuples(st.just("merge"), who, who, taken)
enquiries = st.tuples(st.just("enquire"), who, st.sampled_from(["product", "budget", "job_title", "custom.team"]))
steps = st.one_of(
    merges,
    merges,
    enquiries,
    enquiries,
    st.tuples(st.just("undo"), st.integers(0, 5)),
    st.tuples(st.just("call"), who, st.sampled_from(["spoke", "no_answer"])),
    st.tuples(st.just("change"), who, st.sampled_from(FACTS)),
    st.tuples(st.just("empty"), who, st.sampled_from(["budget", "product", "job_title", "custom.team"])),
    st.tuples(st.sampled_from(["task", "stakeholder", "signal", "lose", "disqualify"]), who),
)


@dataclass
class World:
    """Leads that are scored, owned and worked on; what happened to them, so that it can be told again."""

    account: Account
    by: Any
    leads: list[UUID] = field(default_factory=list)
    base: Content = field(default_factory=dict)
    home: dict[UUID, UUID] = field(default_factory=dict)  # the deal that each lead had of its own
    done: list[tuple[int, Callable[[], object]]] = field(default_factory=list)
    number: int = 0
    closed: bool = False

    # Somebody does something; what is done to a merged lead is done to the one it went into

    def merge(self, one: int, two: int, take: set[str]) -> None:
        other, lead = (self.lead(self.now_in(number)) for number in (one, two))
        with suppress(CannotMerge), transaction.atomic():
            merge(other, lead, by=self.by, take=take)

    def undo(self, which: int) -> None:
        standing = list(Merge.objects.standing().order_by("merged_at"))
        if standing:
            assert undo(standing[which % len(standing)], by=self.by)

    def call(self, number: int, outcome: str) -> None:
        lead_id = self.now_in(number)
        self.do(lambda: self.lead(lead_id).log_activity(kind="call", outcome=outcome, by=self.by))

    def change(self, number: int, fact: str) -> None:
        lead_id, news = self.now_in(number), f"News {self.number}"
        self.do(lambda: self.lead(lead_id).change({fact: [news] if fact == "tech_stack" else news}, by=self.by))

    def empty(self, number: int, fact: str) -> None:
        lead_id = self.now_in(number)
        self.do(lambda: self.lead(lead_id).change({fact: ""}, by=self.by))

    def enquire(self, number: int, fact: str) -> None:
        """By their own address, so that whoever it is comes home with the enquiry. After the end of any lead a new one
        may begin, which is another story (tests/leads/test_repeat.py)."""
        address = PEOPLE[number].get("email")
        if address and not self.closed:
            said = {
                "email": address,
                "message": f"Again {self.number}",
                fact.removeprefix("custom."): f"Late {self.number}",
            }
            self.do(lambda: self.ask(said))

    def task(self, number: int) -> None:
        lead_id, title = self.now_in(number), f"Task {self.number}"
        self.do(lambda: Task.objects.create(lead_id=lead_id, title=title))

    def stakeholder(self, number: int) -> None:
        lead_id, name = self.now_in(number), f"Person {self.number}"
        self.do(lambda: self.lead(lead_id).add_stakeholder(name=name, role="technical", by=self.by))

    def signal(self, number: int) -> None:
        lead_id = self.now_in(number)
        self.do(lambda: Signal.objects.create(lead_id=lead_id, kind="page_view", occurred_at=clock.now()))

    def lose(self, number: int) -> None:
        deal = Deal.objects.open().filter(lead=self.now_in(number)).first()
        if deal:
            self.closed = True
            self.do(lambda: Deal.objects.get(pk=deal.pk).lose(by=self.by, reason="Price"))

    def disqualify(self, number: int) -> None:
        """Not a lead without a deal in whose hands another's is: that one tells that it was over for a while."""
        lead_id = self.now_in(number)
        if Deal.objects.open().filter(lead=lead_id).exclude(pk=self.home.get(lead_id)).exists():
            return
        self.closed = True

        def end() -> None:
            self.lead(lead_id).disqualify(reason="No need", by=self.by)
            close_disqualified([lead_id])

        self.do(end)

    # How it is done

    def do(self, work: Callable[[], object]) -> None:
        with suppress(NotOpen), transaction.atomic():
            work()
        self.done.append((self.number, work))

    def ask(self, said: dict[str, Any]) -> Lead:
        source = Source.objects.order_by("id").first()
        return capture(said, source=source, channel="api", by=self.by).lead

    def lead(self, lead_id: UUID) -> Lead:
        found: Lead = Lead.objects.with_people().get(pk=lead_id)
        return found

    def now_in(self, number: int) -> UUID:
        return kept([self.leads[number]])[0]

    def at(self, number: int) -> Any:
        self.number = number
        return clock.at(BEGIN + timedelta(minutes=number))


@pytest.fixture
def world(db: None, monkeypatch: pytest.MonkeyPatch) -> World:
    # Jobs look after the connection; the one that holds the test's own transaction must stay.
    monkeypatch.setattr(connection, "close_if_unusable_or_obsolete", lambda: None)
    with clock.at(BEGIN - timedelta(days=1)):
        opened = open_account(name="Acme", email="max@acme.example", template="it_services")
        made = World(opened.account, opened.member.by)
        with scope(opened.account):
            for name, kind in CUSTOM.items():
                CustomField.objects.create(key=name.removeprefix("custom."), label=name, type=kind)
            made.leads = [made.ask(person).pk for person in PEOPLE]
            assert len(set(made.leads)) == len(PEOPLE)
            for number in range(len(PEOPLE)):  # whatever hangs on a lead is there to be forgotten
                made.call(number, "spoke")
                for verb in (made.task, made.stakeholder, made.signal):
                    verb(number)
        drain.drain()
        with scope(opened.account):
            remove(Deal, Deal.objects.filter(lead=made.leads[0]).values_list("pk", flat=True))
            Lead.objects.filter(pk=made.leads[0]).update(deal_id=None, pipeline_id=None, stage_id=None, stage_name="")
            made.base, made.home = content(), dict(Deal.objects.values_list("lead_id", "pk"))
    return made


@contextmanager
def forgotten() -> Iterator[None]:
    """What happens inside is taken back at the end."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def check_that_nothing_stayed_behind() -> None:
    """What simply follows is with the lead that is kept, as long as the merge stands; and it has a deal, if one of
    them has."""
    for model in FOLLOWING:
        assert not model.objects.filter(lead__status=Status.MERGED).exists(), model
    for lead in Lead.objects.filter(status=Status.OPEN):
        waiting = Deal.objects.filter(lead__in=with_merged(lead.pk), lost_reason=SET_ASIDE)
        assert not waiting.exists() or Deal.objects.open().filter(lead=lead).exists()


def told(world: World) -> Content:
    """Everything there is; what is new since the beginning by what it says, without its id."""
    rows = content()
    known = {key for table in world.base.values() for key in table}
    plain: Content = {}
    for table, found in rows.items():
        plain[table] = {key: row for key, row in found.items() if key in known}
        new = sorted(repr(_nameless(row, known)) for key, row in found.items() if key not in known)
        plain[table] |= {f"new {number}: {row}": {} for number, row in enumerate(new)}
    return plain


def _nameless(row: dict[str, Any], known: set[str]) -> dict[str, Any]:
    return {
        name: "new" if isinstance(value, UUID) and str(value) not in known and name.endswith("id") else value
        for name, value in row.items()
        if name not in ("id", "problems")  # what an enquiry was told of others when it came
    }


@given(program=st.builds(lambda first, then: [first, *then], merges, st.lists(steps, min_size=2, max_size=8)))
@settings(max_examples=60, phases=PHASES, derandomize=True)
def in_any_order(world: World, program: list[tuple[Any, ...]]) -> None:
    with scope(world.account), forgotten():
        world.done, world.closed = [], False
        for number, (verb, *what) in enumerate(program):
            with world.at(number):
                getattr(world, verb)(*what)
        check_that_nothing_stayed_behind()
        while Merge.objects.standing().exists():
            with world.at(len(program)):
                world.undo(len(program))
        merged = told(world)
    with scope(world.account), forgotten():
        for number, work in world.done.copy():
            with world.at(number), suppress(NotOpen), transaction.atomic():
                work()
        assert not (found := differences(told(world), merged)), "\n".join(found)


def test_after_all_merges_are_undone_nobody_can_tell_that_there_were_any(world: World) -> None:
    in_any_order(world)
