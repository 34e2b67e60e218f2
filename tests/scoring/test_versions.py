"""A draft changes nothing; publishing scores everybody again; what was live once can be live again."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from events import drain
from events.kinds import Kind
from events.models import Event, Job, JobState
from events.record import SYSTEM, record
from leads.models import Lead
from scoring.jobs import rescore_leads, score_leads
from scoring.models import Receipt, Rescoring, ScoringRule, ScoringVersion
from scoring.preview import preview
from scoring.rescoring import BATCH, newest_rescoring, rescore
from scoring.versions import begin_draft, discard_draft, draft_version, live_version, publish_draft, roll_back, rules_of
from tenancy import clock
from tenancy.models import Account
from tenancy.scope import scope
from tests.factories import a_lead

pytestmark = pytest.mark.django_db(transaction=True)
FITTING: dict[str, Any] = {"industry": "Logistics", "headcount": 180, "country": "DE"}


@pytest.fixture
def acme(scored_account: SimpleNamespace) -> SimpleNamespace:
    with scope(scored_account.account):
        scored_account.lead = a_lead(**FITTING)
        score_leads([scored_account.lead.pk])
    return scored_account


def with_points(version: ScoringVersion, label: str, points: int) -> None:
    ScoringRule.objects.filter(version=version, label=label).update(points=points)


def the_lead() -> Lead:
    lead: Lead = Lead.objects.get()
    return lead


def test_a_draft_is_a_copy_of_what_is_live_and_there_is_one(acme: SimpleNamespace) -> None:
    with scope(acme.account):
        draft, live = begin_draft(), live_version()
        assert live
        assert begin_draft() == draft
        assert (draft.number, draft.based_on, live.number) == (2, 1, 1)
        assert [(rule.label, rule.points, rule.condition) for rule in rules_of(draft)] == [
            (rule.label, rule.points, rule.condition) for rule in rules_of(live)
        ]


def test_nothing_is_live_before_it_is_published(acme: SimpleNamespace) -> None:
    with scope(acme.account):
        with_points(begin_draft(), "Industry in the profile", 20)
        score_leads([acme.lead.pk])
        assert the_lead().score == 35
        discard_draft()
        assert draft_version() is None


def test_publishing_scores_every_open_lead_again_and_says_so(acme: SimpleNamespace) -> None:
    with scope(acme.account):
        draft = begin_draft()
        with_points(draft, "Industry in the profile", 15)
        publish_draft(by=acme.ada.by)
        assert the_lead().score == 35  # not by the request itself
        event = Event.objects.filter(kind=Kind.RULES_PUBLISHED).latest("occurred_at")
        assert (event.actor_name, event.body["number"]) == ("Ada", 2)
    drain.drain_inside()
    with scope(acme.account):
        assert the_lead().score == 40
        newest = Receipt.objects.latest("scored_at")
        assert (newest.version, newest.body["model"]) == (draft, 2)
        done = newest_rescoring()
        assert done
        assert (done.total, done.done, done.percent, bool(done.finished_at)) == (1, 1, 100, True)


def test_rolling_back_brings_the_old_rules_and_scores_back(acme: SimpleNamespace) -> None:
    with scope(acme.account):
        first, draft = live_version(), begin_draft()
        assert first
        with_points(draft, "Industry in the profile", 1)
        publish_draft(by=acme.ada.by)
    drain.drain_inside()
    with scope(acme.account):
        assert the_lead().score == 26
        roll_back(ScoringVersion.objects.get(pk=first.pk), by=acme.ada.by)
        assert live_version() == first
        with pytest.raises(ValidationError):
            roll_back(ScoringVersion.objects.get(pk=first.pk), by=acme.ada.by)
    drain.drain_inside()
    with scope(acme.account):
        assert the_lead().score == 35
        assert ScoringVersion.objects.get(pk=draft.pk).state == "retired"


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        ({"tiers": {"urgent": 50, "high": 60, "medium": 40}}, "Tiers begin in this order"),
        ({"threshold": 9}, "9 of 4 criteria can never be met."),
        (
            {"caps": {"fit": 10, "intent": 10, "authority": 10, "timing": 10, "source": 10}},
            "nobody could become Urgent",
        ),
        ({"criteria": []}, "1 to 20 criteria"),
        ({"criteria": [{"key": "a", "label": "A", "condition": {"field": "tier", "operator": "is_set"}}]}, "no fact"),
    ],
)
def test_a_draft_that_makes_no_sense_is_not_published(
    acme: SimpleNamespace, columns: dict[str, Any], words: str
) -> None:
    with scope(acme.account):
        ScoringVersion.objects.filter(pk=begin_draft().pk).update(**columns)
        with pytest.raises(ValidationError, match=words):
            publish_draft(by=acme.ada.by)
        assert not Rescoring.objects.exists()


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        ({"points": 0}, "1 to 100 points"),
        ({"label": " "}, "needs a name"),
        ({"condition": None}, "either at facts or at one kind"),
        ({"half_life_hours": 3000}, "twelve weeks"),
        ({"condition": {"field": "score", "operator": "at_least", "value": 50}}, "no fact called 'score'"),
        ({"condition": {"field": "updated_at", "operator": "is_set"}}, "no fact called 'updated_at'"),
    ],
)
def test_a_rule_that_makes_no_sense_is_not_published(
    acme: SimpleNamespace, columns: dict[str, Any], words: str
) -> None:
    with scope(acme.account):
        ScoringRule.objects.filter(version=begin_draft(), label="Tech stack known").update(**columns)
        with pytest.raises(ValidationError, match=words):
            publish_draft(by=acme.ada.by)


def test_only_who_has_a_draft_publishes_and_only_once(acme: SimpleNamespace) -> None:
    with scope(acme.account):
        begin_draft()
        publish_draft(by=acme.ada.by)
        with pytest.raises(ValidationError, match="no draft"):
            publish_draft(by=acme.ada.by)


def test_without_rules_there_is_nothing_to_draft(in_scope: Account) -> None:
    with pytest.raises(ValidationError):
        begin_draft()


def test_the_preview_says_who_would_change_tier_and_writes_nothing(acme: SimpleNamespace) -> None:
    with scope(acme.account):
        rich = a_lead(**FITTING, tech_stack=["SAP"], job_title="CEO", timeline_days=20)
        score_leads([rich.pk])
        draft, live = begin_draft(), live_version()
        assert live
        with_points(draft, "Decides: owner, C-level or head", 1)
        before = Receipt.objects.count(), Lead.objects.get(pk=rich.pk).score
        found = preview(live, draft)
        assert (found.count, found.changes, found.rises, found.falls) == (2, 1, 0, 1)
        [shift] = found.shifts
        assert (shift.lead, shift.before, shift.after) == (rich, 70, 56)
        assert (shift.tier_before, shift.tier_after) == ("high", "medium")
        assert {tier.value: (old, new) for tier, old, new in found.tiers} == {
            "urgent": (0, 0),
            "high": (1, 0),
            "medium": (0, 1),
            "low": (1, 1),
        }
        assert sum(old for _, old, _ in found.stretches) == 2
        assert (Receipt.objects.count(), Lead.objects.get(pk=rich.pk).score) == before


def many_leads(count: int) -> None:
    first = a_lead(**FITTING)
    Lead.objects.bulk_create(
        [Lead(contact=first.contact, company=first.company, source=first.source) for _ in range(count - 1)]
    )


def due_kinds() -> list[str]:
    due = Job.objects.filter(state=JobState.PENDING, run_at__lte=clock.now()).order_by("run_at", "id")
    return list(due.values_list("kind", flat=True))


def test_scoring_everybody_again_goes_in_batches_and_survives_being_left(acme: SimpleNamespace) -> None:
    with scope(acme.account):
        many_leads(BATCH + 10)
        live = live_version()
        assert live
        begun = rescore(live)
        rescore_leads([begun.pk])
        half = newest_rescoring()
        assert half
        assert (half.done, half.finished_at, half.percent) == (BATCH, None, 94)
        rescore_leads([begun.pk])
        done = newest_rescoring()
        assert done
        assert (done.done, done.percent) == (BATCH + 11, 100)
        assert done.finished_at
        assert not Lead.objects.filter(score=None).exists()
        rescore_leads([begun.pk])  # a doorbell too many
        assert Rescoring.objects.get().done == BATCH + 11


def test_a_new_lead_is_scored_before_the_next_batch_of_old_ones(acme: SimpleNamespace) -> None:
    """Each batch makes the next one due when it ends: whoever came while it ran stands before that in the queue."""
    with scope(acme.account):
        many_leads(3 * BATCH)
        live = live_version()
        assert live
        rescore(live)
    drain.work_once(acme.account)  # the first batch
    with scope(acme.account):
        new = a_lead(**FITTING)
        record(Kind.LEAD_CAPTURED, new, by=SYSTEM, lead_id=new.pk)
        assert due_kinds().count("scoring.rescore_leads") == 1
    turns = 0
    while new.score is None:
        drain.work_once(acme.account)
        turns += 1
        with scope(acme.account):
            new = Lead.objects.get(pk=new.pk)
            running = newest_rescoring()
    assert running
    assert running.done <= 2 * BATCH, f"{turns} turns"
    assert running.finished_at is None


def test_a_new_version_stops_the_scoring_of_the_one_before(acme: SimpleNamespace) -> None:
    with scope(acme.account):
        live = live_version()
        assert live
        first = rescore(live)
        rescore(live)
        rescore_leads([first.pk])
        assert Rescoring.objects.get(pk=first.pk).done == 0
