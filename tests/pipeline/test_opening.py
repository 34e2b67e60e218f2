from types import SimpleNamespace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from events.kinds import Kind
from events.models import Event
from events.record import SYSTEM, record
from leads.models import Lead
from pipeline import templates
from pipeline.jobs import close_deals, open_deals, settle_gates, settle_pipeline
from pipeline.models import Criterion, Deal, Pipeline, Stage, StageKind, Visit
from tenancy.ids import uuid7
from tests.factories import a_lead
from tests.pipeline.deals import a_deal, stage, the_deal, the_pipeline

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_scope")]


def test_an_assigned_lead_becomes_a_deal_in_the_first_stage(cast: SimpleNamespace) -> None:
    deal = a_deal(cast.rita, value=25000, currency="EUR")
    assert (deal.stage.name, deal.owner, deal.value_minor, deal.currency) == (
        "Initial interest",
        cast.rita,
        2500000,
        "EUR",
    )
    assert deal.limit_at
    assert deal.limit_at > deal.opened_at
    assert (deal.gate["met"], deal.gate["total"], deal.gate["owed"]) == (1, 3, 0)
    assert deal.gate["missing"][stage("Discovery").public_id] == {
        "n": 2,
        "words": "Company size is known, A discovery call is scheduled",
    }
    assert deal.gate["missing"][stage("Closed").public_id]["n"] == 9
    assert Visit.objects.get(deal=deal).stage == deal.stage
    assert Event.objects.get(kind=Kind.DEAL_OPENED).lead_id == deal.lead_id
    lead = Lead.objects.get(pk=deal.lead_id)
    assert (lead.deal_id, lead.stage_id, lead.stage_name) == (deal.pk, deal.stage_id, "Initial interest")


def test_twice_is_once(cast: SimpleNamespace) -> None:
    deal = a_deal(cast.rita)
    open_deals([deal.lead_id, deal.lead_id])
    assert Deal.objects.count() == 1
    assert Event.objects.filter(kind=Kind.DEAL_OPENED).count() == 1


def test_reassigning_the_lead_hands_over_its_deal(cast: SimpleNamespace) -> None:
    deal = a_deal(cast.rita)
    Lead.objects.filter(pk=deal.lead_id).update(owner=cast.raj)
    open_deals([deal.lead_id])
    assert the_deal(deal.lead).owner == cast.raj


def test_a_new_tier_reaches_the_board(cast: SimpleNamespace) -> None:
    deal = a_deal(cast.rita, tier="low")
    Lead.objects.filter(pk=deal.lead_id).update(tier="urgent")
    settle_gates([deal.lead_id])
    assert (deal.tier, the_deal(deal.lead).tier) == ("low", "urgent")


def test_an_edited_gate_reaches_every_card(cast: SimpleNamespace) -> None:
    deal = a_deal(cast.rita)
    Criterion.objects.filter(label="Company size is known").delete()
    Stage.objects.filter(pk=deal.stage_id).update(limit_working_days=None)
    settle_pipeline([stage("Closed").pk])
    settled = the_deal(deal.lead)
    assert (settled.gate["total"], settled.limit_at) == (2, None)


def test_nobodys_lead_and_a_closed_lead_get_none(cast: SimpleNamespace) -> None:
    the_pipeline()
    open_deals([a_lead().pk, a_lead(owner=cast.rita, status="spam").pk])
    assert not Deal.objects.exists()


def test_an_account_without_a_pipeline_opens_none(cast: SimpleNamespace) -> None:
    open_deals([a_lead(owner=cast.rita).pk])
    assert not Deal.objects.exists()


def test_disqualifying_closes_the_deal_and_taking_it_back_opens_the_same_again(cast: SimpleNamespace) -> None:
    deal = a_deal(cast.rita)
    lead = Lead.objects.get(pk=deal.lead_id)
    lead.disqualify(reason="No budget", by=cast.rita.by)
    close_deals([lead.pk])
    closed = Deal.objects.get()
    assert (closed.status, Visit.objects.filter(left_at=None).count()) == ("disqualified", 0)
    assert Lead.objects.get(pk=lead.pk).status == "disqualified"
    lead.reopen(by=cast.rita.by)
    open_deals([lead.pk])
    again = Deal.objects.get()
    assert (again.pk, again.status, again.stage_id) == (deal.pk, "open", deal.stage_id)
    assert Lead.objects.get(pk=lead.pk).status == "open"
    assert Visit.objects.filter(left_at=None).count() == 1


def test_a_disqualified_lead_that_is_open_again_keeps_its_deal_open(cast: SimpleNamespace) -> None:
    """The job may run late, after the lead came back."""
    deal = a_deal(cast.rita)
    close_deals([deal.lead_id])
    assert the_deal(deal.lead).status == "open"


def test_a_batch_takes_as_many_queries_as_one(cast: SimpleNamespace) -> None:
    the_pipeline()

    def queries(count: int) -> int:
        leads = [a_lead(owner=cast.rita).pk for _ in range(count)]
        with CaptureQueriesContext(
            connection,
        ) as asked:
            open_deals(leads)
        return len(asked)

    assert queries(1) == queries(30) <= 20


def test_a_deal_begins_where_the_form_asked_for(cast: SimpleNamespace) -> None:
    templates.install("it_services")
    other = Pipeline.objects.create(name="Partners", position=9)
    first = Stage.objects.create(pipeline=other, name="Hello", position=0, kind=StageKind.OPEN)
    asked, plain = a_lead(owner=cast.rita, pipeline_id=other.pk), a_lead(owner=cast.rita)
    unknown = a_lead(owner=cast.rita, pipeline_id=uuid7())

    open_deals([asked.pk, plain.pk, unknown.pk])

    assert the_deal(asked).stage == first
    assert the_deal(plain).stage == the_deal(unknown).stage != first


def start_at(lead: Lead, pipeline: Pipeline, name: str) -> None:
    """As a routing rule says it: plain keys in the event of the assignment."""
    keys = str(pipeline.pk), str(stage(name).pk)
    record(Kind.LEAD_ASSIGNED, lead, by=SYSTEM, lead_id=lead.pk, pipeline=keys[0], stage=keys[1])


def test_a_rule_chooses_the_pipeline(cast: SimpleNamespace) -> None:
    the_pipeline()
    other = templates.install("simple", title="Partners")
    lead = a_lead(owner=cast.rita)
    record(Kind.LEAD_ASSIGNED, lead, by=SYSTEM, lead_id=lead.pk, pipeline=str(other.pk))
    open_deals([lead.pk])
    assert the_deal(lead).pipeline == other


def test_a_rule_chooses_a_stage_as_far_as_the_gates_are_open(cast: SimpleNamespace) -> None:
    """No gate is passed unproven, whoever asks for it."""
    pipeline = the_pipeline()
    shut, open_ = a_lead(owner=cast.rita), a_lead(owner=cast.rita)
    for lead in (shut, open_):
        start_at(lead, pipeline, "Discovery")
    open_deals([shut.pk])
    assert the_deal(shut).stage.name == "Initial interest"
    Criterion.objects.filter(stage=stage("Initial")).delete()
    open_deals([open_.pk])
    assert the_deal(open_).stage.name == "Discovery complete"
    assert Visit.objects.get(deal__lead=open_).stage.name == "Discovery complete"


def test_a_deal_never_begins_at_the_end(cast: SimpleNamespace) -> None:
    pipeline = the_pipeline()
    Criterion.objects.all().delete()
    lead = a_lead(owner=cast.rita)
    start_at(lead, pipeline, "Closed")
    open_deals([lead.pk])
    assert the_deal(lead).stage.name == "Commercial review"
