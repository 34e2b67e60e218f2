"""Close rates are counted every day for the rules that are live; leads are scored again where that changes points."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from events import drain
from events.models import Job, JobState
from leads.models import Lead, Source
from scoring.close_rates import measure
from scoring.current import close_rates, current_model, starting_model
from scoring.jobs import measure_sources, score_leads
from scoring.models import Receipt, Rescoring, SourceRate
from scoring.preview import preview
from tenancy import clock
from tenancy.models import Account
from tenancy.scope import scope
from tests.factories import a_lead, a_source, an_account

pytestmark = pytest.mark.django_db(transaction=True)
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def closed(source: Source, won: int, lost: int, days_ago: int = 10) -> None:
    """Closed leads of a source, all alike but for their outcome."""
    first = a_lead(source=source, captured_at=NOW - timedelta(days=200))
    at = NOW - timedelta(days=days_ago)
    columns = {"contact": first.contact, "source": source, "captured_at": first.captured_at, "closed_at": at}
    states = ["won"] * won + ["lost"] * lost
    Lead.objects.bulk_create([Lead(status=status, outcome=status, **columns) for status in states])


def counted() -> dict[str, tuple[int, int]]:
    return {one.source: (one.won, one.lost) for one in close_rates()}


def a_named_source(name: str, kind: str = "form") -> Source:
    found: Source = Source.objects.create(name=name, kind=kind)
    return found


def test_leads_closed_in_the_last_ninety_days_count_and_no_others(in_scope: Account) -> None:
    web, fair = a_named_source("Website"), a_named_source("Fair", "event")
    closed(web, 3, 5)
    closed(web, 7, 7, days_ago=91)
    closed(fair, 0, 2, days_ago=89)
    a_named_source("Silent")
    Lead.objects.create(contact=a_lead().contact, source=web, status="disqualified", closed_at=NOW)
    with clock.at(NOW):
        measure()
        measure()
    assert counted() == {"Website": (3, 5), "Fair": (0, 2)}
    with clock.at(NOW + timedelta(days=81)):
        measure()
    assert counted() == {}


def test_counting_takes_as_few_statements_for_many_as_for_one(
    in_scope: Account, django_assert_max_num_queries: object
) -> None:
    for number in range(5):
        closed(a_named_source(f"Source {number}"), 2, 2)
    with clock.at(NOW), django_assert_max_num_queries(4):  # type: ignore[operator]
        measure()
    assert len(counted()) == 5


def test_a_better_source_scores_its_open_leads_anew_and_the_receipt_says_its_n(scored_account: SimpleNamespace) -> None:
    with scope(scored_account.account), clock.at(NOW):
        web = a_source()
        lead = a_lead(source=web)
        score_leads([lead.pk])
        before = Lead.objects.get(pk=lead.pk).score
        closed(web, 60, 0)
        closed(a_named_source("Elsewhere"), 0, 240)
        measure_sources([scored_account.model.pk])
    with clock.at(NOW + timedelta(minutes=1)):
        drain.drain()
    with scope(scored_account.account):
        lead.refresh_from_db()
        receipt = Receipt.objects.filter(lead=lead).latest("scored_at")
        [line] = [line for line in receipt.body["contributions"] if line["group"] == "source"]
        assert "60 of 60 won in 90 days" in line["detail"]
        assert lead.score > before
        assert lead.score == receipt.score == sum(line["points"] for line in receipt.body["contributions"])


def test_the_same_points_score_nobody_anew_and_tomorrow_is_another_day(scored_account: SimpleNamespace) -> None:
    version = scored_account.model.pk
    with scope(scored_account.account), clock.at(NOW):
        closed(a_source(), 10, 30)
        measure_sources([version])
        begun = Rescoring.objects.count()
        measure_sources([version])
        assert Rescoring.objects.count() == begun
        due = Job.objects.filter(kind="scoring.measure_sources", state=JobState.PENDING, generation__gt=0)
        assert [job.run_at for job in due] == [NOW + timedelta(days=1)]


def test_rules_that_are_not_live_any_more_are_not_counted_for(scored_account: SimpleNamespace) -> None:
    with scope(scored_account.account), clock.at(NOW):
        closed(a_source(), 10, 30)
        scored_account.model.state = "retired"
        scored_account.model.save(update_fields=["state"])
        measure_sources([scored_account.model.pk])
        assert not SourceRate.objects.exists()
        assert not Job.objects.filter(kind="scoring.measure_sources", generation__gt=0).exists()


def test_publishing_rules_begins_to_count(scored_account: SimpleNamespace) -> None:
    drain.drain()
    with scope(scored_account.account):
        assert Job.objects.filter(kind="scoring.measure_sources", generation__gt=0).exists()


def test_the_preview_knows_close_rates(scored_account: SimpleNamespace) -> None:
    with scope(scored_account.account), clock.at(NOW):
        a_lead(source=a_source(), tech_stack=["SAP"], captured_at=NOW)
        closed(a_source(), 60, 0)
        closed(a_named_source("Elsewhere"), 0, 240)
        version = scored_account.model
        assert preview(version, version).stretches[2] == (20, 0, 0)  # 5 each for the stack, the mail and the form
        measure()
        assert preview(version, version).stretches[2] == (20, 1, 1)


def test_a_trial_of_the_rules_is_without_the_outcomes_it_is_judged_by(scored_account: SimpleNamespace) -> None:
    with scope(scored_account.account), clock.at(NOW):
        before = starting_model()
        closed(a_source(), 60, 0)
        measure()
        assert starting_model() == before != current_model()


def test_close_rates_are_the_accounts_own(scored_account: SimpleNamespace) -> None:
    with scope(scored_account.account), clock.at(NOW):
        closed(a_source(), 10, 30)
        measure()
    with scope(an_account("globex")):
        assert close_rates() == ()
