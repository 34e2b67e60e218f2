"""Two leads become one, and two again as if nothing had been."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest

from events.models import Event
from followups.models import Enrolment
from leads.capture import capture
from leads.merging import CannotMerge, merge, undo
from leads.merging.kin import where_to
from leads.models import Activity, Contact, Lead, Merge, Source, Stakeholder, Status, Submission
from pipeline.models import Deal, Task
from routing.models import Timer
from scoring.models import Receipt
from tenancy import clock
from tests.leads.merging.content import content, differences
from tests.leads.test_twins import at_once


def snapshot(within: Any) -> Any:
    with within():
        return content()


def test_the_kept_lead_has_both_histories(two: Any, within: Any, by: Any, anew: Any) -> None:
    with within():
        two.other.log_activity(kind="note", body="Met at the fair", by=by)
        two.other.add_stakeholder(name="Grace", role="technical", by=by)
        Task.objects.create(lead=two.other, title="Send the deck")
    with within():
        merge(two.other, two.kept, by=by)
    with within():
        kept = Lead.objects.get(pk=two.kept.pk)
        assert Submission.objects.filter(lead=kept).count() == 2
        assert set(Activity.objects.filter(lead=kept).values_list("kind", flat=True)) >= {"note"}
        assert Stakeholder.objects.get().lead_id == kept.pk
        assert Task.objects.get(title="Send the deck").lead_id == kept.pk
        assert Event.objects.filter(kind="lead.merged", lead_id=kept.pk).exists()
    assert anew(two.other).status == Status.MERGED


def test_unknown_facts_come_from_the_other_and_chosen_ones_in_any_case(
    two: Any, within: Any, by: Any, anew: Any
) -> None:
    with within():
        merge(two.other, two.kept, by=by, take=["message"])
    kept = anew(two.kept)
    assert (kept.contact.phone_e164, kept.budget, kept.message) == (
        "+442071838750",
        "50k",
        "Urgent: please call about a demo",
    )
    assert (kept.contact.job_title, kept.contact.email) == ("CTO", "ada@example.com")


def test_the_address_of_choice_and_its_optout_change_places(two: Any, within: Any, by: Any, anew: Any) -> None:
    with within():
        Contact.objects.get(pk=two.other.contact_id).unsubscribe(by=by)
    with within():
        made = merge(two.other, two.kept, by=by, take=["email"])
    assert anew(two.kept).contact.email_norm == "a.king@example.com"
    assert anew(two.kept).contact.unsubscribed_at
    assert anew(two.other).contact.email_norm == "ada@example.com"
    with within():
        undo(made, by=by)
    assert (anew(two.kept).contact.email_norm, anew(two.kept).contact.unsubscribed_at) == ("ada@example.com", None)
    assert anew(two.other).contact.unsubscribed_at


def test_one_open_deal_one_cadence_one_clock_are_left(two: Any, within: Any, by: Any, anew: Any) -> None:
    with within():
        assert Deal.objects.open().count() == 2
        merge(two.other, two.kept, by=by)
    with within():
        assert Deal.objects.open().get().lead_id == two.kept.pk
        assert set(Enrolment.objects.filter(ended_at=None).values_list("lead", flat=True)) <= {two.kept.pk}
        assert Timer.objects.get(lead=two.kept, clock="first_response").kept_at is None


def test_a_lead_without_a_deal_takes_over_the_others(ask: Any, within: Any, by: Any, anew: Any) -> None:
    kept, other = ask("ada@example.com"), ask("a.king@example.com")
    with within():
        deal = Deal.objects.get(lead=kept)
        deal.lose(by=by, reason="Price")
    before = snapshot(within)
    with within():
        with pytest.raises(CannotMerge, match="vanish"):
            merge(other, kept, by=by)
        made = merge(kept, other, by=by)
    with within():
        assert Deal.objects.open().get().lead_id == other.pk
        undo(made, by=by)
    assert not differences(before, snapshot(within))


@pytest.mark.parametrize("there", [True, False])
def test_undoing_restores_everything_in_both_directions(two: Any, within: Any, by: Any, there: bool) -> None:
    other, kept = (two.other, two.kept) if there else (two.kept, two.other)
    with within():
        Task.objects.create(lead=other, title="Send the deck", due_at=clock.now() + timedelta(days=2))
        other.log_activity(kind="call", outcome="spoke", by=by)
    before = snapshot(within)
    with within():
        made = merge(other, kept, by=by, take=["message", "email", "name", "phone", "company"])
    assert differences(before, snapshot(within))
    with within():
        assert undo(made, by=by)
    assert not differences(before, snapshot(within))
    with within():
        assert not undo(made, by=by)


def test_what_came_in_between_stays_and_nothing_else_differs(two: Any, within: Any, by: Any) -> None:
    before = snapshot(within)
    with within():
        made = merge(two.other, two.kept, by=by)
    with within():
        note = Lead.objects.get(pk=two.kept.pk).log_activity(kind="note", body="Called back", by=by)
    with within():
        undo(made, by=by)
    with within():
        note.refresh_from_db()
        assert note.lead_id == two.kept.pk
        assert not differences(before, content(without=(note,)))


def test_a_fact_changed_in_between_stays_changed(two: Any, within: Any, by: Any, anew: Any) -> None:
    with within():
        made = merge(two.other, two.kept, by=by)
    with within():
        Lead.objects.with_people().get(pk=two.kept.pk).change({"budget": "80k"}, by=by)
    with within():
        undo(made, by=by)
    assert (anew(two.kept).budget, anew(two.other).budget) == ("80k", "50k")


def test_a_merged_lead_s_enquiry_goes_to_the_kept_lead_and_comes_home(two: Any, ask: Any, within: Any, by: Any) -> None:
    before = snapshot(within)
    with within():
        made = merge(two.other, two.kept, by=by)
    again = ask("a.king@example.com", message="Me again", product="backup")
    assert again.pk == two.kept.pk
    with within():
        undo(made, by=by)
    with within():
        kept, other = Lead.objects.get(pk=two.kept.pk), Lead.objects.get(pk=two.other.pk)
        assert (kept.message, kept.product) == ("A first question", "")
        assert (other.message, other.product) == ("Me again", "backup")
        late = Submission.objects.get(raw__message="Me again")
        assert late.lead_id == other.pk
        left = differences(before, content(without=(late,)))
        assert not [line for line in left if str(two.kept.pk) in line]


def test_what_an_enquiry_says_is_news_to_whoever_sent_it_though_the_kept_lead_knew_it(
    two: Any, ask: Any, within: Any, by: Any, anew: Any
) -> None:
    third = ask("king@example.org")
    with within():
        made = merge(third, two.kept, by=by)
    ask("king@example.org", job_title="Head of Finance", territory="North")
    assert anew(two.kept).contact.job_title == "CTO"
    with within():
        undo(made, by=by)
    assert (anew(third).contact.job_title, anew(third).territory) == ("Head of Finance", "North")
    assert (anew(two.kept).contact.job_title, anew(two.kept).territory) == ("CTO", "")


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_two_merges_are_undone_in_any_order(two: Any, ask: Any, within: Any, by: Any, order: tuple[int, int]) -> None:
    third = ask("king@example.org", product="backup", budget="9k")
    before = snapshot(within)
    with within():
        first = merge(two.other, two.kept, by=by)
    with within():
        second = merge(third, two.kept, by=by, take=["budget", "message"])
    for number in order:
        with within():
            undo((first, second)[number], by=by)
    assert not differences(before, snapshot(within))


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_the_links_of_a_chain_are_undone_in_any_order(
    two: Any, ask: Any, within: Any, by: Any, anew: Any, order: tuple[int, int]
) -> None:
    third = ask("king@example.org", product="backup", budget="9k")
    before = snapshot(within)
    with within():
        first = merge(two.other, two.kept, by=by, take=["message", "phone"])
        second = merge(two.kept, third, by=by, take=["message", "company"])
    for number in order:
        with within():
            assert undo((first, second)[number], by=by)
    assert not differences(before, snapshot(within))


def test_the_first_of_a_chain_comes_back_from_the_far_end(two: Any, ask: Any, within: Any, by: Any, anew: Any) -> None:
    third = ask("king@example.org", product="backup")
    with within():
        first = merge(two.other, two.kept, by=by)
        merge(two.kept, third, by=by)
    with within():
        undo(first, by=by)
    with within():
        other, kept, far = anew(two.other), anew(two.kept), anew(third)
        assert (other.status, kept.status, far.status) == (Status.OPEN, Status.MERGED, Status.OPEN)
        assert Submission.objects.get(lead=other).raw["email"] == "a.king@example.com"
        assert Submission.objects.filter(lead=far).count() == 2
        assert Deal.objects.open().filter(lead=other).count() == 1
        assert (other.budget, far.budget, far.contact.phone_e164) == ("50k", "", "")


def test_whoever_was_merged_twice_over_is_still_found(two: Any, ask: Any, within: Any, by: Any) -> None:
    third = ask("king@example.org")
    with within():
        merge(two.other, two.kept, by=by)
        merge(two.kept, third, by=by)
    assert ask("a.king@example.com").pk == third.pk


def test_where_many_went_is_asked_for_all_links_of_their_chain_at_once(
    two: Any, ask: Any, within: Any, by: Any, django_assert_num_queries: Any
) -> None:
    chain = [*(ask(f"king{number}@example.org") for number in range(3)), two.other, two.kept]
    with within():
        for one, into in pairwise(chain):
            merge(one, into, by=by)
    ids = [one.pk for one in chain]
    with within(), django_assert_num_queries(1):
        assert where_to(ids) == dict.fromkeys(ids, two.kept.pk)
    with within():
        assert where_to(ids[:3]) == dict.fromkeys(ids[:3], two.kept.pk)
        assert where_to(ids[:1]) == {ids[0]: two.kept.pk}


def test_a_lead_is_not_merged_into_itself_nor_twice(two: Any, ask: Any, within: Any, by: Any) -> None:
    third = ask("king@example.org")
    with within():
        with pytest.raises(CannotMerge, match="itself"):
            merge(two.kept, two.kept, by=by)
        merge(two.other, two.kept, by=by)
        with pytest.raises(CannotMerge, match="already"):
            merge(two.other, third, by=by)


def test_two_merges_at_once_make_one(two: Any, within: Any, by: Any) -> None:
    def one(number: int) -> str:
        pair = (two.other, two.kept) if number % 2 else (two.kept, two.other)
        try:
            with within():
                merge(*pair, by=by)
        except CannotMerge:
            return "refused"
        return "merged"

    assert sorted(at_once(4, one)) == ["merged", "refused", "refused", "refused"]
    with within():
        assert Merge.objects.count() == 1


def test_an_enquiry_during_a_merge_is_not_lost_nor_a_third_lead(two: Any, ask: Any, within: Any, by: Any) -> None:
    def one(number: int) -> None:
        if number:
            ask("a.king@example.com", message=f"Message {number}")
            return
        with within():
            merge(two.other, two.kept, by=by)

    at_once(4, one)
    with within():
        assert Lead.objects.count() == 2
        assert Submission.objects.filter(lead=two.kept).count() == 5


def test_receipts_of_a_merged_lead_do_not_outlive_the_merge(two: Any, within: Any, by: Any) -> None:
    with within():
        known = set(Receipt.objects.values_list("pk", flat=True))
        made = merge(two.other, two.kept, by=by)
    with within():
        assert Receipt.objects.filter(lead=two.kept).exclude(pk__in=known).exists()
        undo(made, by=by)
    with within():
        assert set(Receipt.objects.values_list("pk", flat=True)) == known


def test_sources_of_both_keep_their_credit(two: Any, within: Any, by: Any) -> None:
    with within():
        friend = Source.objects.create(name="Ada's friend", kind="referral")
        facts = {"email": "king@example.org"}
        referred = capture(facts, source=friend, channel="api", by=by).lead
        merge(referred, two.kept, by=by)
        assert Submission.objects.filter(lead=two.kept).values_list("source").distinct().count() == 2
