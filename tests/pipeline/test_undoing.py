"""Undo: what one has just done goes back, once, and only as far as nothing else is lost."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from events.kinds import Kind
from events.models import Event, Job, JobState
from leads.models import Activity, Lead, Stakeholder, Status
from leads.undoing import CannotUndo, last_change, undo
from pipeline.comments import add_comment
from pipeline.editing import put_stage
from pipeline.files import attach_file
from pipeline.jobs import close_deals, open_deals
from pipeline.meetings import book_meeting, change_meeting, hold_meeting
from pipeline.models import Comment, Deal, File, Meeting, Objection, Override, Stage, Task
from pipeline.objections import answer_objection, raise_objection
from pipeline.tasks import add_task, change_task, finish_task, remove_task
from routing.keeping import stop
from routing.models import Timer
from routing.promise_defaults import promise_defaults
from routing.reasons import Reason
from routing.reassignment import reassign
from routing.timers import start
from tenancy import clock
from tests.pipeline.deals import a_ready_deal


@pytest.fixture
def stage(cast: SimpleNamespace, in_scope: Any) -> SimpleNamespace:
    """Rita's deal may leave the first stage; she has a task, an objection and a meeting there."""
    cast.deal = a_ready_deal(cast.rita, name="Jonas Weidmann", job_title="CTO", value="25000 EUR", tech_stack="Azure")
    cast.lead = Lead.objects.with_people().get(pk=cast.deal.lead_id)
    cast.by = cast.ada.by
    cast.task = add_task(cast.lead, "Call", by=cast.max.by, due_at=clock.now())
    cast.objection = raise_objection(cast.lead, text="Too dear", by=cast.max.by)
    cast.meeting = book_meeting(cast.lead, starts_at=clock.now() + timedelta(days=1), by=cast.max.by)
    cast.person = cast.lead.add_stakeholder(name="Birgit", role="finance", job_title="CFO", by=cast.max.by)
    return cast


def picture(stage: SimpleNamespace) -> dict[str, Any]:
    """All that these changes change."""
    lead = Lead.objects.with_people().get(pk=stage.lead.pk)
    columns = "title kind member_id due_at remind_at every".split()
    return {
        "facts": lead.facts | {"updated_at": None, "assigned_at": None},
        "owner": lead.owner_id,
        "status": lead.status,
        "deal": Deal.objects.values_list("status", "stage__name", "owner_id").get(),
        "tasks": sorted(map(str, Task.objects.filter(done_at=None).values_list(*columns))),
        "done": Task.objects.exclude(done_at=None).count(),
        "objections": sorted(map(str, Objection.objects.values_list("text", "answer", "blocking"))),
        "meetings": sorted(map(str, Meeting.objects.exclude(outcome="cancelled").values_list("title", "starts_at"))),
        "people": sorted(map(str, Stakeholder.objects.values_list("name", "role", "job_title", "email"))),
        "comments": Comment.objects.count(),
        "files": File.objects.count(),
        "activities": Activity.objects.count(),
        "answered": (lead.first_attempt_at, lead.first_response_at),
    }


def _disqualify(s: Any) -> None:
    s.lead.disqualify(reason="No budget", by=s.by)
    close_deals([s.lead.pk])


def _win(s: Any) -> None:
    s.deal.move(s.deal.pipeline.stages.get(kind="won"), by=s.by, override=Override("Signed on paper", None))


def _lose_into_its_stage(s: Any) -> None:
    put_stage(Stage(pipeline=s.deal.pipeline), {"name": "Gone", "kind": "lost"}, by=s.max.by)
    s.deal.lose(by=s.by, reason="Price")


CHANGES: dict[str, Callable[[Any], Any]] = {
    "a fact": lambda s: s.lead.change({"headcount": "5000"}, by=s.by),
    "a fact of the person": lambda s: s.lead.change({"job_title": "CEO"}, by=s.by),
    "a fact that was unknown": lambda s: s.lead.change({"budget": "a lot"}, by=s.by),
    "a fact that is emptied": lambda s: s.lead.change({"business_problem": None, "job_title": None}, by=s.by),
    "a value": lambda s: s.lead.change({"value": "100 USD"}, by=s.by),
    "a list": lambda s: s.lead.change({"tech_stack": "SAP, Oracle"}, by=s.by),
    "disqualification": _disqualify,
    "reassignment": lambda s: reassign(s.lead, s.raj, reason=Reason.HANDOVER, by=s.by),
    "a task done": lambda s: finish_task(s.task, by=s.by),
    "a task added": lambda s: add_task(s.lead, "More", by=s.by),
    "a task changed": lambda s: change_task(s.task, {"title": "Write", "member": s.raj, "due_at": None}, by=s.by),
    "a task removed": lambda s: remove_task(s.task, by=s.by),
    "an objection": lambda s: raise_objection(s.lead, text="No staff", by=s.by),
    "an answer": lambda s: answer_objection(s.objection, "Ten per cent off", by=s.by),
    "a meeting": lambda s: book_meeting(s.lead, starts_at=clock.now() + timedelta(days=9), by=s.by),
    "a meeting moved": lambda s: change_meeting(s.meeting, {"starts_at": clock.now()}, by=s.by),
    "a meeting cancelled": lambda s: change_meeting(s.meeting, {"outcome": "cancelled"}, by=s.by),
    "a stakeholder": lambda s: s.lead.add_stakeholder(name="Otto", role="user", by=s.by),
    "a stakeholder corrected": lambda s: s.person.change({"role": "champion", "email": "b@x.example"}, by=s.by),
    "a stakeholder removed": lambda s: s.person.remove(by=s.by),
    "a comment": lambda s: add_comment(s.lead, "Hm", by=s.by),
    "a file": lambda s: attach_file(s.lead, SimpleUploadedFile("a.txt", b"text"), kind="other", by=s.by),
    "a move": lambda s: s.deal.move(s.deal.pipeline.stages.get(position=1), by=s.by),
    "a loss": lambda s: s.deal.lose(by=s.by, reason="Price"),
    "a loss into its stage": _lose_into_its_stage,
    "a win": _win,
    "a call": lambda s: s.lead.log_activity(kind="call", outcome="spoke", by=s.by),
}


@pytest.mark.parametrize("what", CHANGES)
def test_it_is_as_it_was(stage: SimpleNamespace, what: str) -> None:
    before = picture(stage)
    CHANGES[what](stage)
    assert picture(stage) != before
    event = last_change(stage.by, stage.lead.pk)
    assert event
    assert undo(event, by=stage.by)
    open_deals([stage.lead.pk])  # what the events start
    assert picture(stage) == before
    assert Event.objects.filter(kind=Kind.CHANGE_UNDONE, subject_id=event.pk).count() == 1
    with pytest.raises(CannotUndo, match="already"):
        undo(event, by=stage.by)


def test_it_walks_back_and_never_undoes_an_undoing(stage: SimpleNamespace) -> None:
    before = picture(stage)
    for what in ("a fact", "a task done", "a comment"):
        CHANGES[what](stage)
    said = []
    while event := last_change(stage.by, stage.lead.pk):
        said.append(undo(event, by=stage.by))
    assert said == ["Ada commented", "Done: Call", "Changed Company size"]
    assert picture(stage) == before


def test_what_others_did_or_long_ago_is_not_ones_own_last_change(stage: SimpleNamespace) -> None:
    stage.lead.change({"headcount": "5000"}, by=stage.max.by)
    assert last_change(stage.by, stage.lead.pk) is None
    assert last_change(stage.by) is None
    finish_task(stage.task, by=stage.by)
    found = last_change(stage.by)
    assert found
    assert found.kind == Kind.TASK_DONE


OVERTAKEN: dict[str, Callable[[Any], Any]] = {
    "a fact": lambda s: s.lead.change({"headcount": "7"}, by=s.max.by),
    "disqualification": lambda s: s.lead.reopen(by=s.max.by),
    "reassignment": lambda s: reassign(s.lead, s.ada, reason=Reason.HANDOVER, by=s.max.by),
    "a task added": lambda s: remove_task(Task.objects.get(title="More"), by=s.max.by),
    "a task changed": lambda s: change_task(s.task, {"title": "Sing"}, by=s.max.by),
    "a move": lambda s: s.deal.move(s.deal.pipeline.stages.get(position=0), by=s.max.by),
    "a loss": lambda s: Deal.objects.get().reopen(by=s.max.by),
    "a win": lambda s: Deal.objects.get().reopen(by=s.max.by),
    "a stakeholder": lambda s: Stakeholder.objects.get(name="Otto").remove(by=s.max.by),
}


@pytest.mark.parametrize("what", OVERTAKEN)
def test_what_has_changed_again_since_stays(stage: SimpleNamespace, what: str) -> None:
    CHANGES[what](stage)
    event = last_change(stage.by, stage.lead.pk)
    assert event
    stage.lead.refresh_from_db()
    OVERTAKEN[what](stage)
    now = picture(stage)
    with pytest.raises(CannotUndo):
        undo(event, by=stage.by)
    assert picture(stage) == now
    assert stage.lead.status in Status.values


def _promised(stage: SimpleNamespace) -> None:
    promise_defaults()
    Lead.objects.filter(pk=stage.lead.pk).update(tier="high")
    start([stage.lead.pk], at_once=True)
    assert Timer.objects.running().filter(lead=stage.lead).exists()


def test_a_promise_that_a_mistaken_call_kept_runs_again_until_it_was_due(stage: SimpleNamespace) -> None:
    _promised(stage)
    before = list(Timer.objects.filter(lead=stage.lead).values("id", "due_at", "kept_at", "working_minutes"))
    CHANGES["a call"](stage)
    stop([stage.lead.pk])
    assert not Timer.objects.running().filter(lead=stage.lead).exists()
    event = last_change(stage.by, stage.lead.pk)
    assert event
    undo(event, by=stage.by)
    assert list(Timer.objects.filter(lead=stage.lead).values("id", "due_at", "kept_at", "working_minutes")) == before
    assert Job.objects.filter(kind="routing.climb_timers", state=JobState.PENDING).count() == len(before)


def test_how_a_meeting_went_stays(stage: SimpleNamespace) -> None:
    hold_meeting(stage.meeting, "held", by=stage.by)
    event = last_change(stage.by, stage.lead.pk)
    assert event
    with pytest.raises(CannotUndo, match="how a meeting went"):
        undo(event, by=stage.by)


def test_an_answer_that_was_late_stays(stage: SimpleNamespace) -> None:
    _promised(stage)
    CHANGES["a call"](stage)
    said = Activity.objects.get(kind="call")
    Timer.objects.filter(lead=stage.lead).update(broken_at=clock.now(), kept_at=said.occurred_at)
    call = last_change(stage.by, stage.lead.pk)
    assert call
    with pytest.raises(CannotUndo, match="late"):
        undo(call, by=stage.by)


def test_what_the_call_before_stamped_stays_and_the_next_one_counts(stage: SimpleNamespace) -> None:
    for minute in (5, 3, 1):
        at = clock.now() - timedelta(minutes=minute)
        stage.lead.log_activity(kind="call", outcome="spoke", by=stage.by, occurred_at=at)
    first, second = Activity.objects.order_by("occurred_at")[:2]
    last = last_change(stage.by, stage.lead.pk)
    assert last
    undo(last, by=stage.by)
    assert Lead.objects.get(pk=stage.lead.pk).first_response_at == first.occurred_at
    undo(Event.objects.get(subject_id=first.pk), by=stage.by)
    assert Lead.objects.get(pk=stage.lead.pk).first_response_at == second.occurred_at
