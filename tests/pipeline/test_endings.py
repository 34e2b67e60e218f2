"""Lost, won on credit, disqualified, and back again."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace

import pytest

from events import drain
from events.kinds import Kind
from events.models import Event, Job, JobState, Notification
from leads.jobs import bring_back, plan_returns
from leads.models import Lead, Status
from pipeline import editing
from pipeline.closing import close_disqualified
from pipeline.debts import call_debts
from pipeline.files import attach_file
from pipeline.models import Criterion, Deal, Move, Override, Stage, Task, Visit
from pipeline.opening import open_deals_of
from pipeline.refusals import GateClosed, NotOpen
from pipeline.settling import settle_leads
from tenancy import clock
from tenancy.models import Account
from tests.pipeline.deals import a_deal, a_ready_deal, stage, the_deal, the_pipeline
from tests.pipeline.test_move import agreement, all_values

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_scope")]
MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)


@pytest.fixture
def lost(cast: SimpleNamespace) -> Stage:
    """A stage for what is lost."""
    made = Stage(pipeline=the_pipeline())
    return editing.put_stage(made, {"name": "Gone", "kind": "lost"}, by=cast.ada.by)


def test_a_lost_deal_stands_in_the_stage_for_it_and_comes_back_to_where_it_stood(
    cast: SimpleNamespace, lost: Stage
) -> None:
    deal = a_ready_deal(cast.rita)
    deal.move(stage("Discovery"), by=cast.rita.by)
    the_deal(deal.lead).lose(by=cast.rita.by, reason="Price", competitor="Corvid")
    ended = Deal.objects.get(pk=deal.pk)
    assert (ended.status, ended.stage, ended.lost_reason, ended.competitor) == ("lost", lost, "Price", "Corvid")
    assert not Visit.objects.filter(deal=ended, left_at=None).exists()
    event = Event.objects.get(kind=Kind.DEAL_LOST)
    assert (event.body["stage"], event.body["reason"]) == ("Discovery complete", "Price")
    assert Lead.objects.get(pk=deal.lead_id).status == Status.LOST
    ended.reopen(by=cast.rita.by)
    back = the_deal(deal.lead)
    assert (back.stage.name, back.lost_reason) == ("Discovery complete", "")


def test_a_deal_lost_into_its_stage_comes_back_on_its_day(cast: SimpleNamespace, lost: Stage) -> None:
    deal = a_deal(cast.rita)
    deal.lose(by=cast.rita.by, reason="Bad timing", recycle_on=date(2027, 6, 1))
    assert (Deal.objects.get(pk=deal.pk).stage, Lead.objects.get(pk=deal.lead_id).recycle_on) == (
        lost,
        date(2027, 6, 1),
    )


def test_nothing_is_reopened_beside_a_newer_deal_of_the_lead(cast: SimpleNamespace) -> None:
    deal = a_deal(cast.rita)
    deal.lose(by=cast.rita.by, reason="Price")
    Lead.objects.get(pk=deal.lead_id).reopen(by=cast.rita.by)
    open_deals_of([deal.lead_id])
    with pytest.raises(NotOpen, match="another open deal"):
        Deal.objects.get(pk=deal.pk).reopen(by=cast.rita.by)


def test_by_its_gate_a_deal_is_lost_for_a_reason_only_and_passes_no_other(cast: SimpleNamespace, lost: Stage) -> None:
    deal = a_deal(cast.rita)
    with pytest.raises(GateClosed) as shut:
        deal.move(lost, by=cast.rita.by)
    [reason] = shut.value.unmet
    assert (reason.kind, reason.field) == ("lost", "reason")
    assert reason.input
    assert ["Price", "Price"] in reason.input["choices"]
    made = deal.move(lost, by=cast.rita.by, reason="Bad timing")
    assert (made.outcome, made.owed, Deal.objects.get(pk=deal.pk).lost_reason) == ("lost", [], "Bad timing")


def test_the_stage_for_what_is_lost_may_ask_for_something_itself(cast: SimpleNamespace, lost: Stage) -> None:
    Criterion.objects.create(stage=lost, when="entry", kind="field", label="Why", params={"field": "message"})
    deal = a_deal(cast.rita)
    with pytest.raises(GateClosed):
        deal.lose(by=cast.rita.by, reason="Price")
    deal.lead.change({"message": "They stay with what they have."}, by=cast.rita.by)
    assert the_deal(deal.lead).lose(by=cast.rita.by, reason="Price").outcome == "lost"


def test_won_needs_the_signed_agreement(cast: SimpleNamespace) -> None:
    deal = a_deal(cast.rita)
    values = all_values()
    signed = values.popitem()
    with pytest.raises(GateClosed) as shut:
        deal.move(stage("Closed"), by=cast.rita.by, values=values)
    assert [item.label for item in shut.value.unmet] == ["A signed agreement is attached"]
    deal.move(stage("Closed"), by=cast.rita.by, values=values | dict([signed]))
    assert Deal.objects.get(pk=deal.pk).status == "won"


def test_a_deal_won_on_credit_owes_its_proof_no_less(cast: SimpleNamespace) -> None:
    with clock.at(MONDAY):
        deal = a_deal(cast.rita)
        values = all_values()
        values.popitem()
        on_credit = Override("Signed on paper, the scan follows", date(2026, 3, 6))
        made = deal.move(stage("Closed"), by=cast.max.by, values=values, override=on_credit)
        assert [item["label"] for item in made.owed] == ["A signed agreement is attached"]
    with clock.at(MONDAY + timedelta(days=4, hours=10)):
        call_debts([made.pk])
    told = Notification.objects.filter(event_id=made.pk)
    assert {notice.member_id for notice in told} == {cast.rita.pk, cast.max.pk}
    assert "A signed agreement is attached" in told[0].text


def test_a_debt_that_is_paid_calls_nobody_and_its_task_is_done(cast: SimpleNamespace) -> None:
    deal = a_deal(cast.rita, headcount=240)
    made = deal.move(stage("Discovery"), by=cast.max.by, override=Override("Go", clock.now().date()))
    task = Task.objects.get(lead=deal.lead)
    assert Job.objects.filter(kind="pipeline.call_debts", subject_id=made.pk).exists()
    from pipeline.meetings import book_meeting

    book_meeting(deal.lead, starts_at=clock.now(), by=cast.rita.by)
    settle_leads([deal.lead_id])
    assert the_deal(deal.lead).owed_by is None
    assert Task.objects.get(pk=task.pk).done_at
    call_debts([made.pk])
    assert not Notification.objects.filter(event_id=made.pk).exists()


def test_a_debt_of_a_lost_deal_is_forgiven(cast: SimpleNamespace) -> None:
    deal = a_deal(cast.rita)
    made = deal.move(stage("Discovery"), by=cast.max.by, override=Override("Go", clock.now().date()))
    the_deal(deal.lead).lose(by=cast.rita.by, reason="Price")
    call_debts([made.pk])
    assert not Notification.objects.exists()


def test_an_attached_agreement_pays_for_a_deal_won_on_credit(cast: SimpleNamespace) -> None:
    deal = a_deal(cast.rita)
    values = all_values()
    values.popitem()
    made = deal.move(stage("Closed"), by=cast.max.by, values=values, override=Override("Go", clock.now().date()))
    attach_file(deal.lead, agreement(), kind="signed_agreement", by=cast.rita.by)
    call_debts([made.pk])
    assert not Notification.objects.exists()


@pytest.mark.parametrize("how", ["disqualified", "lost"])
def test_it_comes_back_by_itself_on_its_day_with_its_history(cast: SimpleNamespace, how: str) -> None:
    with clock.at(MONDAY):
        deal = a_ready_deal(cast.rita)
        deal.move(stage("Discovery"), by=cast.rita.by)
        lead = Lead.objects.get(pk=deal.lead_id)
        if how == "lost":
            the_deal(lead).lose(by=cast.rita.by, reason="Bad timing", recycle_on=date(2026, 6, 1))
        else:
            lead.disqualify(reason="No budget", by=cast.rita.by, recycle_on=date(2026, 6, 1))
            close_disqualified([lead.pk])
        plan_returns([lead.pk])
        timer = Job.objects.get(kind="leads.bring_back", subject_id=lead.pk)
        assert timer.run_at == datetime(2026, 6, 1, 5, tzinfo=UTC), "six in the morning in London"
    with clock.at(MONDAY + timedelta(days=30)):
        bring_back([lead.pk])
        assert Lead.objects.get(pk=lead.pk).status == how, "its day has not come"
    with clock.at(datetime(2026, 6, 1, 5, 1, tzinfo=UTC)):
        bring_back([lead.pk])
        back = Lead.objects.get(pk=lead.pk)
        assert (back.status, back.recycle_on, back.owner) == ("open", None, cast.rita)
        open_deals_of([lead.pk])
        bring_back([lead.pk])
    assert Event.objects.filter(kind=Kind.LEAD_REOPENED).count() == 1
    assert "Its day has come" in Event.objects.get(kind=Kind.LEAD_REOPENED).body["reason"]
    now = the_deal(lead)
    assert (now.pk == deal.pk) == (how == "disqualified"), "what was lost begins anew, beside its history"
    assert Move.objects.filter(deal=deal).count() >= 2
    assert Event.objects.filter(lead_id=lead.pk, kind=Kind.DEAL_MOVED).exists()


def test_who_left_gets_nothing_back(cast: SimpleNamespace) -> None:
    with clock.at(MONDAY):
        lead = a_deal(cast.rita).lead
        lead.disqualify(reason="No budget", by=cast.rita.by, recycle_on=date(2026, 3, 9))
        type(cast.rita).objects.filter(pk=cast.rita.pk).update(left_at=clock.now())
    with clock.at(MONDAY + timedelta(days=7)):
        bring_back([lead.pk])
    back = Lead.objects.get(pk=lead.pk)
    assert (back.status, back.owner) == ("open", None)


def test_another_day_replaces_the_first_and_no_day_cancels_it(cast: SimpleNamespace) -> None:
    lead = a_deal(cast.rita).lead
    for day in (date(2027, 6, 1), date(2027, 7, 1)):
        lead.disqualify(reason="No budget", by=cast.rita.by, recycle_on=day)
        plan_returns([lead.pk])
        lead.reopen(by=cast.rita.by)
    pending = Job.objects.filter(kind="leads.bring_back", subject_id=lead.pk, state=JobState.PENDING)
    assert [job.run_at.month for job in pending] == [7]
    lead.disqualify(reason="No budget", by=cast.rita.by)
    plan_returns([lead.pk])
    assert not pending.all().exists()


@pytest.mark.django_db(transaction=True)
def test_closing_stops_timers_and_cadences_and_plans_the_return(cast: SimpleNamespace, in_scope: Account) -> None:
    from followups.models import Enrolment
    from routing.models import Timer
    from tenancy.scope import scope
    from workspace.opening import open_account

    for how in ("lost", "won", "disqualified"):
        opened = open_account(f"By {how}", f"{how}@acme.example")
        with scope(opened.account):
            from leads.capture import capture
            from leads.models import Source

            facts = {"name": "Jo King", "email": f"jo@{how}.example", "company": "Kestrel"}
            lead = capture(facts, source=Source.objects.order_by("id")[0], channel="api", by=opened.member.by).lead
        drain.drain()
        with scope(opened.account):
            deal = the_deal(lead)
            assert Timer.objects.running().filter(lead=lead).exists()
            assert Enrolment.objects.filter(lead=lead, ended_at=None).exists()
            if how == "lost":
                deal.lose(by=opened.member.by, reason="Price", recycle_on=clock.now().date() + timedelta(days=30))
            elif how == "won":
                deal.move(stage("Closed"), by=opened.member.by, override=Override("Go", clock.now().date()))
            else:
                day = clock.now().date() + timedelta(days=30)
                Lead.objects.get(pk=lead.pk).disqualify(reason="No need", by=opened.member.by, recycle_on=day)
        drain.drain()
        with scope(opened.account):
            assert not Timer.objects.running().filter(lead=lead).exists(), how
            assert not Enrolment.objects.filter(lead=lead, ended_at=None).exists(), how
            assert Deal.objects.get(pk=deal.pk).status == how
            assert Job.objects.filter(kind="leads.bring_back", state=JobState.PENDING).exists() == (how != "won")
