"""Many rows in one statement say what the same rows say one by one."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from leads.models import Company, Contact, Lead, Source, SourceKind, Submission
from tenancy import clock
from tenancy.inserting import blank, draft, insert_all, insert_values
from tenancy.models import Account
from tenancy.scope import scope
from tests.factories import an_account

pytestmark = pytest.mark.django_db

AT = datetime(2026, 3, 2, 9, 30, 0, 250_000, tzinfo=UTC)


def test_what_is_inserted_is_what_was_meant(account: Account) -> None:
    with scope(account):
        rows = [
            Company(name="Berg “&” Söhne\n\t\\u0041 %s", name_norm="", headcount=12, created_at=AT),
            Company(name='it\'s {"json"}', domain="it.example", headcount=None, created_at=AT),
        ]
        insert_all(rows)
        for row in rows:
            kept = Company.objects.get(pk=row.pk)
            assert {**kept.__dict__, "_state": None} == {**row.__dict__, "_state": None}


def test_lists_and_objects_stay_json(account: Account) -> None:
    with scope(account):
        insert_all([Source(name=name, kind=SourceKind.API, mapping={"a": [name, 1, None]}) for name in ("x", "y")])
        assert Source.objects.get(name="y").mapping == {"a": ["y", 1, None]}


def test_one_and_true_stay_apart_in_json(account: Account) -> None:
    with scope(account):
        told = {"x": 1, "y": True}
        insert_all([Source(name=name, kind=SourceKind.API, mapping={"a": said}) for name, said in told.items()])
        assert Source.objects.get(name="y").mapping["a"] is True


def test_a_thousand_rows_are_one_statement(account: Account) -> None:
    with scope(account), CaptureQueriesContext(connection) as asked:
        insert_all([Contact(name=f"P {number}") for number in range(1000)])
    assert len([query for query in asked if "INSERT" in query["sql"]]) == 1
    with scope(account):
        assert Contact.objects.count() == 1000


def test_nothing_is_no_statement(account: Account) -> None:
    with scope(account), CaptureQueriesContext(connection) as asked:
        insert_all([])
        insert_values(Company, [], tail="ON CONFLICT DO NOTHING")
    assert not [query for query in asked if "INSERT" in query["sql"]]


def test_constraints_and_lengths_hold(account: Account) -> None:
    with scope(account):
        insert_all([Company(name="A", domain="a.example")])
        with pytest.raises(IntegrityError), transaction.atomic():
            insert_all([Company(name="B", domain="a.example")])


def test_what_is_too_long_is_refused(account: Account) -> None:
    with scope(account), pytest.raises(DatabaseError), transaction.atomic():
        insert_all([Company(name="x" * 201)])


def test_a_tail_lets_known_ones_pass(account: Account) -> None:
    with scope(account):
        same = blank(Company, name="A", domain="a.example")
        rows = [same | {"id": uuid4()}, same | {"id": uuid4(), "domain": "b.example"}]
        insert_values(Company, rows[:1])
        insert_values(Company, [rows[0] | {"id": uuid4()}, rows[1]], tail="ON CONFLICT DO NOTHING")
        assert Company.objects.count() == 2


def test_no_row_gets_into_another_account(account: Account) -> None:
    with scope(account):
        mine = Company(name="Mine")
    with scope(an_account("other")), pytest.raises(DatabaseError), transaction.atomic():
        insert_all([mine])


@pytest.mark.parametrize("model", [Company, Contact, Lead, Source, Submission])
def test_a_draft_is_what_the_model_would_have_made(account: Account, model: type[Any]) -> None:
    with scope(account), clock.at(AT):
        one, other = draft(model), model()
        assert {**one.__dict__, "_state": None, "id": None} == {**other.__dict__, "_state": None, "id": None}
        assert one.account is account
        assert one._state.adding
        assert one.pk != draft(model).pk


def test_drafts_share_nothing_that_can_change(account: Account) -> None:
    with scope(account):
        one, other = draft(Lead, message="A"), draft(Lead, message="B")
    one.custom["sites"] = 3
    assert (one.message, other.message, other.custom) == ("A", "B", {})


def test_a_draft_points_at_its_relations(account: Account) -> None:
    with scope(account):
        firm = draft(Company, name="Berg")
        person = draft(Contact, company=firm)
        insert_all([firm])
        insert_all([person])
        assert person.company is firm
        assert Contact.objects.get(pk=person.pk).company == firm
        assert draft(Contact, company=None).company_id is None
