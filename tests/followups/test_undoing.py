"""What was logged by mistake is undone: the cadence goes on as it was, and its touches are due again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from events.kinds import Kind
from events.models import Event
from events.record import By
from followups.jobs import advance_cadences, resume_cadences
from followups.models import Cadence, Enrolment, Touch
from followups.running import start, stop
from followups.touching import complete
from leads.models import Lead
from leads.undoing import last_change, undo
from pipeline.jobs import close_deals, open_deals
from pipeline.meetings import book_meeting
from pipeline.models import Deal, Stage
from tenancy import clock
from tests.followups.conftest import MONDAY
from tests.followups.stage import an_enrolled, pending, the_touch, touch_on_time

pytestmark = pytest.mark.usefixtures("cadences", "monday")


def columns(enrolment: Enrolment) -> dict[str, Any]:
    """All of a cadence that may be put back: the enrolment, its touches, its timers."""
    ahead = set(Touch.objects.filter(enrolment=enrolment, state="planned").values_list("pk", flat=True))
    timers = [(job.subject_id, job.run_at) for job in pending("do_touch") if job.subject_id in ahead]
    row = Enrolment.objects.values("ended_at", "end_reason").get(pk=enrolment.pk)
    return {
        **row,
        "timers": sorted(timers),
        "touches": list(
            Touch.objects.filter(enrolment=enrolment)
            .order_by("id")
            .values("id", "state", "due_at", "finished_at", "note")
        ),
    }


def rita_of(enrolment: Enrolment) -> By:
    owner = Lead.objects.select_related("owner").get(pk=enrolment.lead_id).owner
    assert owner
    by: By = owner.by
    return by


def logs(enrolment: Enrolment, kind: str = "call", **said: Any) -> None:
    lead = Lead.objects.get(pk=enrolment.lead_id)
    lead.log_activity(kind=kind, by=rita_of(enrolment), **said)
    advance_cadences([lead.pk])


def undoes(enrolment: Enrolment) -> None:
    by = rita_of(enrolment)
    event = last_change(by, enrolment.lead_id)
    assert event
    undo(event, by=by)
    assert [job.subject_id for job in pending("resume_cadences")]
    resume_cadences([enrolment.lead_id])


def a_call_is_due(enrolment: Enrolment) -> Touch:
    touch_on_time(enrolment)
    call = touch_on_time(enrolment)
    assert (call.channel, call.state) == ("call", "due")
    return call


@pytest.mark.parametrize(
    "said",
    [
        {"outcome": "spoke"},
        {"kind": "email", "direction": "in", "outcome": "replied"},
        {"kind": "meeting", "outcome": "held"},
    ],
)
def test_a_contact_that_never_was_leaves_the_cadence_as_it_was(said: dict[str, str]) -> None:
    enrolment = an_enrolled()
    a_call_is_due(enrolment)
    before = columns(enrolment)
    with clock.at(the_touch(enrolment).due_at - timedelta(hours=1)):
        logs(enrolment, **said)
        assert columns(enrolment)["end_reason"] == "answered"
        undoes(enrolment)
    assert columns(enrolment) == before
    assert Event.objects.get(kind=Kind.CADENCE_RESUMED).subject_id == enrolment.pk


def test_a_call_in_vain_that_never_was_is_due_again() -> None:
    enrolment = an_enrolled()
    call = a_call_is_due(enrolment)
    before = columns(enrolment)
    with clock.at(call.due_at + timedelta(hours=1)):
        logs(enrolment, outcome="no_answer")
        call.refresh_from_db()
        assert call.state == "done"
        undoes(enrolment)
    assert columns(enrolment) == before


def test_a_touch_that_was_ticked_off_is_due_again() -> None:
    enrolment = an_enrolled()
    call = Touch.objects.select_related("lead").get(pk=a_call_is_due(enrolment).pk)
    before = columns(enrolment)
    with clock.at(call.due_at + timedelta(hours=1)):
        complete(call, by=rita_of(enrolment))
        undoes(enrolment)
    assert columns(enrolment) == before


def test_a_touch_that_another_call_made_stays_done() -> None:
    enrolment = an_enrolled()
    call = a_call_is_due(enrolment)
    with clock.at(call.due_at + timedelta(hours=1)):
        logs(enrolment, outcome="no_answer")
    with clock.at(call.due_at + timedelta(hours=2)):
        logs(enrolment, outcome="voicemail")
        undoes(enrolment)
    call.refresh_from_db()
    assert call.state == "done"


def test_the_first_mail_waits_for_a_try_again() -> None:
    with clock.at(MONDAY - timedelta(hours=12)):  # at night: the mail that is let go leaves in the morning
        enrolment = an_enrolled("urgent", first_response_due_at=MONDAY + timedelta(hours=3))
        before = columns(enrolment)
        logs(enrolment, outcome="no_answer")
        assert columns(enrolment)["timers"] != before["timers"]
        undoes(enrolment)
    assert columns(enrolment) == before


def test_another_contact_still_holds_it() -> None:
    enrolment = an_enrolled()
    logs(enrolment, kind="email", direction="in", outcome="replied")
    logs(enrolment, outcome="spoke")
    undoes(enrolment)
    assert columns(enrolment)["end_reason"] == "answered"
    assert not Event.objects.filter(kind=Kind.CADENCE_RESUMED).exists()


def test_a_meeting_that_was_booked_by_mistake_holds_nothing() -> None:
    enrolment = an_enrolled()
    before = columns(enrolment)
    lead = Lead.objects.with_people().get(pk=enrolment.lead_id)
    book_meeting(lead, starts_at=MONDAY + timedelta(days=1), by=rita_of(enrolment))
    advance_cadences([lead.pk])
    assert columns(enrolment)["end_reason"] == "meeting"
    undoes(enrolment)
    assert columns(enrolment) == before


def goes_out(lead: Lead, by: By) -> None:
    lead.disqualify(reason="No need", by=by)
    close_deals([lead.pk])


def is_lost(lead: Lead, by: By) -> None:
    Deal.objects.get(lead=lead).lose(by=by, reason="Price")


def moves_on(lead: Lead, by: By) -> None:
    deal = Deal.objects.get(lead=lead)
    deal.move(Stage.objects.create(pipeline=deal.pipeline, name="Needs", position=2), by=by)


ENDINGS = [(goes_out, "disqualified"), (is_lost, "closed"), (moves_on, "moved")]


@pytest.mark.parametrize(("happens", "reason"), ENDINGS)
def test_a_slip_of_the_hand_stops_no_cadence(happens: Callable[[Lead, By], None], reason: str) -> None:
    enrolment = an_enrolled()
    a_call_is_due(enrolment)
    before = columns(enrolment)
    due_at = the_touch(enrolment).due_at
    with clock.at(due_at - timedelta(hours=1)):
        happens(Lead.objects.get(pk=enrolment.lead_id), rita_of(enrolment))
        advance_cadences([enrolment.lead_id])
        assert columns(enrolment)["end_reason"] == reason
        undoes(enrolment)
        open_deals([enrolment.lead_id])
        assert columns(enrolment) == before
    assert touch_on_time(enrolment).state == "due"


@pytest.mark.parametrize(("happens", "reason"), ENDINGS[:2])
def test_a_lead_that_was_opened_again_by_hand_is_not_followed_up_by_itself(
    happens: Callable[[Lead, By], None], reason: str
) -> None:
    enrolment = an_enrolled()
    happens(Lead.objects.get(pk=enrolment.lead_id), by := rita_of(enrolment))
    advance_cadences([enrolment.lead_id])
    with clock.at(MONDAY + timedelta(days=3)):
        if reason == "closed":
            Deal.objects.get(lead=enrolment.lead_id).reopen(by=by)
        else:
            Lead.objects.get(pk=enrolment.lead_id).reopen(by=by)
        lead = Lead.objects.with_people().get(pk=enrolment.lead_id)
        lead.change({"product": "Managed services"}, by=by)
        undoes(enrolment)
    assert columns(enrolment)["end_reason"] == reason


@pytest.mark.parametrize(("happens", "reason"), ENDINGS[:2])
def test_one_slip_that_was_undone_does_not_excuse_the_next(happens: Callable[[Lead, By], None], reason: str) -> None:
    enrolment = an_enrolled()
    by, lead = rita_of(enrolment), Lead.objects.with_people().get(pk=enrolment.lead_id)
    for minute in (1, 2):
        with clock.at(MONDAY + timedelta(minutes=minute)):
            happens(Lead.objects.get(pk=lead.pk), by)
            advance_cadences([lead.pk])
            if minute == 1:
                undoes(enrolment)
                open_deals([lead.pk])
                assert columns(enrolment)["end_reason"] == ""
    with clock.at(MONDAY + timedelta(days=3)):
        Lead.objects.get(pk=lead.pk).reopen(by=by) or Deal.objects.get(lead=lead).reopen(by=by)
        lead.change({"product": "Managed services"}, by=by)
        undoes(enrolment)
    assert columns(enrolment)["end_reason"] == reason


def test_a_step_that_was_taken_after_one_undone_counts() -> None:
    enrolment = an_enrolled()
    by, lead = rita_of(enrolment), Lead.objects.get(pk=enrolment.lead_id)
    moves_on(lead, by)
    undo(last_change(by, lead.pk) or pytest.fail("nothing to undo"), by=by)
    Deal.objects.get(lead=lead).move(Stage.objects.get(name="Needs"), by=by)
    advance_cadences([lead.pk])
    resume_cadences([lead.pk])
    assert columns(enrolment)["end_reason"] == "moved"


def test_one_that_a_person_has_begun_since_goes_on_alone() -> None:
    enrolment = an_enrolled()
    logs(enrolment, outcome="spoke")
    by = rita_of(enrolment)
    event = last_change(by, enrolment.lead_id)
    assert event
    start(Lead.objects.get(pk=enrolment.lead_id), Cadence.objects.get(name="Re-engage"), by=by)
    undo(event, by=by)
    resume_cadences([enrolment.lead_id])
    assert columns(enrolment)["end_reason"] == "answered"


def test_one_that_was_stopped_by_hand_stays_so() -> None:
    enrolment = an_enrolled()
    call = a_call_is_due(enrolment)
    stop(enrolment, by=rita_of(enrolment))
    with clock.at(call.due_at + timedelta(hours=1)):
        logs(enrolment, outcome="spoke")
        undoes(enrolment)
    assert columns(enrolment)["end_reason"] == "stopped"
    assert not Touch.objects.filter(enrolment=enrolment, finished_at=None).exists()


def test_twice_is_once() -> None:
    enrolment = an_enrolled()
    a_call_is_due(enrolment)
    before = columns(enrolment)
    with clock.at(the_touch(enrolment).due_at - timedelta(hours=1)):
        logs(enrolment, outcome="spoke")
        undoes(enrolment)
        resume_cadences([enrolment.lead_id])
    assert columns(enrolment) == before
