from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client

from accounts.models import Member
from events.record import SYSTEM
from followups.defaults import install
from followups.jobs import enrol_leads
from followups.models import Enrolment
from leads.models import Activity, Lead
from pipeline.meetings import book_meeting
from pipeline.models import Deal, Task
from pipeline.tasks import add_task
from routing.models import Timer
from tenancy import clock
from tenancy.scope import scope
from tests.factories import a_lead
from tests.followups.stage import a_deal, touch_on_time

pytestmark = pytest.mark.usefixtures("cast")


def see(member: Member, path: str = "today/") -> str:
    answer = as_member(member).get(f"/{member.account.slug}/{path}")
    assert answer.status_code == 200
    return str(answer.content.decode())


def as_member(member: Member) -> Client:
    client = Client()
    client.force_login(member.user)
    return client


def waiting_for(member: Member, minutes: float = 4, **facts: Any) -> Lead:
    """A lead of `member` whose promise ends in so many minutes, with a deal of so many days."""
    now, days = clock.now(), facts.pop("days", 0)
    lead = a_lead(
        owner=member,
        tier=facts.pop("tier", "urgent"),
        first_response_due_at=now + timedelta(minutes=minutes),
        first_response_risk_at=now + timedelta(minutes=minutes - 2),
        **facts,
    )
    with clock.at(now - timedelta(days=days)):
        a_deal(lead)
    return lead


def post(member: Member, path: str, data: dict[str, str] | None = None, **headers: str) -> Any:
    return as_member(member).post(f"/{member.account.slug}/{path}", data or {}, headers=headers)


def test_rita_sees_who_waits_and_why(cast: SimpleNamespace) -> None:
    with scope(cast.account):
        waiting_for(cast.rita, name="Jonas Weidmann", company="Kestrel Logistics", phone="+49405550142",
                    job_title="Head of IT", headcount=180, message="We need a 24/7 service desk.")  # fmt: skip
    page = see(cast.rita)
    assert "1 person is waiting for a first answer." in page
    for words in ("Kestrel Logistics", "Jonas Weidmann, Head of IT, 180 people", "24/7 service desk", "Urgent"):
        assert words in page
    assert 'href="tel:+49405550142"' in page


def test_rita_does_not_see_rajs_leads_nor_closed_or_answered_ones(cast: SimpleNamespace) -> None:
    with scope(cast.account):
        waiting_for(cast.raj, company="Rajs Firm")
        waiting_for(cast.rita, company="Answered Firm", first_response_at=clock.now())
        waiting_for(cast.rita, company="Lost Firm", status="lost")
    queue = see(cast.rita).partition('id="tasks"')[0]
    assert "Nobody is waiting" in queue
    for firm in ("Rajs Firm", "Answered Firm", "Lost Firm"):
        assert firm not in queue


def test_max_without_leads_sees_the_teams(cast: SimpleNamespace) -> None:
    with scope(cast.account):
        waiting_for(cast.raj, company="Rajs Firm")
        waiting_for(cast.rita, minutes=9, company="Ritas Firm")
    page = see(cast.max)
    assert "Rajs Firm" in page
    assert "Ritas Firm" in page
    assert "With Rita" in page


def test_mo_reads_but_has_no_buttons(cast: SimpleNamespace) -> None:
    with scope(cast.account):
        lead = waiting_for(cast.rita, company="Ritas Firm")
    page = see(cast.mo)
    assert "Ritas Firm" in page
    assert "calls/" not in page
    assert post(cast.mo, f"today/{lead.public_id}/calls/", {"outcome": "spoke"}).status_code == 403


@pytest.mark.parametrize(("outcome", "answered"), [("spoke", True), ("no_answer", False), ("voicemail", False)])
def test_a_click_logs_the_call_and_moves_the_next_one_up(cast: SimpleNamespace, outcome: str, answered: bool) -> None:
    with scope(cast.account):
        first = waiting_for(cast.rita, company="Kestrel Logistics")
        waiting_for(cast.rita, minutes=8, company="Marlowe Freight")
    answer = post(cast.rita, f"today/{first.public_id}/calls/", {"outcome": outcome}, HX_Request="true")
    assert answer.headers["HX-Retarget"] == "#today"
    page = answer.content.decode()
    assert "<html" not in page
    card = page.partition('class="answer-card"')[2].partition("</article>")[0]
    assert "Marlowe Freight" in card
    assert "autofocus" in card
    assert 'class="row row-done"' in page
    with scope(cast.account):
        activity = Activity.objects.get()
        assert (activity.outcome, activity.member_id, activity.kind) == (outcome, cast.rita.pk, "call")
        assert (Lead.objects.get(pk=first.pk).first_response_at is not None) is answered


def test_without_script_it_goes_back_to_the_page(cast: SimpleNamespace) -> None:
    with scope(cast.account):
        lead = waiting_for(cast.rita)
    answer = post(cast.rita, f"today/{lead.public_id}/calls/", {"outcome": "spoke"})
    assert (answer.status_code, answer.headers["Location"]) == (302, "/acme/today/")


def test_an_outcome_that_does_not_exist_logs_nothing(cast: SimpleNamespace) -> None:
    with scope(cast.account):
        lead = waiting_for(cast.rita)
    assert post(cast.rita, f"today/{lead.public_id}/calls/", {"outcome": "x"}).status_code == 400
    with scope(cast.account):
        assert not Activity.objects.exists()


def test_a_tick_finishes_a_task(cast: SimpleNamespace) -> None:
    with scope(cast.account):
        lead = waiting_for(cast.rita, company="Ravensworth Hotels")
        task = add_task(lead, "Send the licence questions", by=SYSTEM, due_at=clock.now() - timedelta(days=1))
    page = see(cast.rita)
    assert "Send the licence questions" in page
    assert "1 overdue" in page
    post(cast.rita, f"today/tasks/{task.public_id}/done/")
    assert "Send the licence questions" not in see(cast.rita)
    with scope(cast.account):
        assert Task.objects.get().done_at is not None


def test_a_due_touch_stands_among_the_tasks_and_its_tick_logs_the_call(cast: SimpleNamespace) -> None:
    with scope(cast.account):
        install()
        lead = waiting_for(cast.rita, tier="medium")
        with clock.at(clock.now() - timedelta(days=14)):
            enrol_leads([lead.pk])
            enrolment = Enrolment.objects.get()
            touch_on_time(enrolment)
            touch = touch_on_time(enrolment)
        assert (touch.channel, touch.state) == ("call", "due")
    assert "Call, with voicemail, day 3" in see(cast.rita)
    post(cast.rita, f"today/touches/{touch.public_id}/done/")
    post(cast.rita, f"today/touches/{touch.public_id}/done/")
    assert "Call, with voicemail, day 3" not in see(cast.rita)
    with scope(cast.account):
        assert Activity.objects.get().kind == "call"


def test_a_deal_without_a_next_step_stalls_until_one_is_planned(cast: SimpleNamespace) -> None:
    with scope(cast.account):
        waiting_for(cast.rita, company="Fresh Firm")
    assert "No next step." not in see(cast.rita)
    with scope(cast.account):
        lead = waiting_for(cast.rita, days=2, company="Lumen Care Homes")
    assert "No next step." in see(cast.rita)
    dialog = as_member(cast.rita).get(f"/acme/today/{lead.public_id}/steps/").content.decode()
    assert "Plan a step with" in dialog
    assert post(cast.rita, f"today/{lead.public_id}/steps/", {"title": ""}).status_code == 422
    planned = post(cast.rita, f"today/{lead.public_id}/steps/", {"title": "Call Karen", "due_at": "2030-03-17T14:00"})
    assert planned.status_code == 200
    with scope(cast.account):
        assert Task.objects.get().title == "Call Karen"
        Deal.objects.update(next_step="Call Karen")
    assert "No next step." not in see(cast.rita)


def test_a_meeting_is_on_the_day_and_a_reply_beside_it(cast: SimpleNamespace) -> None:
    with scope(cast.account):
        lead = waiting_for(cast.rita, name="Priya Raman", company="Vantage Legal")
        book_meeting(lead, starts_at=clock.now(), by=SYSTEM, title="Workshop")
        lead.log_activity(kind="email", direction="in", body="Does the price include Leeds?", by=SYSTEM)
    page = see(cast.rita)
    assert "Workshop" in page
    assert "“Does the price include Leeds?”" in page


def test_promises_of_the_week_are_counted(cast: SimpleNamespace) -> None:
    with scope(cast.account):
        now = clock.now()
        for broken in (False, False, True):
            Timer.objects.create(
                lead=a_lead(owner=cast.rita),
                started_at=now,
                risk_at=now,
                due_at=now,
                broken_at=now if broken else None,
                kept_at=None if broken else now,
            )
    assert "2 of 3" in see(cast.rita)
    assert "None missed" not in see(cast.rita)
    assert "2 of 3" in see(cast.ada)
    assert "No promise has come due" in see(cast.raj)


def test_eves_lead_is_not_there(cast: SimpleNamespace, eve: Member) -> None:
    with scope(eve.account):
        lead = waiting_for(eve, company="Globex Secret")
    assert "Globex Secret" not in see(cast.ada)
    assert post(cast.ada, f"today/{lead.public_id}/calls/", {"outcome": "spoke"}).status_code == 404


def test_script_in_a_leads_words_is_shown_as_text(cast: SimpleNamespace) -> None:
    with scope(cast.account):
        waiting_for(cast.rita, name="<script>alert(1)</script>", message="<img src=x onerror=alert(1)>")
    page = see(cast.rita)
    assert "<script>alert(1)" not in page
    assert "<img src=x" not in page


def test_fifty_leads_cost_as_many_queries_as_five(cast: SimpleNamespace, django_assert_max_num_queries: Any) -> None:
    with scope(cast.account):
        for number in range(30):
            lead = waiting_for(cast.rita, minutes=number - 15, company=f"Firm {number}")
            lead.log_activity(kind="call", outcome="no_answer", by=SYSTEM)
            add_task(lead, "Call again", by=SYSTEM, due_at=clock.now())
    client = as_member(cast.rita)
    with django_assert_max_num_queries(24):
        assert client.get("/acme/today/", headers={"HX-Request": "true"}).status_code == 200
