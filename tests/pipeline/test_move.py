from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile

from events.kinds import Kind
from events.models import Event
from leads.models import Lead
from pipeline.models import Criterion, Deal, File, Meeting, Move, Override, Stage, Task, Visit
from pipeline.objections import raise_objection
from pipeline.refusals import GateClosed, NotOpen, Stale
from pipeline.settling import settle_leads
from tenancy import clock
from tests.pipeline.deals import a_deal, a_ready_deal, criterion, stage, the_deal

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_scope")]


def agreement() -> SimpleUploadedFile:
    return SimpleUploadedFile("agreement.pdf", b"%PDF-1.7 signed")


def all_values() -> dict[str, Any]:
    """Everything from the first stage to the last."""
    return {
        "headcount": 240,
        criterion("A discovery call"): "2026-03-12T14:00",
        "tech_stack": ["Azure"],
        criterion("A decision-maker"): {"name": "Marta Kowalczyk", "job_title": "COO"},
        "business_problem": "Nobody patches the servers.",
        criterion("A technical"): {"name": "Leila Haddad", "job_title": "CTO"},
        criterion("Procurement"): {"name": "Peter Ogden", "role": "procurement"},
        criterion("A review timeline"): {"on": "2026-04-01"},
        criterion("A signed"): agreement(),
    }


def test_an_open_gate_lets_it_pass_and_the_move_knows_by_what_evidence(cast: SimpleNamespace) -> None:
    deal = a_ready_deal(cast.rita)
    move = deal.move(stage("Discovery"), by=cast.rita.by)
    moved = the_deal(deal.lead)
    assert (moved.stage.name, moved.version) == ("Discovery complete", 2)
    assert [item["label"] for item in move.evidence] == [
        "Contact name is known",
        "Company size is known",
        "A discovery call is scheduled",
    ]
    assert [(visit.stage.name, visit.left_at is None) for visit in Visit.objects.order_by("entered_at")] == [
        ("Initial interest", False),
        ("Discovery complete", True),
    ]
    assert (moved.gate["met"], moved.gate["total"]) == (0, 3)
    lead = Lead.objects.get(pk=deal.lead_id)
    assert (lead.stage_name, lead.stage_number) == ("Discovery complete", 2)
    event = Event.objects.get(kind=Kind.DEAL_MOVED)
    assert (event.actor_name, event.body["from"], event.body["to"]) == (
        "Rita",
        "Initial interest",
        "Discovery complete",
    )


def test_a_shut_gate_changes_nothing_and_says_what_is_missing(cast: SimpleNamespace) -> None:
    deal = a_deal(cast.rita)
    with pytest.raises(GateClosed) as refused:
        deal.move(stage("Discovery"), by=cast.rita.by, values={"headcount": 240})
    assert [item.label for item in refused.value.unmet] == ["A discovery call is scheduled"]
    assert the_deal(deal.lead).stage.name == "Initial interest"
    assert Lead.objects.get(pk=deal.lead_id).facts["headcount"] is None
    assert not Event.objects.filter(kind__in=[Kind.DEAL_MOVED, Kind.LEAD_CHANGED]).exists()


def test_what_is_not_required_is_asked_of_nobody(cast: SimpleNamespace) -> None:
    deal = a_deal(cast.rita)
    Criterion.objects.filter(stage=deal.stage, label__startswith="A discovery").update(required=False)
    with pytest.raises(GateClosed) as refused:
        deal.move(stage("Discovery"), by=cast.rita.by)
    assert [item.label for item in refused.value.unmet] == ["Company size is known"]


def test_values_and_move_happen_together_and_are_told(cast: SimpleNamespace) -> None:
    deal = a_deal(cast.rita)
    values = {"headcount": "240", criterion("A discovery call"): {"starts_at": "2026-03-12T14:00"}}
    move = deal.move(stage("Discovery"), by=cast.rita.by, values=values)
    assert move.filled == {
        "Company size": "240",
        "A discovery call is scheduled": "Discovery call on 2026-03-12 14:00 GMT",
    }
    assert Lead.objects.get(pk=deal.lead_id).facts["headcount"] == 240
    assert Meeting.objects.get().kind == "discovery"
    assert Event.objects.get(kind=Kind.DEAL_MOVED).body["filled"] == move.filled


def test_all_the_way_to_won_in_one_step_passes_every_gate(cast: SimpleNamespace) -> None:
    deal = a_deal(cast.rita, value=25000, currency="EUR")
    deal.move(stage("Closed"), by=cast.rita.by, values=all_values())
    won = Deal.objects.get()
    assert (won.status, won.closed_at is not None, won.limit_at) == ("won", True, None)
    lead = Lead.objects.get(pk=won.lead_id)
    assert (lead.status, lead.outcome, lead.closed_at) == ("won", "won", won.closed_at)
    passed = Visit.objects.filter(passed=True).order_by("stage__position")
    assert [visit.stage.name for visit in passed] == [
        "Discovery complete",
        "Technical fit confirmed",
        "Commercial review",
    ]
    assert all(visit.entered_at == visit.left_at for visit in passed)
    assert not Visit.objects.filter(left_at=None).exists()
    assert Event.objects.filter(kind=Kind.DEAL_WON).count() == 1
    assert File.objects.get().kind == "signed_agreement"


def test_a_file_of_a_refused_move_is_not_kept(cast: SimpleNamespace) -> None:
    from django.core.files.storage import default_storage

    deal = a_deal(cast.rita)
    with pytest.raises(GateClosed):
        deal.move(stage("Closed"), by=cast.rita.by, values={criterion("A signed"): agreement()})
    assert not File.objects.exists()
    folder = deal.account_id.hex
    assert not default_storage.exists(folder) or not default_storage.listdir(folder)[1]


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("soon", "date and a time"),
        ({"title": "Call"}, "not what is missing"),
        ([1], "date and a time"),
        ("9999-01-01T00:00", "century"),
    ],
)
def test_a_value_that_cant_be_meant_is_refused_beside_its_field(cast: SimpleNamespace, value: Any, said: str) -> None:
    deal, key = a_deal(cast.rita), criterion("A discovery call")
    with pytest.raises(ValidationError) as refused:
        deal.move(stage("Discovery"), by=cast.rita.by, values={key: value})
    assert said in refused.value.message_dict[key][0]
    assert not Meeting.objects.exists()


def test_an_objection_holds_the_gate_until_it_is_really_answered(cast: SimpleNamespace) -> None:
    deal = a_deal(cast.rita)
    raise_objection(deal.lead, text="Data must stay in Switzerland", by=cast.rita.by)
    key = criterion("No blocking")
    with pytest.raises(ValidationError, match="don’t count"):
        deal.move(stage("Closed"), by=cast.rita.by, values=all_values() | {key: "n/a"})
    deal.move(stage("Closed"), by=cast.rita.by, values=all_values() | {key: "Zurich only, in the contract."})
    assert Deal.objects.get().status == "won"


def test_a_double_submit_moves_once(cast: SimpleNamespace) -> None:
    deal = a_ready_deal(cast.rita)
    first = deal.move(stage("Discovery"), by=cast.rita.by, version=1)
    assert deal.move(stage("Discovery"), by=cast.rita.by, version=1) == first
    assert Move.objects.count() == 1


def test_a_stale_version_is_refused(cast: SimpleNamespace) -> None:
    deal = a_ready_deal(cast.rita)
    deal.move(stage("Discovery"), by=cast.rita.by)
    with pytest.raises(Stale):
        deal.move(stage("Initial"), by=cast.raj.by, version=1)


def test_back_is_free_and_owes_nothing(cast: SimpleNamespace) -> None:
    deal = a_ready_deal(cast.rita)
    deal.move(stage("Discovery"), by=cast.rita.by)
    move = deal.move(stage("Initial"), by=cast.rita.by, reason="Spoke to the wrong person")
    assert (the_deal(deal.lead).stage.name, move.reason) == ("Initial interest", "Spoke to the wrong person")
    assert Event.objects.filter(kind=Kind.DEAL_MOVED).latest("recorded_at").body["back"] is True


def test_an_override_lets_it_pass_as_a_debt_that_falls_due(cast: SimpleNamespace) -> None:
    deal = a_deal(cast.rita)
    due = (clock.now() + timedelta(days=5)).date()
    move = deal.move(stage("Discovery"), by=cast.max.by, override=Override("Board decides Thursday", due))
    assert [item["label"] for item in move.owed] == ["Company size is known", "A discovery call is scheduled"]
    moved = the_deal(deal.lead)
    assert (moved.gate["owed"], moved.gate["total"], moved.owed_by) == (2, 5, due)
    task = Task.objects.get()
    assert (task.member, task.due_at.date()) == (cast.rita, due)
    overridden = Event.objects.get(kind=Kind.GATE_OVERRIDDEN)
    assert (overridden.actor_name, overridden.body["reason"]) == ("Max", "Board decides Thursday")
    Lead.objects.get(pk=deal.lead_id).change({"headcount": 240}, by=cast.rita.by)
    settle_leads([deal.lead_id])
    assert the_deal(deal.lead).gate["owed"] == 1


def test_nobodys_deal_cant_even_be_overridden(cast: SimpleNamespace) -> None:
    deal = a_ready_deal(cast.rita)
    Deal.objects.filter(pk=deal.pk).update(owner=None)
    with pytest.raises(GateClosed) as refused:
        deal.move(stage("Discovery"), by=cast.max.by, override=Override("Now", clock.now().date()))
    assert [item.kind for item in refused.value.unmet] == ["owner"]


def test_a_full_stage_is_refused(cast: SimpleNamespace) -> None:
    Stage.objects.filter(pk=a_deal(cast.rita).stage_id)
    Stage.objects.filter(name="Discovery complete").update(wip=1)
    a_ready_deal(cast.rita).move(stage("Discovery"), by=cast.rita.by)
    with pytest.raises(GateClosed) as refused:
        a_ready_deal(cast.rita).move(stage("Discovery"), by=cast.rita.by)
    assert [item.kind for item in refused.value.unmet] == ["wip"]


def test_lost_and_reopened_where_it_stood(cast: SimpleNamespace) -> None:
    deal = a_ready_deal(cast.rita)
    deal.move(stage("Discovery"), by=cast.rita.by)
    deal.lose(by=cast.rita.by, reason="Price", competitor="Corvid")
    deal.lose(by=cast.rita.by, reason="Price", competitor="Corvid")
    lost = Deal.objects.get()
    assert (lost.status, lost.lost_reason, lost.competitor) == ("lost", "Price", "Corvid")
    assert Lead.objects.get(pk=lost.lead_id).status == "lost"
    assert Move.objects.filter(outcome="lost").count() == 1
    with pytest.raises(NotOpen):
        lost.move(stage("Initial"), by=cast.rita.by)
    lost.reopen(by=cast.rita.by, reason="They called")
    again = the_deal(deal.lead)
    assert (again.stage.name, again.closed_at, again.lost_reason) == ("Discovery complete", None, "")
    assert Lead.objects.get(pk=lost.lead_id).status == "open"
    with pytest.raises(NotOpen):
        again.reopen(by=cast.rita.by)


def test_a_won_deal_reopens_in_the_stage_it_was_won_from(cast: SimpleNamespace) -> None:
    deal = a_ready_deal(cast.rita)
    deal.move(stage("Discovery"), by=cast.rita.by)
    deal.move(stage("Closed"), by=cast.rita.by, values=all_values())
    Deal.objects.get().reopen(by=cast.rita.by)
    assert the_deal(deal.lead).stage.name == "Discovery complete"


def test_only_verbs_change_the_place_of_a_deal(cast: SimpleNamespace) -> None:
    deal, to = a_deal(cast.rita), stage("Closed")
    with pytest.raises(TypeError):
        Deal.objects.filter(pk=deal.pk).update(stage=to)
    with pytest.raises(TypeError):
        Deal.objects.filter(pk=deal.pk).update(status="won")
    with pytest.raises(TypeError):
        Deal.objects.bulk_update([deal], ["stage"])
    deal.stage = to
    with pytest.raises(TypeError):
        deal.save()
    assert the_deal(deal.lead).stage.name == "Initial interest"
