"""A row by what identifies it is the row that Django would have found."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from django.forms import model_to_dict

from accounts.models import Member, User
from leads.models import Contact, CustomField, Lead, Status
from leads.models.lead import WITH_PEOPLE
from tenancy.ids import uuid7
from tenancy.knowing import change_row, row_of, rows_among, rows_of
from tenancy.models import Account
from tenancy.scope import NoAccount, scope
from tests.factories import a_lead

pytestmark = pytest.mark.django_db


def test_it_is_what_django_finds(account: Account, cast: SimpleNamespace) -> None:
    Account.objects.filter(pk=account.pk).update(working={"holidays": "DE"})
    for _ in range(4):  # and after it is prepared
        found = row_of(Account, slug=account.slug)
        assert found
        assert model_to_dict(found) == model_to_dict(Account.objects.get(pk=account.pk))
        assert found.working == {"holidays": "DE"}
        assert row_of(User, id=cast.rita.user_id) == cast.rita.user


def test_what_is_none_must_be_empty(account: Account, cast: SimpleNamespace) -> None:
    with scope(account):
        assert row_of(Member, user_id=cast.rita.user_id, left_at=None) == cast.rita
        Member.objects.filter(pk=cast.rita.pk).update(left_at=cast.rita.joined_at)
        assert row_of(Member, user_id=cast.rita.user_id, left_at=None) is None


def test_there_may_be_none(account: Account) -> None:
    assert row_of(Account, slug="nobody") is None


def test_another_accounts_row_is_none_whatever_is_asked(account: Account, eve: Member) -> None:
    with scope(account):
        assert row_of(Member, user_id=eve.user_id) is None
        assert row_of(Member, account_id=eve.account_id, user_id=eve.user_id) is None


def test_a_tenants_row_is_not_asked_for_outside_of_an_account(eve: Member) -> None:
    with pytest.raises(NoAccount):
        row_of(Member, user_id=eve.user_id)


def test_what_it_points_at_comes_along(account: Account, cast: SimpleNamespace, django_assert_num_queries: Any) -> None:
    with scope(account):
        lead = a_lead(owner=cast.rita, company="Kestrel")
        bare = a_lead(email="", name="Bo", company="", owner=None)
        for _ in range(4):
            with django_assert_num_queries(1):
                found = row_of(Lead, id=lead.pk, along=WITH_PEOPLE, locked=True)
                assert found
                assert (found.owner, found.company, found.contact, found.source) == (
                    *(cast.rita, lead.company, lead.contact, lead.source),
                )
                assert model_to_dict(found) == model_to_dict(lead)
            alone = row_of(Lead, id=bare.pk, along=WITH_PEOPLE)
            assert alone
            assert (alone.owner, alone.company) == (None, None)
        assert row_of(Lead, id=cast.rita.pk, along=WITH_PEOPLE) is None


def test_all_rows_come_in_their_order(account: Account, eve: Member) -> None:
    for other, keys in ((account, ("b", "a", "c")), (eve.account, ("z",))):
        with scope(other):
            for place, key in enumerate(keys):
                CustomField.objects.create(key=key, label=key, type="choice", choices=[key, "x"], position=place % 2)
    with scope(account):
        for _ in range(4):
            found = rows_of(CustomField, "position", "id")
            assert [(row.key, row.choices) for row in found] == [(key, [key, "x"]) for key in ("b", "c", "a")]
            assert found == list(CustomField.objects.in_order())
        assert rows_of(CustomField, "id", key="nothing") == []


def test_rows_are_found_by_many_values(account: Account, cast: SimpleNamespace, eve: Member) -> None:
    with scope(account):
        leads = [a_lead(email=f"{name}@{name}.example", custom={"size": name}) for name in ("ada", "bo", "cy")]
        a_lead(email="")
        for _ in range(4):  # and after it is prepared
            found = rows_among(Contact, email_norm=["cy@cy.example", "ada@ada.example", "nobody@nobody.example", ""])
            assert {contact.email for contact in found} == {"ada@ada.example", "cy@cy.example"}
            same = rows_among(Lead, locked=True, id=[lead.pk for lead in reversed(leads)])
            assert [model_to_dict(lead) for lead in same] == [
                model_to_dict(lead) for lead in Lead.objects.order_by("pk")[:3]
            ]
        here, there = leads[0].source_id, uuid7()
        assert rows_among(Lead, id=[lead.pk for lead in leads], source_id=[there]) == []
        assert len(rows_among(Lead, id=[lead.pk for lead in leads], source_id=[there, here])) == 3


def test_among_no_values_and_among_blank_ones_there_is_nothing(
    account: Account, django_assert_num_queries: Any
) -> None:
    with scope(account):
        a_lead(email="")
        assert rows_among(Contact, email_norm=[""]) == []
        with django_assert_num_queries(0):
            assert rows_among(Contact, email_norm=[]) == []


def test_another_accounts_rows_are_not_among_them(account: Account, eve: Member) -> None:
    with scope(account):
        assert rows_among(Member, id=[eve.pk]) == []
    with pytest.raises(NoAccount):
        rows_among(Member, id=[eve.pk])


def test_a_row_is_changed_in_the_database_and_in_ones_hand(account: Account, cast: SimpleNamespace) -> None:
    with scope(account):
        lead, other = a_lead(owner=cast.rita), a_lead(email="bo@berg.example", owner=cast.rita)
        for number in range(4):
            changes = {"status": Status.LOST, "owner_id": None, "custom": {"a": [number, "é"]}, "tech_stack": ["x"]}
            change_row(lead, changes, message="message || '!'")
            found = Lead.objects.get(pk=lead.pk)
            assert (found.status, found.owner_id, found.custom, found.tech_stack) == (
                *("lost", None, {"a": [number, "é"]}, ["x"]),
            )
            assert (lead.status, lead.custom, found.message[-number - 1 :]) == (
                "lost",
                found.custom,
                "!" * (number + 1),
            )
        other.refresh_from_db()
        assert (other.status, other.owner_id) == ("open", cast.rita.pk)


def test_another_accounts_row_is_not_changed(account: Account, eve: Member) -> None:
    with scope(eve.account):
        lead = a_lead()
    with scope(account):
        change_row(lead, {"message": "Changed"})
    with scope(eve.account):
        assert Lead.objects.get(pk=lead.pk).message != "Changed"
