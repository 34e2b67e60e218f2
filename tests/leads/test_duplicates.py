"""Who comes back under another address, number or spelling: attached, put before a person, or new."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from events.models import Event
from events.record import SYSTEM
from leads import duplicates
from leads.capture import capture
from leads.duplicates_page import in_order, pair_of
from leads.jobs import find_duplicates
from leads.models import Company, CustomField, Lead, Merge, Status, Submission, Suspicion
from tenancy import clock
from tenancy.models import Account
from tenancy.scope import scope
from tests.factories import a_source


def asked(**facts: Any) -> Lead:
    """Somebody asks, and the duplicates of him or her are looked for."""
    lead = capture(facts, source=a_source(), channel="api", by=SYSTEM).lead
    find_duplicates([lead.pk])
    lead.refresh_from_db()
    return lead


@pytest.mark.usefixtures("in_scope")
def test_the_same_name_and_number_without_another_address_is_one_lead() -> None:
    first = asked(name="Ada King", phone="+44 20 7183 8750", email="ada@example.com")
    second = asked(name="King, Ada", phone="020 7183 8750", message="It is me again")
    first.refresh_from_db()
    assert (second.status, first.message) == (Status.MERGED, "It is me again")
    assert Submission.objects.filter(lead=first).count() == 2
    assert Event.objects.filter(kind="lead.repeated", lead_id=first.pk).count() == 1
    assert not Suspicion.objects.exists()


@pytest.mark.usefixtures("in_scope")
def test_side_by_side_facts_are_written_as_people_read_them() -> None:
    for name in ("ada", "a.king"):
        asked(name="Ada King", email=f"{name}@example.com", phone="+442071838750", value="67000 EUR", budget="5000 EUR")
    shown = {row["name"]: row["ours"] for row in pair_of(Suspicion.objects.get(), {})["rows"]}
    assert (shown["phone"], shown["value"]) == ("+44 20 7183 8750", "67,000 EUR")
    assert "minor" not in shown["budget"]


@pytest.mark.usefixtures("in_scope")
def test_different_addresses_are_put_before_a_person() -> None:
    asked(name="Ada King", email="ada@example.com", phone="+44 20 7183 8750")
    asked(name="Ada King", email="a.king@example.com", phone="+44 20 7183 8750")
    assert not Merge.objects.exists()
    assert "Different e-mail addresses" in Suspicion.objects.get().reasons


@pytest.mark.usefixtures("in_scope")
def test_a_switchboards_number_alone_is_no_suspicion() -> None:
    asked(name="Ada King", email="ada@example.com", phone="+44 20 7183 8750")
    asked(name="Grace Hopper", email="grace@example.com", phone="+44 20 7183 8750")
    assert not Suspicion.objects.exists()


@pytest.mark.usefixtures("in_scope")
def test_a_like_name_at_the_same_firm_is_suspected_whatever_the_address() -> None:
    asked(name="Ada King", email="ada@example.com")
    asked(name="Ada Kng", company="Example Ltd", email="ada.king@gmail.com")
    Company.objects.filter(domain="").update(name_norm="example")
    Company.objects.filter(domain="example.com").update(name_norm="example")
    asked(name="Ada King", company="Example GmbH", email="king@gmail.com")
    assert Suspicion.objects.exists()


@pytest.mark.usefixtures("in_scope")
def test_the_accounts_thresholds_decide() -> None:
    duplicates.set_rule(attach=100, review=97)
    asked(name="Ada King", phone="+44 20 7183 8750", email="ada@example.com")
    asked(name="Ada King", phone="+44 20 7183 8750")
    assert not Merge.objects.exists()
    assert not Suspicion.objects.exists()


@pytest.mark.usefixtures("in_scope")
def test_what_was_answered_is_not_asked_again() -> None:
    asked(name="Ada King", email="ada@example.com", phone="+44 20 7183 8750")
    second = asked(name="Ada King", email="a.king@example.com", phone="+44 20 7183 8750")
    assert duplicates.waiting() == 1
    assert duplicates.tell_apart(Suspicion.objects.get())
    find_duplicates([second.pk])
    assert duplicates.waiting() == 0


@pytest.mark.usefixtures("in_scope")
def test_a_won_lead_is_left_alone() -> None:
    first = asked(name="Ada King", phone="+44 20 7183 8750", email="ada@example.com")
    Lead.objects.filter(pk=first.pk).update(status=Status.WON)
    second = asked(name="Ada King", phone="+44 20 7183 8750")
    assert second.status == Status.OPEN
    assert Suspicion.objects.count() == 1


@pytest.mark.usefixtures("in_scope")
def test_many_are_compared_in_as_many_statements_as_one(django_assert_max_num_queries: Any) -> None:
    facts = [{"name": f"Ada {word}", "email": f"{word}@example.com".lower()} for word in ("Byron", "Okafor", "Lindt")]
    leads = [capture(one, source=a_source(), channel="api", by=SYSTEM).lead.pk for one in facts]
    with django_assert_max_num_queries(4):
        find_duplicates(leads)


@pytest.mark.usefixtures("in_scope")
def test_three_of_one_person_in_one_batch_are_one_lead() -> None:
    sent = {"name": "Ada King", "phone": "+44 20 7183 8750"}
    leads = [capture(sent, source=a_source(), channel="api", by=SYSTEM).lead.pk for _ in range(3)]
    find_duplicates(leads)
    find_duplicates(leads)
    assert Lead.objects.open().count() == 1
    assert duplicates.waiting() == 0


@pytest.mark.usefixtures("in_scope")
def test_who_attached_brings_an_address_along_that_others_differ_from() -> None:
    """Three of one number and name, the first without an address, looked at in one go."""
    leads = [
        capture(
            {"name": "Ada King", "phone": "+44 20 7183 8750", "email": email}, source=None, channel="api", by=SYSTEM
        )
        for email in ("", "ada@example.com", "a.king@example.com")
    ]
    find_duplicates([one.lead.pk for one in leads])
    assert set(Lead.objects.open().values_list("contact__email", flat=True)) == {
        "ada@example.com",
        "a.king@example.com",
    }
    assert duplicates.waiting() == 1


@pytest.fixture
def page(cast: SimpleNamespace, account: Account) -> Client:
    with scope(account):
        asked(name="Ada King", email="ada@example.com", phone="+44 20 7183 8750", budget="9k")
        asked(name="Ada King", email="a.king@example.com", phone="+44 20 7183 8750", budget="10k")
    client = Client()
    client.force_login(cast.rita.user)
    return client


def test_the_queue_shows_both_side_by_side(page: Client) -> None:
    shown = page.get("/acme/duplicates/").content.decode()
    assert "ada@example.com" in shown
    assert "a.king@example.com" in shown
    assert "Different e-mail addresses" in shown


def test_a_person_merges_fact_by_fact_and_takes_it_back(page: Client, account: Account) -> None:
    with scope(account):
        pair = Suspicion.objects.get().public_id
    page.post(f"/acme/duplicates/{pair}/merge/", {"budget": "theirs"})
    with scope(account):
        kept = Lead.objects.open().get()
        assert kept.budget == "10k"
        made = Merge.objects.get().public_id
        gone = Merge.objects.get().other.public_id
    assert "Merged lately" in page.get("/acme/duplicates/").content.decode()
    assert page.get(f"/acme/leads/{gone}/")["Location"].endswith(f"/leads/{kept.public_id}/")
    page.post(f"/acme/merges/{made}/undoing/")
    with scope(account):
        assert Lead.objects.open().count() == 2
        assert duplicates.waiting() == 1


def test_the_lead_page_says_quietly_that_somebody_may_be_the_same(page: Client, account: Account) -> None:
    with scope(account):
        asked(name="Grace Hopper", email="grace@example.org")
        asked(name="Grace Hopper", email="hopper@example.org", company="Example")
        one = Lead.objects.get(contact__email="ada@example.com").public_id
    shown = page.get(f"/acme/leads/{one}/").content.decode()
    assert "Perhaps somebody we know already." in shown
    assert f"/acme/duplicates/?lead={one}" in shown
    asked_about = page.get(f"/acme/duplicates/?lead={one}").content.decode()
    assert ("a.king@example.com" in asked_about, "grace@example.org" in asked_about) == (True, False)
    with scope(account):
        duplicates.tell_apart(Suspicion.objects.get(first__contact__email="ada@example.com"))
    assert "Perhaps somebody we know" not in page.get(f"/acme/leads/{one}/").content.decode()


def test_a_mistyped_link_shows_all_pairs(page: Client) -> None:
    assert "a.king@example.com" in page.get("/acme/duplicates/?lead=lead_x").content.decode()


def test_the_queue_asks_no_more_of_a_long_list(page: Client, account: Account) -> None:
    def statements() -> int:
        with CaptureQueriesContext(connection) as made:
            assert page.get("/acme/duplicates/").status_code == 200
        return len(made)

    before = statements()
    with scope(account):
        for number in range(3):
            asked(name="Ada King", email=f"ada{number}@example.com", phone="+44 20 7183 8750", budget="10k")
    assert statements() <= before


def test_two_people_stay_two(page: Client, account: Account) -> None:
    with scope(account):
        pair = Suspicion.objects.get().public_id
    page.post(f"/acme/duplicates/{pair}/difference/")
    with scope(account):
        assert Lead.objects.open().count() == 2
        assert duplicates.waiting() == 0


def test_a_page_left_open_means_the_sides_it_shows(page: Client, account: Account) -> None:
    """Since it was opened the lead that it would keep was closed, and with that the other would be kept."""
    with scope(account):
        pair = Suspicion.objects.get()
        kept, other = in_order(pair)
        kept.disqualify(reason="not_a_fit", by=SYSTEM)
        other.disqualify(reason="not_a_fit", by=SYSTEM)
        other.reopen(by=SYSTEM, reason="Enquired again")
    said = {"kept": kept.public_id, "budget": "theirs"}
    refused = page.post(f"/acme/duplicates/{pair.public_id}/merge/", said, follow=True)
    assert "An open lead would vanish in a closed one." in refused.content.decode()
    with scope(account):
        kept.reopen(by=SYSTEM, reason="Enquired again")
        Lead.objects.filter(pk=other.pk).update(status=Status.LOST)
        Lead.objects.filter(pk=kept.pk).update(captured_at=clock.now())
    page.post(f"/acme/duplicates/{pair.public_id}/merge/", said)
    with scope(account):
        assert Lead.objects.open().get().budget == "10k"


def test_who_answers_after_a_colleague_is_told_what_is_true(page: Client, account: Account) -> None:
    with scope(account):
        pair = Suspicion.objects.get().public_id
    page.post(f"/acme/duplicates/{pair}/merge/")
    late = page.post(f"/acme/duplicates/{pair}/difference/", follow=True).content.decode()
    assert "They are one lead by now." in late
    assert "They stay two leads." not in late


def test_own_facts_are_chosen_side_by_side_too(page: Client, account: Account) -> None:
    with scope(account):
        CustomField.objects.create(key="vpn", label="Has a VPN", type="boolean")
        pair = Suspicion.objects.get()
        for lead, has in zip(in_order(pair), (True, False), strict=True):
            Lead.objects.filter(pk=lead.pk).update(custom={"vpn": has})
    shown = page.get("/acme/duplicates/").content.decode()
    assert "Has a VPN" in shown
    assert 'name="custom.vpn"' in shown
    page.post(f"/acme/duplicates/{pair.public_id}/merge/", {"custom.vpn": "theirs"})
    with scope(account):
        assert Lead.objects.open().get().custom == {"vpn": False}


def test_marketing_sees_the_queue_and_may_not_answer(page: Client, cast: SimpleNamespace, account: Account) -> None:
    with scope(account):
        pair = Suspicion.objects.get().public_id
    page.force_login(cast.mo.user)
    assert page.get("/acme/duplicates/").status_code == 200
    assert page.post(f"/acme/duplicates/{pair}/merge/").status_code == 403
