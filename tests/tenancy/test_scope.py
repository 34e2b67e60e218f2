"""Whose data: the manager, the setting in Postgres, and the keys each hold without the others."""

from collections.abc import Iterator

import psycopg
import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from accounts.models import Member, Team, User
from tenancy.models import Account
from tenancy.scope import NoAccount, account_in_scope, scope, unscoped

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def acme() -> Account:
    return Account.objects.create(name="Acme", slug="acme")


@pytest.fixture
def eves() -> Account:
    return Account.objects.create(name="Eve & Co", slug="eves")


@pytest.fixture
def acme_team(acme: Account, eves: Account) -> Iterator[Team]:
    with scope(eves):
        Team.objects.create(name="Eve's secret team")
    with scope(acme):
        yield Team.objects.create(name="North")


def test_outside_a_scope_nothing_is_answered(acme_team: Team) -> None:
    with unscoped("a test"), pytest.raises(NoAccount):
        Team.objects.count()


def test_a_scope_sees_its_own_rows_only(acme_team: Team, eves: Account) -> None:
    assert [team.name for team in Team.objects.all()] == ["North"]
    with scope(eves):
        assert [team.name for team in Team.objects.all()] == ["Eve's secret team"]


def test_leaving_a_scope_restores_the_one_before(acme_team: Team, acme: Account, eves: Account) -> None:
    with scope(eves):
        pass
    assert account_in_scope() == acme
    assert postgres_sees() == ["North"]


def test_an_error_in_an_inner_scope_restores_the_one_before(acme_team: Team, acme: Account, eves: Account) -> None:
    with pytest.raises(RuntimeError), scope(eves):
        raise RuntimeError
    assert account_in_scope() == acme
    assert postgres_sees() == ["North"]


def test_a_database_error_is_not_hidden_by_leaving(acme_team: Team, eves: Account) -> None:
    with pytest.raises(IntegrityError), scope(eves):
        Team.objects.create(name="Eve's secret team")
    assert postgres_sees() == ["North"]


def test_an_error_rolls_the_scope_back(acme: Account) -> None:
    with pytest.raises(ZeroDivisionError), scope(acme):
        Team.objects.create(name="South").name = 1 / 0
    with scope(acme):
        assert not Team.objects.exists()


def test_postgres_is_told_once_of_the_same_account(acme: Account, acme_team: Team) -> None:
    with CaptureQueriesContext(connection) as asked, scope(acme):
        assert postgres_sees() == ["North"]
    assert not [query for query in asked.captured_queries if "app.account_id" in query["sql"]]
    with unscoped("a test"), scope(acme):
        assert postgres_sees() == ["North"]


def test_the_setting_ends_with_the_transaction(acme: Account) -> None:
    with scope(acme):
        Team.objects.create(name="North")
    assert postgres_sees() == []


def test_rows_of_others_are_invisible_and_unwritable_to_raw_sql(acme_team: Team, eves: Account) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM team WHERE account_id = %s", [eves.pk])
        assert cursor.fetchone() == (0,)
        cursor.execute("UPDATE team SET name = 'mine now' WHERE account_id = %s", [eves.pk])
        assert cursor.rowcount == 0
        with pytest.raises(Exception, match="row-level security"), transaction.atomic():
            cursor.execute(
                "INSERT INTO team (id, account_id, name) VALUES (gen_random_uuid(), %s, 'planted')", [eves.pk]
            )


def test_a_key_cannot_point_into_another_account(acme: Account, eves: Account) -> None:
    with scope(eves):
        theirs = Team.objects.create(name="Eve's")
    user = User.objects.create_user("rita@acme.example")
    with pytest.raises(IntegrityError, match="member_team_id_tenant_fk"), scope(acme):
        Member.objects.create(user=user, name="Rita", email=user.email, role="rep", team=theirs)


def test_a_changed_object_of_another_account_is_not_saved(acme_team: Team, eves: Account) -> None:
    with scope(eves):
        theirs = Team.objects.get()
    theirs.name = "taken over"
    with (
        pytest.raises(Exception, match=r"did not affect any rows|row-level security|duplicate key"),
        transaction.atomic(),
    ):
        theirs.save(force_update=True)
    with scope(eves):
        assert Team.objects.get().name == "Eve's secret team"


def test_a_new_object_belongs_to_the_account_in_scope(acme_team: Team, acme: Account) -> None:
    assert Team(name="South").account == acme


@pytest.mark.parametrize("role", ["app", "worker"])
def test_raw_sql_of_a_running_role_needs_an_account(
    acme: Account, eves: Account, role: str, role_urls: dict[str, str]
) -> None:
    for account in (acme, eves):
        with scope(account):
            Team.objects.create(name=f"of {account.slug}")
    with psycopg.connect(role_urls[role]) as raw:
        assert raw.execute("SELECT name FROM team").fetchall() == []
        raw.execute(f"SET LOCAL app.account_id = '{acme.pk}'")
        assert raw.execute("SELECT name FROM team").fetchall() == [("of acme",)]


def postgres_sees() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM team ORDER BY name")
        return [row[0] for row in cursor.fetchall()]
