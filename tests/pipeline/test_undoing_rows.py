"""Undo after undo: deeds that consist of several, that others repeated, that ended promises, that went elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client

from events import drain
from events.record import By
from leads.merging import merge
from leads.merging import undo as unmerge
from leads.models import Lead
from leads.undoing import CannotUndo, last_change, undo
from pipeline.editing import put_stage
from pipeline.meetings import book_meeting
from pipeline.models import Deal, Meeting, Move, Override, Stage, Task
from pipeline.tasks import add_task, finish_task, reopen_task
from routing.models import Timer
from routing.promise_defaults import promise_defaults
from routing.timers import start
from tenancy import clock
from tenancy.models import Account
from tenancy.scope import scope
from tests.factories import a_lead, in_team
from tests.pipeline.deals import a_ready_deal, stage

pytestmark = pytest.mark.django_db
DUE = date(2099, 4, 1)


@pytest.fixture
def world(account: Account, cast: SimpleNamespace) -> SimpleNamespace:
    """Rita's deal, which may leave the first stage, with a promise that runs."""
    with scope(account):
        promise_defaults()
        deal = a_ready_deal(cast.rita, name="Jonas Weidmann", tech_stack="Azure")
        Lead.objects.filter(pk=deal.lead_id).update(tier="high")
        start([deal.lead_id], at_once=True)
    drain.drain()
    cast.account, cast.deal_id, cast.lead_id = account, deal.pk, deal.lead_id
    return cast


def do(world: SimpleNamespace, *deeds: Callable[[Deal], Any]) -> None:
    """Each in a transaction of its own, with what it starts."""
    for deed in deeds:
        with scope(world.account):
            deed(Deal.objects.select_related("stage", "lead__contact", "pipeline").get(pk=world.deal_id))
        drain.drain()


def undoes(world: SimpleNamespace, by: By) -> str:
    said = []
    do(world, lambda deal: said.append(undo(last_change(by, deal.lead_id) or pytest.fail("nothing"), by=by)))
    return said[0]


def promises(world: SimpleNamespace) -> list[Any]:
    with scope(world.account):
        running = Timer.objects.running().filter(lead=world.lead_id).exclude(clock="next_step")
        return list(running.order_by("clock").values("id", "clock", "due_at"))


def to(name: str, by: By, **how: Any) -> Callable[[Deal], Any]:
    return lambda deal: deal.move(stage(name), by=by, **how)


def now_in(world: SimpleNamespace) -> str:
    with scope(world.account):
        return str(Deal.objects.select_related("stage").get(pk=world.deal_id).stage.name)


def test_steps_are_undone_one_after_the_other(world: SimpleNamespace) -> None:
    by, paper = world.ada.by, Override("On paper", None)
    do(world, to("Discovery", by), to("Technical", by, override=paper))
    for name in ("Discovery complete", "Initial interest"):
        undoes(world, by)
        assert now_in(world) == name
    with scope(world.account):
        assert last_change(by, world.lead_id) is None
        assert not Move.objects.standing().filter(deal=world.deal_id).exists()


@pytest.mark.parametrize("with_a_stage", [True, False])
def test_the_step_before_a_loss_is_undone_after_it(world: SimpleNamespace, with_a_stage: bool) -> None:
    by = world.rita.by
    if with_a_stage:
        do(world, lambda deal: put_stage(Stage(pipeline=deal.pipeline), {"name": "Gone", "kind": "lost"}, by=by))
    do(world, to("Discovery", by), lambda deal: deal.lose(by=by, reason="Price"))
    undoes(world, by)
    assert now_in(world) == "Discovery complete"
    undoes(world, by)
    assert now_in(world) == "Initial interest"


def test_who_undoes_an_override_takes_back_the_move_and_what_it_owed(world: SimpleNamespace) -> None:
    by = world.max.by
    do(world, to("Technical", by, override=Override("They sign on Friday", DUE)))
    with scope(world.account):
        assert Task.objects.get(kind="proof", done_at=None).member == world.rita
    assert undoes(world, by).startswith("Moved")
    with scope(world.account):
        deal = Deal.objects.select_related("stage").get(pk=world.deal_id)
        assert (deal.stage.name, deal.owed_by, deal.gate["owed"]) == ("Initial interest", None, 0)
        assert not Task.objects.filter(kind="proof").exists()
        assert last_change(by, world.lead_id) is None


def test_what_is_owed_again_is_a_task_again(world: SimpleNamespace) -> None:
    by = world.max.by
    do(world, lambda _: Meeting.objects.update(outcome="cancelled"))
    do(world, to("Discovery", by, override=Override("They are keen", DUE)))
    do(world, lambda deal: book_meeting(deal.lead, starts_at=clock.now() + timedelta(days=3), by=by))
    with scope(world.account):
        assert Task.objects.get(kind="proof").done_at
    undoes(world, by)
    with scope(world.account):
        assert Deal.objects.get(pk=world.deal_id).owed_by == DUE
        assert Task.objects.get(kind="proof").done_at is None


def disqualifies(by: By) -> Callable[[Deal], Any]:
    return lambda deal: Lead.objects.get(pk=deal.lead_id).disqualify(reason="No need", by=by)


def reopens(by: By) -> Callable[[Deal], Any]:
    return lambda deal: Lead.objects.get(pk=deal.lead_id).reopen(by=by)


def ticks(by: By) -> Callable[[Deal], Any]:
    return lambda _: finish_task(Task.objects.get(title="Call"), by=by)


AGAIN: dict[str, tuple[Callable[[By], Callable[[Deal], Any]], Callable[[By], Callable[[Deal], Any]]]] = {
    "a loss": (lambda by: lambda deal: deal.lose(by=by, reason="Price"), lambda by: lambda deal: deal.reopen(by=by)),
    "a disqualification": (disqualifies, reopens),
    "a task": (ticks, lambda by: lambda _: reopen_task(Task.objects.get(title="Call"), by=by)),
}


@pytest.mark.parametrize("what", AGAIN)
def test_what_somebody_else_did_once_more_is_not_ones_own_to_undo(world: SimpleNamespace, what: str) -> None:
    (deed, back), rita, boss = AGAIN[what], world.rita.by, world.max.by
    do(world, lambda deal: add_task(deal.lead, "Call", by=boss))
    do(world, deed(rita), back(boss), deed(boss))
    with pytest.raises(CannotUndo, match="changed again since"):
        undoes(world, rita)
    with scope(world.account):
        done = Task.objects.get(title="Call").done_at is not None
        assert (what == "a task") == done
        assert (Deal.objects.get(pk=world.deal_id).status == "open") == done


def test_a_task_that_comes_again_is_undone_as_one_deed(world: SimpleNamespace) -> None:
    by, tomorrow = world.rita.by, clock.now() + timedelta(days=1)
    do(world, lambda deal: deal.lead.change({"headcount": "5000"}, by=by))
    do(world, lambda deal: add_task(deal.lead, "Call", by=world.max.by, due_at=tomorrow, every="week"), ticks(by))
    assert undoes(world, by) == "Done: Call"
    assert undoes(world, by) == "Changed Company size"
    with scope(world.account):
        assert Task.objects.filter(title="Call", done_at=None).count() == 1


@pytest.mark.parametrize("deed", [AGAIN["a loss"][0], disqualifies])
def test_promises_that_ended_by_a_slip_of_the_hand_run_on(
    world: SimpleNamespace, deed: Callable[[By], Callable[[Deal], Any]]
) -> None:
    before = promises(world)
    assert before
    do(world, deed(world.rita.by))
    assert promises(world) == []
    undoes(world, world.rita.by)
    assert promises(world) == before


def test_a_deal_that_is_reopened_by_hand_has_its_gates_and_its_promises(world: SimpleNamespace) -> None:
    by = world.max.by
    with scope(world.account):
        gate, clocks = Deal.objects.get(pk=world.deal_id).gate, [one["clock"] for one in promises(world)]
    do(world, to("Closed", by, override=Override("Signed", None)), lambda deal: deal.reopen(by=by))
    with scope(world.account):
        assert Deal.objects.get(pk=world.deal_id).gate == gate
    assert [one["clock"] for one in promises(world)] == clocks


@pytest.fixture
def walled(world: SimpleNamespace) -> SimpleNamespace:
    """Rita is of the north, Raj of the south; each has a lead, and theirs are one by now."""
    with scope(world.account):
        in_team(world.rita, "North")
        in_team(world.raj, "South")
        world.ritas = Lead.objects.with_people().get(pk=world.lead_id)
        world.rajs = a_lead(owner=world.raj, name="Jonas Weidman")
        world.south = Client()
        world.south.force_login(world.raj.user)
    return world


def asks_to_undo(world: SimpleNamespace) -> str:
    answer = world.south.post("/acme/undo/", headers={"HX-Request": "true"})
    assert answer.status_code == 200
    return str(answer["HX-Trigger"])


def test_what_went_with_a_merge_is_not_undone_from_outside(walled: SimpleNamespace) -> None:
    with scope(walled.account):
        add_task(walled.rajs, "Call", by=walled.raj.by)
        merge(walled.rajs, walled.ritas, by=walled.max.by)
    assert "merged with another lead" in asks_to_undo(walled)
    with scope(walled.account):
        assert Task.objects.get(title="Call").lead_id == walled.lead_id


def test_what_went_back_with_the_end_of_a_merge_is_not_undone_from_outside(walled: SimpleNamespace) -> None:
    with scope(walled.account):
        made = merge(walled.ritas, walled.rajs, by=walled.max.by)
        task = add_task(Lead.objects.get(pk=walled.rajs.pk), "Call", by=walled.raj.by)
        unmerge(made, by=walled.max.by)
        Task.objects.filter(pk=task.pk).update(lead=walled.ritas)  # as what came late for the other lead
    assert "not there any more" in asks_to_undo(walled)
    with scope(walled.account):
        assert Task.objects.get(title="Call").lead_id == walled.lead_id
