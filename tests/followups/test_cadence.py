from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from events.kinds import Kind
from events.models import Event
from events.record import SYSTEM
from followups.jobs import advance_cadences, do_touch, enrol_leads, reply_instantly
from followups.models import Cadence, Enrolment, Message, Step, Touch
from leads.models import Lead
from pipeline.models import Deal
from tenancy import clock
from tests.followups.conftest import MONDAY
from tests.followups.stage import (
    a_worked_lead,
    an_enrolled,
    delivered,
    pending,
    send_planned,
    the_touch,
    touch_on_time,
)

pytestmark = pytest.mark.usefixtures("cadences", "monday")


@pytest.mark.parametrize(
    ("tier", "cadence"),
    [
        ("urgent", "First contact"),
        ("high", "First contact"),
        ("medium", "First contact"),
        ("low", "Long-term nurture"),
    ],
)
def test_the_tier_decides_the_cadence(tier: str, cadence: str) -> None:
    assert an_enrolled(tier).cadence.name == cadence


def test_first_contact_from_end_to_end() -> None:
    """Day 1 e-mail, day 3 call, day 5 LinkedIn, day 8 second e-mail, day 14 break-up e-mail, then nurture."""
    enrolment = an_enrolled()
    channels, days = [], []
    for _ in range(5):
        touch = touch_on_time(enrolment)
        channels.append(touch.channel)
        days.append((touch.due_at.date() - MONDAY.date()).days + 1)
        with clock.at(touch.due_at):
            send_planned()
    assert channels == ["email", "call", "linkedin", "email", "email"]
    assert days == [1, 3, 5, 8, 15]  # day 14 is a Sunday
    assert len(delivered()) == 3
    enrolment.refresh_from_db()
    assert enrolment.end_reason == "done"
    assert Enrolment.objects.get(lead_id=enrolment.lead_id, ended_at=None).cadence.name == "Long-term nurture"


def test_the_first_mail_of_a_medium_lead_goes_within_five_minutes() -> None:
    assert the_touch(an_enrolled("medium")).due_at - MONDAY <= timedelta(minutes=5)


def test_at_night_it_waits_for_the_morning() -> None:
    with clock.at(datetime(2026, 3, 6, 22, 0, tzinfo=UTC)):  # a Friday
        assert the_touch(an_enrolled()).due_at == datetime(2026, 3, 9, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize("tier", ["urgent", "high"])
def test_urgent_and_high_wait_for_a_persons_try(tier: str) -> None:
    due = MONDAY + timedelta(hours=3)
    enrolment = an_enrolled(tier, first_response_due_at=due)
    touch = the_touch(enrolment)
    assert touch.due_at == due
    with clock.at(MONDAY + timedelta(minutes=4)):
        Lead.objects.get(pk=enrolment.lead_id).log_activity(kind="call", outcome="no_answer", by=SYSTEM)
        advance_cadences([enrolment.lead_id])
        touch.refresh_from_db()
        assert touch.due_at == clock.now()
        assert [job.run_at for job in pending("do_touch")] == [clock.now()]
        do_touch([touch.pk])
        assert len(send_planned()) == 1
    with clock.at(due):
        do_touch([touch.pk])
    assert len(delivered()) == 1


def test_the_instant_reply_takes_the_place_of_the_first_mail() -> None:
    lead = a_worked_lead()
    reply_instantly([lead.pk])
    enrol_leads([lead.pk])
    assert [(touch.channel, touch.state) for touch in Touch.objects.order_by("due_at")] == [
        ("email", "skipped"),
        ("call", "planned"),
    ]
    send_planned()
    assert len(delivered()) == 1


def test_even_when_the_cadence_was_quicker_nobody_gets_two() -> None:
    lead = a_worked_lead()
    enrol_leads([lead.pk])
    reply_instantly([lead.pk])
    do_touch([touch.pk for touch in Touch.objects.all()])
    reply_instantly([lead.pk])
    send_planned()
    assert len(delivered()) == 1


def test_run_twice_it_enrols_once() -> None:
    lead = a_worked_lead()
    enrol_leads([lead.pk])
    enrol_leads([lead.pk])
    assert Enrolment.objects.count() == 1
    assert len(pending("do_touch")) == 1


def test_a_touch_done_twice_plans_one_mail() -> None:
    touch = the_touch(an_enrolled())
    do_touch([touch.pk])
    do_touch([touch.pk])
    assert Message.objects.count() == 1
    assert Touch.objects.count() == 2


def test_a_call_waits_for_its_person_and_the_cadence_goes_on() -> None:
    enrolment = an_enrolled()
    touch_on_time(enrolment)
    call = touch_on_time(enrolment)
    assert (call.channel, call.state) == ("call", "due")
    assert the_touch(enrolment).channel == "linkedin"


def test_without_an_address_the_mails_are_passed_over() -> None:
    enrolment = an_enrolled(email="", phone="+442071838750")
    assert touch_on_time(enrolment).note == "There is no e-mail address."
    assert touch_on_time(enrolment).state == "due"


@pytest.mark.parametrize("outcome", ["spoke", "replied", "held"])
def test_a_persons_contact_ends_it(outcome: str) -> None:
    enrolment = an_enrolled()
    with clock.at(MONDAY + timedelta(hours=1)):
        Lead.objects.get(pk=enrolment.lead_id).log_activity(kind="call", outcome=outcome, by=SYSTEM)
        advance_cadences([enrolment.lead_id])
    enrolment.refresh_from_db()
    assert enrolment.end_reason == "answered"
    assert not Touch.objects.filter(finished_at=None).exists()
    assert pending("do_touch") == []
    assert Event.objects.get(kind=Kind.CADENCE_ENDED).body["reason"] == "answered"


@pytest.mark.parametrize("outcome", ["no_answer", "voicemail"])
def test_a_try_does_not(outcome: str) -> None:
    enrolment = an_enrolled()
    Lead.objects.get(pk=enrolment.lead_id).log_activity(kind="call", outcome=outcome, by=SYSTEM)
    advance_cadences([enrolment.lead_id])
    enrolment.refresh_from_db()
    assert enrolment.ended_at is None


def test_a_lead_that_was_answered_before_is_not_enrolled() -> None:
    lead = a_worked_lead(first_response_at=MONDAY)
    enrol_leads([lead.pk])
    assert not Enrolment.objects.exists()


def test_editing_a_cadence_leaves_those_who_are_in_it_alone() -> None:
    enrolment = an_enrolled()
    touch_on_time(enrolment)
    Cadence.objects.filter(pk=enrolment.cadence_id).update(version=2)
    Step.objects.create(cadence=enrolment.cadence, version=2, position=3, day=4, channel="task", title="New")
    touch_on_time(enrolment)
    assert the_touch(enrolment).title == "LinkedIn note"


def test_the_deal_says_what_comes_next() -> None:
    enrolment = an_enrolled()
    deal = Deal.objects.get(lead_id=enrolment.lead_id)
    assert (deal.next_step, deal.next_step_kind) == ("First e-mail", "email")
    touch_on_time(enrolment)
    deal.refresh_from_db()
    assert (deal.next_step, deal.next_step_at) == ("Call, with voicemail", MONDAY + timedelta(days=2))
    assert Lead.objects.get(pk=enrolment.lead_id).next_step_at == deal.next_step_at


def test_twenty_leads_cost_as_many_queries_as_one(django_assert_max_num_queries: object) -> None:
    leads = [a_worked_lead().pk for _ in range(20)]
    with django_assert_max_num_queries(24):  # type: ignore[operator]
        enrol_leads(leads)
    touches = list(Touch.objects.values_list("pk", flat=True))
    with django_assert_max_num_queries(36):  # type: ignore[operator]
        do_touch(touches)
