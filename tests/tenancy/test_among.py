"""Many ids in one array select what they select one by one."""

from __future__ import annotations

from typing import Any

import pytest

from leads.models import Contact, Lead
from tenancy.ids import uuid7
from tenancy.models import Account
from tests.factories import a_lead

pytestmark = pytest.mark.usefixtures("in_scope")


def test_among_is_in() -> None:
    leads = [a_lead() for _ in range(3)]
    wanted = [leads[0].pk, leads[2].pk, uuid7()]
    assert set(Lead.objects.filter(pk__among=wanted)) == {leads[0], leads[2]}
    assert Lead.objects.exclude(pk__among=wanted).get() == leads[1]
    assert Lead.objects.filter(contact__among=[leads[1].contact_id]).get() == leads[1]
    assert Contact.objects.filter(leads__among=[leads[1].pk]).get() == leads[1].contact


def test_postgresql_is_told_that_no_word_is_blank(account: Account) -> None:
    """Else it can't use an index of what is not blank, and reads all people of the account instead."""
    addresses = [f"person{number}@kestrel.example" for number in range(9)]
    Contact.objects.bulk_create([Contact(account=account, email=one, email_norm=one) for one in addresses])
    asked = Contact.objects.filter(email_norm__among=addresses[7:])
    plan = asked.explain()
    assert "<> ''" in plan or "contact_email" in plan  # which implies it
    assert asked.count() == 2


def test_among_words_one_of_which_is_blank(account: Account) -> None:
    nameless, other = a_lead(email="", phone="+49405550142"), a_lead()
    words = ["", other.contact.email_norm]
    assert Contact.objects.filter(email_norm__among=words).count() == 2
    assert Contact.objects.exclude(email_norm__among=[""]).get() == other.contact
    assert Contact.objects.exclude(email_norm__among=["x@y.example"]).count() == 2
    assert nameless.contact.email_norm == ""


def test_among_nothing_is_nobody_and_asks_nothing(django_assert_num_queries: Any) -> None:
    a_lead()
    with django_assert_num_queries(0):
        assert not list(Lead.objects.filter(pk__among=[]))
