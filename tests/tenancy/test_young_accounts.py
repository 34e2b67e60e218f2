"""An account that came after PostgreSQL last took its statistics is not read whole to find somebody in it."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest
from django.db import connection, transaction

from leads.models import Contact
from tenancy.inserting import draft, insert_all
from tenancy.knowing import rows_among
from tenancy.models import Account
from tenancy.prepared import plan_anew
from tenancy.scope import scope

pytestmark = pytest.mark.django_db(transaction=True)
MANY = 3_000


@pytest.fixture
def young(role_urls: dict[str, str]) -> Account:
    """Full, and as far as the statistics know there is nothing in it."""
    old, young = (Account.objects.create(name=name, slug=name) for name in ("old", "young"))
    fill(old)
    with psycopg.connect(role_urls["owner"], autocommit=True) as owner:
        owner.execute("ANALYZE contact")
    fill(young)
    return young


def fill(account: Account) -> None:
    with scope(account):
        insert_all([draft(Contact, **somebody(number)) for number in range(MANY)])


def somebody(number: int) -> dict[str, str]:
    address = f"person{number}@example.com"
    return {"name": f"Person {number}", "name_norm": f"person {number}", "email": address, "email_norm": address}


@pytest.mark.parametrize("column", ["email_norm", "name_norm", "id"])
def test_only_who_is_asked_for_is_read(young: Account, column: str) -> None:
    with scope(young):
        wanted = list(Contact.objects.values_list(column, flat=True)[:200])
    for _ in range(8):  # also once it is prepared
        with scope(young), transaction.atomic():
            plan_anew()
            before = rows_read()
            assert len(rows_among(Contact, **dict[str, Any]({column: wanted}))) == 200
            assert rows_read() - before == 200


def rows_read() -> int:
    """Rows of contact that this transaction looked at."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT seq_tup_read + idx_tup_fetch FROM pg_stat_xact_user_tables WHERE relname = 'contact'")
        return int(cursor.fetchone()[0])
