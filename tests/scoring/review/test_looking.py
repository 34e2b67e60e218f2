"""Outcomes are looked at every week; admins are told when a review is due or leads drift, and of nothing twice."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from importlib import import_module
from types import SimpleNamespace
from typing import Any

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError

from events import drain
from events.kinds import Kind
from events.models import Event, Job, JobState, Notification
from leads.models import Lead, Source
from scoring.models import Review, ReviewPlan, ScoringRule, ScoringVersion
from scoring.preview import preview
from scoring.review import deciding
from scoring.review.looking import WATCH, ask_for_look, due_at, look
from scoring.versions import begin_draft, draft_version, live_version, publish_draft
from tenancy import clock
from tenancy.scope import scope
from tests.factories import a_lead, an_account
from workspace.opening import open_account

pytestmark = pytest.mark.django_db(transaction=True)
PUBLISHED = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
NOW = PUBLISHED + timedelta(days=30)
KINDS = (("Logistics", "Head of IT"), ("Logistics", "Clerk"), ("Retail", "Head of IT"), ("Retail", "Clerk"))


@pytest.fixture
def acme(scored_account: SimpleNamespace) -> SimpleNamespace:
    """Rules were published a month ago."""
    with scope(scored_account.account):
        ScoringVersion.objects.update(published_at=PUBLISHED)
    return scored_account


def a_past(shares: dict[tuple[str, str], int], count: int = 50, *, days_ago: int = 20, now: datetime = NOW) -> None:
    """`count` closed leads of each kind, of which `shares` per cent were won."""
    for kind in KINDS:
        industry, title = kind
        first = a_lead(
            industry=industry, job_title=title, headcount=180, captured_at=now - timedelta(days=days_ago + 40)
        )
        alike = {name: getattr(first, name) for name in ("contact", "company", "source", "captured_at")}
        won = count * shares[kind] // 100
        states = ["won"] * won + ["lost"] * (count - won)
        closed_at = now - timedelta(days=days_ago)
        Lead.objects.bulk_create([Lead(status=status, closed_at=closed_at, **alike) for status in states])


AS_WEIGHED = dict(zip(KINDS, (80, 40, 60, 20), strict=True))  # head: 12 points more, logistics: 10
ONLY_ROLE = dict(zip(KINDS, (50, 2, 90, 16), strict=True))  # the profile's industry buys less, not more


def a_look(acme: SimpleNamespace, at: datetime = NOW) -> Review:
    with clock.at(at):
        look(acme.account, acme.model.pk)
        with scope(acme.account):
            newest = deciding.newest_review()
            assert newest
            return newest


def notices(acme: SimpleNamespace) -> list[str]:
    with scope(acme.account):
        return list(
            Notification.objects.filter(member_id=acme.ada.pk).order_by("created_at").values_list("text", flat=True)
        )


def next_look(acme: SimpleNamespace) -> datetime:
    with scope(acme.account):
        [timer] = Job.objects.filter(kind=WATCH, state=JobState.PENDING, generation__gt=0)
        at: datetime = timer.run_at
        return at


def test_publishing_rules_begins_to_look_and_it_goes_on_every_week(acme: SimpleNamespace) -> None:
    drain.drain()
    with scope(acme.account):
        assert Review.objects.exclude(made_at=None).count() == 1
    assert timedelta(days=6) < next_look(acme) - clock.now() <= timedelta(days=7)


def test_nothing_is_told_while_leads_do_what_their_weights_say(acme: SimpleNamespace) -> None:
    with scope(acme.account):
        a_past(AS_WEIGHED)
    review = a_look(acme)
    assert (review.why, review.told_at, review.findings["n"]) == ("", None, 200)
    assert notices(acme) == []


def test_looks_of_which_nobody_was_told_do_not_pile_up(acme: SimpleNamespace) -> None:
    for day in range(3):
        a_look(acme, NOW + timedelta(days=day))
    with scope(acme.account):
        assert Review.objects.count() == 1


def test_after_seventy_five_days_admins_are_told_that_a_review_is_due(acme: SimpleNamespace) -> None:
    late = PUBLISHED + timedelta(days=75)
    a_look(acme, late - timedelta(days=3))
    assert next_look(acme) == late  # not a week later
    review = a_look(acme, late)
    assert (review.why, review.told_at) == ("due", late)
    assert notices(acme) == ["Scoring is due for its review."]
    with scope(acme.account):
        assert {one.member_id for one in Notification.objects.all()} == {acme.ada.pk}  # nobody but admins
        assert Notification.objects.get().path == "settings/scoring/review/"
        assert Event.objects.get(kind=Kind.REVIEW_MADE).subject_id == review.pk
        assert due_at() == late + timedelta(days=75)
    a_look(acme, late + timedelta(days=7))
    assert len(notices(acme)) == 1


@pytest.mark.parametrize("days", [60, 90])
def test_how_often_is_the_accounts_between_sixty_and_ninety_days(acme: SimpleNamespace, days: int) -> None:
    with scope(acme.account), clock.at(NOW):
        deciding.plan(days)
        deciding.plan(days)
        assert due_at() == PUBLISHED + timedelta(days=days)
        assert ReviewPlan.objects.get().every_days == days
    a_look(acme, PUBLISHED + timedelta(days=days, seconds=-1))
    assert notices(acme) == []
    a_look(acme, PUBLISHED + timedelta(days=days))
    assert len(notices(acme)) == 1


@pytest.mark.parametrize("days", [59, 91, 0])
def test_seldom_and_often_are_refused(acme: SimpleNamespace, days: int) -> None:
    with scope(acme.account), pytest.raises(ValidationError):
        deciding.plan(days)


def test_leads_that_drift_are_told_of_early_and_once(acme: SimpleNamespace) -> None:
    with scope(acme.account):
        a_past(ONLY_ROLE)
    review = a_look(acme)
    assert review.why == "drift"
    [told] = notices(acme)
    assert told in {
        "Logistics (industry): won less often than the weights say. Review the weights.",
        "Retail (industry): won more often than the weights say. Review the weights.",
    }
    again = a_look(acme, NOW + timedelta(days=7))
    assert len(notices(acme)) == 1
    assert (again.pk, again.told_at, again.made_at) == (review.pk, NOW, NOW + timedelta(days=7))  # it waits, up to date


def test_something_new_that_drifts_is_told_beside_what_is_known(acme: SimpleNamespace) -> None:
    with scope(acme.account):
        a_past(ONLY_ROLE)
    a_look(acme)
    with scope(acme.account):
        fair = Source.objects.create(name="Fair", kind="event")
        first = a_lead(source=fair, industry="Retail", job_title="Head of IT", headcount=180)
        alike = {name: getattr(first, name) for name in ("contact", "company", "source")}
        lost = {"status": "lost", "captured_at": NOW - timedelta(days=30), "closed_at": NOW - timedelta(days=1)}
        Lead.objects.bulk_create([Lead(**alike, **lost) for _ in range(40)])
    review = a_look(acme, NOW + timedelta(days=7))
    assert review.told_at == NOW + timedelta(days=7)
    assert notices(acme)[1] == "Fair (source): won less often than the weights say. Review the weights."


def test_what_an_admin_decided_on_is_not_told_again_before_it_is_due(acme: SimpleNamespace) -> None:
    with scope(acme.account):
        a_past(ONLY_ROLE)
    with scope(acme.account), clock.at(NOW):
        deciding.leave_weights(a_look(acme), by=acme.ada.by)
    assert a_look(acme, NOW + timedelta(days=7)).why == ""
    assert len(notices(acme)) == 1


def test_whoever_published_just_now_is_not_told_of_drift(acme: SimpleNamespace) -> None:
    with scope(acme.account):
        a_past(ONLY_ROLE)
        ScoringVersion.objects.update(published_at=NOW - timedelta(days=1))
    assert a_look(acme).why == ""
    assert a_look(acme, NOW + timedelta(days=7)).why == "drift"


def test_rules_that_are_not_live_any_more_are_not_looked_at(acme: SimpleNamespace) -> None:
    with scope(acme.account):
        begin_draft()
        publish_draft(by=acme.ada.by)
    look(acme.account, acme.model.pk)
    with scope(acme.account):
        assert not Review.objects.exists()
        assert not Job.objects.filter(kind=WATCH, subject_id=acme.model.pk, generation__gt=0).exists()


def test_an_admin_may_look_at_any_time_and_see_how_far_it_is(acme: SimpleNamespace) -> None:
    with scope(acme.account):
        ask_for_look()
        ask_for_look()
        running = deciding.current_look()
        assert running
        assert (running.is_looking, running.step) == (True, "Waiting for its turn")
    drain.drain()
    with scope(acme.account):
        assert deciding.current_look() is None
        newest = deciding.newest_review()
        assert newest
        assert (newest.pk, newest.percent, newest.step) == (running.pk, 100, "")


def proposed(review: Review) -> dict[str, dict[str, Any]]:
    return {one["label"]: one for one in review.findings["weights"]["weights"] if one["proposed"] is not None}


def test_proposed_weights_go_into_a_draft_that_is_previewed_and_not_live(acme: SimpleNamespace) -> None:
    with scope(acme.account):
        a_past(ONLY_ROLE)
    review = a_look(acme)
    one = proposed(review)["Industry in the profile"]
    assert one["proposed"] < one["points"] == 10
    assert (one["n"], one["rest_n"]) == (100, 100)
    with scope(acme.account):
        live = live_version()
        assert live
        draft = deciding.draft_weights(review, [one["rule"]], by=acme.ada.by)
        points = dict(ScoringRule.objects.filter(version=draft).values_list("label", "points"))
        before = dict(ScoringRule.objects.filter(version=live).values_list("label", "points"))
        assert {name: points[name] for name in points if points[name] != before[name]} == {
            "Industry in the profile": one["proposed"]
        }
        assert preview(live, draft).count > 0
        assert live_version() == live
        review.refresh_from_db()
        assert (review.decision, review.decided_by) == ("1 weight put into draft 2", "Ada")
        assert Event.objects.get(kind=Kind.REVIEW_CLOSED).actor_name == "Ada"


def test_a_draft_of_the_admins_own_is_not_written_over(acme: SimpleNamespace) -> None:
    with scope(acme.account):
        a_past(ONLY_ROLE)
    review = a_look(acme)
    with scope(acme.account):
        begin_draft()
        with pytest.raises(ValidationError, match="There is a draft already"):
            deciding.draft_weights(review, [one["rule"] for one in proposed(review).values()], by=acme.ada.by)


def test_weights_worked_out_for_other_rules_are_refused(acme: SimpleNamespace) -> None:
    with scope(acme.account):
        a_past(ONLY_ROLE)
    review = a_look(acme)
    rules = [one["rule"] for one in proposed(review).values()]
    with scope(acme.account):
        begin_draft()
        publish_draft(by=acme.ada.by)
        review = Review.objects.select_related("version").get(pk=review.pk)
        with pytest.raises(ValidationError, match="Look again"):
            deciding.draft_weights(review, rules, by=acme.ada.by)
        with pytest.raises(ValidationError, match="at least one weight"):
            deciding.draft_weights(review, ["scr_nonsense"], by=acme.ada.by)
        assert draft_version() is None


def test_leaving_the_weights_puts_the_next_review_off(acme: SimpleNamespace) -> None:
    review = a_look(acme)
    with scope(acme.account), clock.at(NOW):
        deciding.leave_weights(review, by=acme.ada.by)
        assert due_at() == NOW + timedelta(days=75)
        [kept] = deciding.earlier_reviews()
        assert kept.decision == "The weights stay as they are"


def test_reviews_are_the_accounts_own(acme: SimpleNamespace) -> None:
    a_look(acme)
    with scope(an_account("globex")):
        assert deciding.newest_review() is None
        assert due_at() is None
        ask_for_look()  # there are no rules to look at
        assert not Review.objects.exists()


def test_accounts_older_than_the_review_get_their_first_look_once() -> None:
    migration = import_module("scoring.migrations.0011_watched_everywhere")
    watched, older = (open_account(name, f"ada@{name}.example").account for name in ("globex", "initech"))
    drain.drain()
    with scope(older):
        Job.objects.filter(kind__in=migration.WATCHES).delete()
        Review.objects.all().delete()
    for _ in range(2):
        migration.begin_watching(apps, None)
    drain.drain()
    for account in (watched, older):
        with scope(account):
            assert Review.objects.exclude(made_at=None).exists()
            pending = Job.objects.filter(kind__in=migration.WATCHES, state=JobState.PENDING)
            assert sorted(pending.values_list("kind", flat=True)) == sorted(migration.WATCHES)
            assert pending.get(kind=WATCH).outside
