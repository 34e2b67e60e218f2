"""Pipelines and stages as an admin changes them, and what becomes of their deals."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from events.kinds import Kind
from events.models import Event, Job
from leads.models import Lead
from pipeline import editing, templates
from pipeline.models import Criterion, Deal, Move, Override, Pipeline, Stage, StageKind, Task, Visit
from pipeline.opening import let_go
from pipeline.refusals import GateClosed, NotOpen
from pipeline.removing import remove_stage
from pipeline.settling import settle_stages
from pipeline.way import way_of
from tenancy import clock
from tests.pipeline.deals import a_deal, a_ready_deal, stage, the_deal, the_pipeline

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_scope")]


def names(pipeline: Pipeline) -> list[str]:
    return list(Stage.objects.in_use().filter(pipeline=pipeline).values_list("name", flat=True))


def test_templates_begin_a_pipeline_and_names_are_once(cast: SimpleNamespace) -> None:
    for template in templates.TEMPLATES:
        made = editing.add_pipeline(f"By {template}", template, by=cast.ada.by)
        assert names(made) == [stage["name"] for stage in templates.TEMPLATES[template]["stages"]]
    with pytest.raises(ValidationError, match="already"):
        editing.add_pipeline("by SIMPLE", "simple", by=cast.ada.by)
    assert Event.objects.filter(kind=Kind.PIPELINE_CHANGED).count() == 3


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        ({"name": " "}, "1 to 80 characters"),
        ({"name": "x" * 81}, "1 to 80 characters"),
        ({"name": "discovery COMPLETE"}, "of this name already"),
        ({"name": "New", "probability": 101}, "0 to 100"),
        ({"name": "New", "kind": "won"}, "for what is won already"),
    ],
)
def test_what_a_stage_cannot_be(cast: SimpleNamespace, columns: dict[str, Any], words: str) -> None:
    pipeline = the_pipeline()
    with pytest.raises(ValidationError, match=words):
        editing.put_stage(Stage(pipeline=pipeline), columns, by=cast.ada.by)
    assert len(names(pipeline)) == 5


def test_a_new_stage_comes_before_the_end_and_the_order_is_kept_by_kind(cast: SimpleNamespace) -> None:
    pipeline = the_pipeline()
    lost = editing.put_stage(Stage(pipeline=pipeline), {"name": "Lost", "kind": "lost"}, by=cast.ada.by)
    legal = editing.put_stage(Stage(pipeline=pipeline), {"name": "Legal"}, by=cast.ada.by)
    assert names(pipeline)[-3:] == ["Legal", "Closed", "Lost"]
    for row, place in ((lost, 1), (legal, 6), (stage("Closed"), 2)):
        with pytest.raises(ValidationError, match="Open stages come first"):
            editing.place_stage(row, place, by=cast.ada.by)
    editing.place_stage(legal, 1, by=cast.ada.by)
    assert names(pipeline)[0] == "Legal"
    assert list(Stage.objects.in_use().values_list("position", flat=True)) == list(range(7))


def test_a_pipeline_keeps_a_stage_of_each_kind_it_needs(cast: SimpleNamespace) -> None:
    blank = editing.add_pipeline("Blank", "blank", by=cast.ada.by)
    first, closed = Stage.objects.in_use().filter(pipeline=blank)
    for row, words in ((first, "deals are open"), (closed, "deals are won")):
        with pytest.raises(ValidationError, match=words):
            remove_stage(row, by=cast.ada.by)
        with pytest.raises(ValidationError, match=words):
            editing.put_stage(row, {"kind": StageKind.LOST}, by=cast.ada.by)


def test_leads_learn_what_their_stage_is_called_by_now(cast: SimpleNamespace) -> None:
    deal = a_deal(cast.rita)
    first = stage("Initial")
    editing.put_stage(first, {"name": "Hello", "limit_working_days": 1}, by=cast.ada.by)
    editing.place_stage(stage("Discovery"), 1, by=cast.ada.by)
    settle_stages([first.pk])
    lead = Lead.objects.get(pk=deal.lead_id)
    assert (lead.stage_name, lead.stage_number) == ("Hello", 2)
    sooner, later = the_deal(lead).limit_at, deal.limit_at
    assert sooner
    assert later
    assert sooner < later
    assert Job.objects.filter(kind="pipeline.settle_pipeline", subject_id=first.pk).exists()


def test_the_archive_takes_no_deals_and_nothing_begins_in_it(cast: SimpleNamespace) -> None:
    deal = a_deal(cast.rita)
    first = the_pipeline()
    with pytest.raises(ValidationError, match="last pipeline"):
        editing.archive_pipeline(first, by=cast.ada.by)
    second = editing.add_pipeline("Second", "simple", by=cast.ada.by)
    with pytest.raises(ValidationError, match="1 deal is open in IT services"):
        editing.archive_pipeline(first, by=cast.ada.by)
    with pytest.raises(ValidationError, match="has a history"):
        editing.delete_pipeline(first, by=cast.ada.by)
    deal.lose(by=cast.rita.by, reason="Price")
    editing.archive_pipeline(first, by=cast.ada.by)
    assert a_deal(cast.rita).pipeline == second
    Deal.objects.get(pk=deal.pk).reopen(by=cast.rita.by)
    assert list(Pipeline.objects.in_use()) == [first, second], "it comes back with its deal"


def test_deals_of_a_stage_that_goes_go_by_moves_on_record(cast: SimpleNamespace) -> None:
    deals = [a_ready_deal(cast.rita) for _ in range(2)]
    for deal in deals:
        deal.move(stage("Discovery"), by=cast.rita.by)
    gone = stage("Discovery")
    with pytest.raises(ValidationError, match="2 deals are here"):
        remove_stage(gone, by=cast.ada.by)
    assert remove_stage(gone, stage("Initial"), by=cast.ada.by) == 2
    for deal in deals:
        here = the_deal(deal.lead)
        assert (here.stage.name, here.version) == ("Initial interest", 3)
        move = Move.objects.filter(deal=here).latest("moved_at", "id")
        assert (move.from_stage, move.actor_name, move.owed) == (gone, "Ada", [])
        assert Visit.objects.get(deal=here, left_at=None).stage.name == "Initial interest"
        assert Lead.objects.get(pk=deal.lead_id).stage_name == "Initial interest"
    assert Event.objects.filter(kind=Kind.DEAL_MOVED, body__to="Initial interest").count() == 2
    assert names(the_pipeline()) == ["Initial interest", "Technical fit confirmed", "Commercial review", "Closed"]
    assert not Criterion.objects.filter(stage=gone).exists()


def test_further_on_what_lacks_is_owed_as_after_an_override(cast: SimpleNamespace) -> None:
    deal = a_deal(cast.rita)
    remove_stage(stage("Initial"), stage("Technical"), by=cast.ada.by)
    move = Move.objects.filter(deal=deal).latest("moved_at")
    asked = ["Tech stack is documented", "A decision-maker is named", "Business problem is documented"]
    assert [item["label"] for item in move.owed] == asked
    assert move.owed_by == clock.now().date() + timedelta(days=7)
    assert Task.objects.get(lead=deal.lead).title.startswith("Bring the proof: Tech stack")
    assert Event.objects.filter(kind=Kind.GATE_OVERRIDDEN).count() == 1
    assert Job.objects.filter(kind="pipeline.call_debts", subject_id=move.pk).exists()


def test_nobodys_deal_holds_its_stage(cast: SimpleNamespace) -> None:
    deal = a_deal(cast.rita)
    Lead.objects.filter(pk=deal.lead_id).update(owner=None)
    let_go([deal.lead_id])
    with pytest.raises(ValidationError, match="without an owner"):
        remove_stage(stage("Initial"), stage("Discovery"), by=cast.ada.by)
    assert stage("Initial").removed_at is None


def test_a_deal_that_ended_in_a_stage_that_went_stands_before_it_when_reopened(cast: SimpleNamespace) -> None:
    deal = a_ready_deal(cast.rita)
    deal.move(stage("Discovery"), by=cast.rita.by)
    the_deal(deal.lead).lose(by=cast.rita.by, reason="Price")
    gone = stage("Discovery")
    remove_stage(gone, by=cast.ada.by)
    way = way_of(deal.lead)
    assert way
    assert [row.name for row in way.rows][:2] == ["Initial interest", "Discovery complete"]
    assert way.here == 1
    Deal.objects.get(pk=deal.pk).reopen(by=cast.rita.by)
    assert the_deal(deal.lead).stage.name == "Initial interest"


def test_nobody_moves_to_a_stage_that_went(cast: SimpleNamespace) -> None:
    deal = a_ready_deal(cast.rita)
    gone = stage("Discovery")
    remove_stage(gone, by=cast.ada.by)
    with pytest.raises(NotOpen, match="taken out"):
        deal.move(gone, by=cast.rita.by)


def test_the_policy_of_a_stage_is_obeyed_by_the_next_move(cast: SimpleNamespace) -> None:
    first, second = a_ready_deal(cast.rita), a_ready_deal(cast.rita)
    discovery = editing.put_stage(stage("Discovery"), {"wip": 1, "back": "never"}, by=cast.ada.by)
    first.move(discovery, by=cast.rita.by)
    with pytest.raises(GateClosed) as full:
        second.move(discovery, by=cast.rita.by)
    assert [item.kind for item in full.value.unmet] == ["wip"]
    far = Override("Go", clock.now().date())
    the_deal(first.lead).move(stage("Technical"), by=cast.max.by, override=far)
    with pytest.raises(GateClosed) as back:
        the_deal(first.lead).move(discovery, by=cast.rita.by)
    assert [item.kind for item in back.value.unmet] == ["back"]
