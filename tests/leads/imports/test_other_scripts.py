"""Words of other scripts are told apart, too: members, own fields, remembered columns."""

from __future__ import annotations

import pytest

from leads.models import CustomField, FieldType, Lead
from tenancy.models import Account
from tenancy.scope import scope
from tests.factories import a_member
from tests.leads.imports.files import imported

pytestmark = pytest.mark.django_db(transaction=True)


def test_an_owner_is_nobody_but_who_is_named(account: Account) -> None:
    with scope(account):
        anna = a_member("Анна Смирнова", email="anna@acme.example")
    rows = [["Name", "E-mail", "Owner"], ["A", "a@example.com", "Иван Петров"], ["B", "b@example.com", "анна смирнова"]]
    imported(account, rows, history=True)
    with scope(account):
        owners = dict(Lead.objects.values_list("contact__name", "owner_id"))
    assert owners == {"A": None, "B": anna.pk}


def test_a_column_is_an_own_field_only_by_its_name(account: Account) -> None:
    with scope(account):
        CustomField.objects.create(key="city", label="Город", type=FieldType.TEXT)
    batch = imported(account, [["Имя", "Почта", "город"], ["Ада", "ada@example.com", "Минск"]])
    assert batch.mapping == {"Почта": "email", "город": "custom.city"}


def test_what_other_columns_were_is_not_remembered_of_these(account: Account) -> None:
    imported(account, [["Почта", "Имя"], ["ada@example.com", "Ада"]])
    assert imported(account, [["Город", "Адрес"], ["Минск", "bo@example.com"]]).mapping == {"Адрес": "email"}
