"""Take one wall away, and a check above must turn red. A check that stays green here guards nothing."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from types import SimpleNamespace
from typing import Any

import psycopg
import pytest
from django.db import connection, models
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Member, Team
from leads.models import Lead
from tenancy import door
from tenancy.fields import TenantForeignKey
from tenancy.knowing import row_of
from tenancy.models import TenantManager, TenantModel, get_or_404
from tenancy.scope import scope, unscoped
from tenancy.sight import EVERYTHING
from tests import test_tenancy as walls
from tests.factories import a_key, a_lead, an_account, in_team, the_cast
from tests.isolation.test_walker import ACCOUNT_URLS, call, learned
from tests.isolation.world import logged_in
from tests.tenancy import test_scope as scopes

FIRST_PAGE = next(url for url in ACCOUNT_URLS if url.name == "today")
pytestmark = pytest.mark.django_db(transaction=True)

DATABASE_FAULTS: dict[str, tuple[str, Callable[[], None]]] = {
    "a policy is dropped": ("DROP POLICY tenant ON lead", walls.test_row_level_security_is_forced_with_the_one_policy),
    "a policy lets all through": (
        "ALTER POLICY tenant ON lead USING (true)",
        walls.test_row_level_security_is_forced_with_the_one_policy,
    ),
    "the owner is exempt": (
        "ALTER TABLE contact NO FORCE ROW LEVEL SECURITY",
        walls.test_row_level_security_is_forced_with_the_one_policy,
    ),
    "a key loses the account": (
        "ALTER TABLE answer DROP CONSTRAINT answer_pkey; ALTER TABLE answer ADD PRIMARY KEY (id)",
        walls.test_primary_keys_begin_with_the_account,
    ),
    "a foreign key loses the account": (
        "ALTER TABLE lead DROP CONSTRAINT lead_contact_id_tenant_fk",
        walls.test_foreign_keys_between_tenants_tables_carry_the_account,
    ),
    "a table belongs to nobody": (
        "CREATE TABLE forgotten (id uuid)",
        walls.test_every_table_is_a_tenants_or_on_the_list,
    ),
    "a unique spans accounts": (
        "CREATE UNIQUE INDEX wrong ON contact (email_norm)",
        walls.test_uniques_include_the_account,
    ),
    "a function sees everything": (
        "CREATE FUNCTION peek() RETURNS bigint LANGUAGE sql SECURITY DEFINER AS 'SELECT count(*) FROM lead'",
        walls.test_only_the_named_functions_pass_row_level_security,
    ),
}


@pytest.mark.parametrize("fault", DATABASE_FAULTS)
def test_a_fault_of_the_database_is_seen(fault: str, own_database: dict[str, str]) -> None:
    statement, check = DATABASE_FAULTS[fault]
    check()
    with psycopg.connect(own_database["owner"], autocommit=True) as owner:
        owner.execute(statement)
    with pytest.raises(AssertionError):
        check()


def test_a_manager_that_forgets_the_scope_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    cast = the_cast(an_account("acme"))
    everything_names_the_account(cast)
    monkeypatch.setattr(TenantManager, "get_queryset", lambda self: models.Manager.get_queryset(self))
    with pytest.raises(AssertionError):
        everything_names_the_account(cast)
    with unscoped("a planted fault"), pytest.raises(BaseException, match="DID NOT RAISE"):
        scopes.test_outside_a_scope_nothing_is_answered(Team())


def test_a_key_that_forgets_the_account_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    cast = the_cast(an_account("acme"))
    monkeypatch.setattr(TenantForeignKey, "get_extra_restriction", lambda *_: None)
    with pytest.raises(AssertionError):
        everything_names_the_account(cast)


def everything_names_the_account(cast: SimpleNamespace) -> None:
    """Each table a query touches is asked for by its account, so that a cluster knows the shard."""
    with scope(cast.account), CaptureQueriesContext(connection) as asked:
        list(Lead.objects.with_people().filter(contact__email="x"))
        list(Team.objects.all())
        cast.rita.refresh_from_db()
    for query in asked.captured_queries:
        for table in ("lead", "contact", "member", "team"):
            if f'"{table}"."' in query["sql"]:
                named = {f'"{table}"."account_id" =', f'("{table}"."account_id")'}
                assert any(words in query["sql"] for words in named), query["sql"]


@pytest.fixture
def two() -> SimpleNamespace:
    """Acme with Rita's team, and Eve."""
    acme, eves = the_cast(an_account("acme")), the_cast(an_account("eves"))
    with scope(acme.account):
        team = Team.objects.create(name="canary-of-acme")
    return SimpleNamespace(acme=acme, eves=eves, team=team)


def strangers_find_nothing(two: SimpleNamespace) -> None:
    response = logged_in(two.eves.ada.user).get(f"/acme/{FIRST_PAGE.route}")
    assert response.status_code == 404
    assert not learned(response)


def test_a_middleware_that_asks_for_no_membership_is_seen(
    two: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    strangers_find_nothing(two)

    def anybody(model: type[Any], **wanted: Any) -> Any:
        return Member.objects.first() if model is Member else row_of(model, **wanted)

    monkeypatch.setattr("accounts.middleware.row_of", anybody)
    with pytest.raises(AssertionError):
        strangers_find_nothing(two)


def test_a_view_without_a_scope_is_seen(two: SimpleNamespace, monkeypatch: pytest.MonkeyPatch) -> None:
    ada = logged_in(two.acme.ada.user)
    page = f"/acme/{FIRST_PAGE.route}"
    assert call(ada, "get", page).status_code == 200
    monkeypatch.setattr("accounts.middleware.scope", lambda account: nullcontext(account))
    with pytest.raises(AssertionError):
        call(ada, "get", page)


def test_one_view_without_its_scope_is_seen(two: SimpleNamespace, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing leaks, because the manager shuts first; and the view's own page breaks, which the walker sees."""
    ada, eve = logged_in(two.acme.ada.user), logged_in(two.eves.ada.user)
    with scope(two.acme.account):
        lead = a_lead(name="canary-of-acme").public_id

    def everybodys(model: type[TenantModel], public: str) -> Any:
        with unscoped("a planted fault"):
            return get_or_404(model, public)

    def lead_of_acme_shows_to_its_own() -> None:
        assert call(ada, "get", f"/acme/leads/{lead}/timeline/").status_code == 200

    lead_of_acme_shows_to_its_own()
    monkeypatch.setattr("leads.pages.get_or_404", everybodys)
    assert not learned(eve.get(f"/eves/leads/{lead}/timeline/"))
    with pytest.raises(AssertionError):
        lead_of_acme_shows_to_its_own()


def test_a_door_that_leads_astray_finds_no_key_there(two: SimpleNamespace, monkeypatch: pytest.MonkeyPatch) -> None:
    """A second wall behind the door: the key itself is looked up inside the account."""
    with scope(two.eves.account):
        headers = {"Authorization": f"Bearer {a_key()}"}
    assert Client().get("/api/v1/leads/", headers=headers).status_code == 200
    monkeypatch.setattr(door, "behind", lambda *_: two.acme.account)
    assert Client().get("/api/v1/leads/", headers=headers).status_code == 401


@pytest.mark.parametrize(
    ("fault", "instead"),
    [
        ("accounts.middleware.sight_of", lambda *_: EVERYTHING),
        ("tenancy.models.TenantQuerySet.in_sight", lambda rows: rows),
        ("tenancy.sight.Sight.q", lambda *_: models.Q()),
    ],
)
def test_a_wall_between_teams_that_is_not_there_is_seen(
    two: SimpleNamespace, monkeypatch: pytest.MonkeyPatch, fault: str, instead: Any
) -> None:
    with scope(two.acme.account):
        lead = a_lead(name="canary-of-acme", owner=in_team(two.acme.rita, "North")).public_id
        raj = logged_in(in_team(two.acme.raj, "South").user)

    def the_other_team_finds_nothing() -> None:
        assert raj.get(f"/acme/leads/{lead}/").status_code == 404
        assert not learned(raj.get("/acme/leads/"))

    the_other_team_finds_nothing()
    monkeypatch.setattr(fault, instead)
    with pytest.raises(AssertionError):
        the_other_team_finds_nothing()
