"""Whoever moves, edits, overrides, merges, closes, imports and takes stages out, in whichever order: a deal has one
stage, its history replays to it, and no shut gate was ever passed without an override or an import on record."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from leads.undoing import CannotUndo, last_change, undo
from pipeline import editing
from pipeline.models import Deal, Move, Stage
from pipeline.opening import open_deals_of
from pipeline.refusals import NotOpen
from tenancy import clock
from tenancy.models import Account
from tests.factories import a_lead
from tests.pipeline.gate_world import FACTS, LEADS, World

BEGIN = datetime(2026, 3, 2, 9, tzinfo=UTC)
number = st.integers(0, 11)
words = st.tuples(st.just("fill"), number, st.sampled_from(sorted(FACTS)))
moves = st.tuples(st.sampled_from(["move", "move", "move", "override", "carry"]), number, number)
steps = st.one_of(
    moves,
    moves,
    moves,
    words,
    words,
    st.tuples(st.sampled_from(["confirm", "ask", "out", "stage", "order", "merge", "take_back"]), number, number),
    st.tuples(st.sampled_from(["criterion", "strictness"]), number, number, number),
    st.tuples(
        st.sampled_from(
            ["answer", "meet", "lose", "reopen", "disqualify", "return_", "undo", "relax", "drop", "leave", "own"]
        ),
        number,
    ),
)


class Undoing(World):
    """Whose people take back what they did last, too."""

    def take_back(self, lead: int, who: int) -> None:
        """A step back asks no gate, whatever was in the way forward."""
        by = (self.cast.rita, self.cast.max, self.cast.ada)[who % 3].by
        event, before = last_change(by, self.now_in(lead)), set(Move.objects.values_list("pk", flat=True))
        with suppress(CannotUndo), transaction.atomic():
            if event:
                undo(event, by=by)
        for made in Move.objects.exclude(pk__in=before).filter(outcome=""):
            self.lacked[made.pk], self.asked[made.pk] = set(), set()


@pytest.fixture
def world(cast: SimpleNamespace, in_scope: Account) -> World:
    made = Undoing(cast, in_scope)
    with clock.at(BEGIN):
        pipeline = editing.add_pipeline("Sales", "blank", by=cast.ada.by)
        for name in ("Second", "Third"):
            editing.put_stage(Stage(pipeline=pipeline), {"name": name}, by=cast.ada.by)
        for at, (which, when) in enumerate([(0, 0), (3, 0), (4, 1), (5, 0)]):
            made.criterion(at, which, when)
        made.leads = [a_lead(owner=cast.rita).pk for _ in range(LEADS)]
        open_deals_of(made.leads)
    return made


@contextmanager
def forgotten() -> Iterator[None]:
    """What happens inside is taken back at the end."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@given(program=st.lists(steps, min_size=4, max_size=24))
@settings(max_examples=80, derandomize=True)
def in_any_order(world: World, program: list[tuple[Any, ...]]) -> None:
    world.lacked, world.asked, world.begun = {}, {}, {}
    with forgotten():
        for minute, (verb, *what) in enumerate(program, 1):
            with clock.at(BEGIN + timedelta(minutes=minute)), suppress(NotOpen), transaction.atomic():
                getattr(world, verb)(*what)
            world.check()


@pytest.mark.django_db
def test_no_shut_gate_was_ever_passed_in_silence(world: World) -> None:
    in_any_order(world)


@pytest.mark.django_db
def test_the_machine_would_notice(world: World) -> None:
    """A deal that was put somewhere by hand is found out."""
    deal = Deal.objects.first()
    Deal.objects.filter(pk=deal.pk).place(stage=Stage.objects.get(name="Third"))
    with pytest.raises(AssertionError):
        world.check()
