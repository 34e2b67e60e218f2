"""Who asks again, by what became of the lead before: product.md, section 1, line by line."""

from __future__ import annotations

from typing import Any

import pytest

from events.models import Event
from events.record import SYSTEM
from leads.capture import Captured, capture
from leads.intake.sorting import put_aside, restore
from leads.merging import merge
from leads.models import Contact, Lead, Status, Submission, Track
from tests.factories import a_source

pytestmark = pytest.mark.usefixtures("in_scope")
ADA = {"name": "Ada King", "email": "ada@example.com"}


def asks(*, source: str = "Website", spam: str = "", **facts: Any) -> Captured:
    return capture(ADA | facts, source=a_source(source), channel="api", by=SYSTEM, spam=spam)


@pytest.mark.parametrize(
    ("was", "is_new", "status", "reopened"),
    [
        ({"status": Status.OPEN}, False, Status.OPEN, False),
        ({"status": Status.OPEN, "track": Track.NURTURE}, False, Status.OPEN, False),
        ({"status": Status.DISQUALIFIED, "disqualified_reason": "No need"}, False, Status.OPEN, True),
        ({"status": Status.WON}, True, Status.WON, False),
        ({"status": Status.LOST}, True, Status.LOST, False),
        ({"status": Status.SPAM}, True, Status.SPAM, False),
    ],
)
def test_the_state_of_the_lead_before_decides(was: dict[str, Any], is_new: bool, status: str, reopened: bool) -> None:
    first = asks(message="One").lead
    Lead.objects.filter(pk=first.pk).update(**was)
    again = asks(message="Two", source="Fair")
    first.refresh_from_db()
    assert (again.lead.pk != first.pk, again.duplicate_of is None) == (is_new, is_new)
    assert (first.status, first.disqualified_reason) == (status, "")
    assert Event.objects.filter(kind="lead.reopened", lead_id=first.pk).exists() == reopened
    assert Event.objects.filter(kind="lead.repeated", lead_id=first.pk).exists() == (not is_new)
    assert again.lead.contact_id == first.contact_id
    assert Contact.objects.count() == 1
    assert set(Submission.objects.values_list("source__name", flat=True)) == {"Website", "Fair"}


def test_of_several_leads_the_open_one_gets_it() -> None:
    Lead.objects.filter(pk=asks().lead.pk).update(status=Status.WON)
    second = asks().lead
    assert asks().duplicate_of == second


def test_spam_of_somebody_with_an_open_lead_is_one_more_enquiry_of_it_once_restored() -> None:
    lead = asks(message="One").lead
    spam = asks(message="Two", spam="Too fast").lead
    assert spam.pk != lead.pk
    assert restore([spam], by=SYSTEM) == 1
    lead.refresh_from_db()
    assert Lead.objects.open().get() == lead
    assert lead.message == "Two"
    assert Submission.objects.filter(lead=lead).count() == 2
    assert Event.objects.filter(kind="lead.repeated", lead_id=lead.pk).count() == 1


def test_restored_spam_follows_a_lead_that_was_merged_away() -> None:
    lead = asks().lead
    other = asks(email="a.king@example.com").lead
    spam = asks(spam="Too fast").lead
    merge(lead, other, by=SYSTEM)
    restore([spam], by=SYSTEM)
    assert Lead.objects.open().get() == other
    assert Submission.objects.filter(lead=other).count() == 3


@pytest.mark.parametrize(("status", "open_leads"), [(Status.DISQUALIFIED, 1), (Status.WON, 1), (Status.LOST, 1)])
def test_restored_spam_meets_a_closed_lead_as_any_enquiry_does(status: str, open_leads: int) -> None:
    lead = asks().lead
    spam = asks(spam="Too fast").lead
    Lead.objects.filter(pk=lead.pk).update(status=status)
    restore([spam], by=SYSTEM)
    assert Lead.objects.open().count() == open_leads
    assert (Lead.objects.open().get() == lead) == (status == Status.DISQUALIFIED)


def test_restored_spam_of_a_stranger_stands_for_itself() -> None:
    spam = asks(spam="Too fast").lead
    assert restore([spam], by=SYSTEM) == 1
    assert Lead.objects.open().get() == spam


def test_of_two_that_a_person_put_aside_both_come_back_as_one() -> None:
    one = asks(message="One").lead
    put_aside([one], by=SYSTEM)
    two = asks(message="Two").lead
    put_aside([two], by=SYSTEM)
    spam = list(Lead.objects.filter(status=Status.SPAM).order_by("id"))
    assert restore(spam, by=SYSTEM) == 2
    assert Lead.objects.open().count() == 1
