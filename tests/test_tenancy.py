"""The three walls, by introspection of the real database, so that a table added tomorrow is tested tomorrow."""

from typing import Any

import psycopg
import pytest
from django.apps import apps
from django.db import connection, models

from tenancy.models import TenantForeignKey, TenantModel

# Tables without an account; everything else must belong to one. Whoever adds a line says why in review.
GLOBAL_TABLES = {
    "account",
    "account_emailaddress",
    "account_emailconfirmation",
    "auth_group",
    "auth_group_permissions",
    "auth_permission",
    "django_content_type",
    "django_migrations",
    "django_session",
    "door",
    "mfa_authenticator",
    "user_account",
    "usersessions_usersession",
}
RUNNING_ROLES = {"tollgate_app", "tollgate_worker"}
DEFINER_FUNCTIONS = {
    *("accounts_with_due_jobs", "accounts_with_expired_leases", "search_leads"),
    *("redact_person", "withdraw_imported"),
}

TENANT_MODELS = [model for model in apps.get_models() if issubclass(model, TenantModel)]
TENANT_TABLES = {model._meta.db_table for model in TENANT_MODELS}


def ask(question: str, *parameters: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(question, parameters)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows


@pytest.mark.django_db
def test_every_table_is_a_tenants_or_on_the_list() -> None:
    tables = {row[0] for row in ask("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")}
    assert tables - GLOBAL_TABLES == TENANT_TABLES
    assert tables >= GLOBAL_TABLES


@pytest.mark.django_db
def test_row_level_security_is_forced_with_the_one_policy() -> None:
    protected = ask(
        """
        SELECT class.relname, policy.polname, pg_get_expr(policy.polqual, class.oid),
               pg_get_expr(policy.polwithcheck, class.oid), policy.polcmd, policy.polroles = '{0}'
          FROM pg_class class JOIN pg_policy policy ON policy.polrelid = class.oid
         WHERE class.relrowsecurity AND class.relforcerowsecurity
           AND policy.polpermissive  -- a restrictive one only takes away more
        """
    )
    expression = "(account_id = (NULLIF(current_setting('app.account_id'::text, true), ''::text))::uuid)"
    assert {row[0] for row in protected} == TENANT_TABLES
    assert {row[1:] for row in protected} == {("tenant", expression, expression, "*", True)}


@pytest.mark.django_db
def test_primary_keys_begin_with_the_account() -> None:
    keys: dict[str, str] = dict(
        ask(
            """
            SELECT conrelid::regclass::text, array_agg(attname ORDER BY position)::text
              FROM pg_constraint, unnest(conkey) WITH ORDINALITY AS key (number, position)
              JOIN pg_attribute ON attnum = number WHERE contype = 'p' AND attrelid = conrelid GROUP BY 1
            """
        )
    )
    assert {table for table, columns in keys.items() if columns == "{account_id,id}"} == TENANT_TABLES


@pytest.mark.django_db
def test_the_account_stands_right_after_the_id() -> None:
    columns = ask(
        """
        SELECT table_name, string_agg(column_name, ' ' ORDER BY ordinal_position) FILTER (WHERE ordinal_position < 3)
          FROM information_schema.columns WHERE table_schema = 'public' GROUP BY 1
        """
    )
    assert {table for table, first in columns if first == "id account_id"} >= TENANT_TABLES


@pytest.mark.django_db
def test_foreign_keys_between_tenants_tables_carry_the_account() -> None:
    keys = ask(
        """
        SELECT conrelid::regclass::text, confrelid::regclass::text, array_agg(attname ORDER BY position)::text[],
               bool_or(confdeltype IN ('n', 'd'))
          FROM pg_constraint, unnest(conkey) WITH ORDINALITY AS key (number, position)
          JOIN pg_attribute ON attnum = number
         WHERE contype = 'f' AND attrelid = conrelid GROUP BY pg_constraint.oid, 1, 2
        """
    )
    between = [(table, columns, nulls) for table, target, columns, nulls in keys if {table, target} <= TENANT_TABLES]
    assert all(columns[0] == "account_id" and not nulls for _, columns, nulls in between)
    declared = {
        (model._meta.db_table, field.column)
        for model in TENANT_MODELS
        for field in model._meta.local_fields
        if isinstance(field, TenantForeignKey)
    }
    assert {(table, columns[1]) for table, columns, _ in between} == declared


@pytest.mark.django_db
def test_uniques_include_the_account() -> None:
    indexes = ask(
        """
        SELECT indrelid::regclass::text, indexrelid::regclass::text FROM pg_index
         WHERE indisunique AND NOT EXISTS (SELECT FROM pg_attribute WHERE attrelid = indrelid
               AND attname = 'account_id' AND attnum = ANY (indkey::int2[]))
        """
    )
    assert not [index for table, index in indexes if table in TENANT_TABLES]


def test_models_point_at_tenants_through_the_tenant_key_only() -> None:
    wrong = [
        f"{model._meta.label}.{field.name}"
        for model in apps.get_models()
        for field in model._meta.get_fields()
        if isinstance(field, models.ForeignKey | models.ManyToManyField)
        and isinstance(field.related_model, type)
        and issubclass(field.related_model, TenantModel)
        and not isinstance(field, TenantForeignKey)
    ]
    assert not wrong


def test_every_tenants_model_has_a_prefix_of_its_own() -> None:
    prefixes = [model.PREFIX for model in TENANT_MODELS]
    assert all(prefixes)
    assert len(set(prefixes)) == len(prefixes)


@pytest.mark.django_db
def test_running_roles_have_no_power(role_urls: dict[str, str]) -> None:
    powers = ask(
        """
        SELECT rolname FROM pg_roles role WHERE rolname = ANY (%s) AND (rolsuper OR rolbypassrls OR rolcreaterole
            OR EXISTS (SELECT FROM pg_class WHERE relowner = role.oid)
            OR EXISTS (SELECT FROM pg_auth_members WHERE member = role.oid))
        """,
        sorted(RUNNING_ROLES),
    )
    assert powers == []
    assert ask("SELECT current_user") == [("tollgate_app",)]


@pytest.mark.django_db
def test_only_the_named_functions_pass_row_level_security() -> None:
    functions = ask(
        """
        SELECT proname, rolname FROM pg_proc JOIN pg_roles ON pg_roles.oid = proowner
         WHERE prosecdef AND pronamespace = 'public'::regnamespace
        """
    )
    assert {row[0] for row in functions} == DEFINER_FUNCTIONS
    assert {row[1] for row in functions} == {"tollgate_definer"}


@pytest.mark.django_db
@pytest.mark.parametrize("role", ["app", "worker"])
def test_raw_sql_without_an_account_sees_nothing(role: str, role_urls: dict[str, str]) -> None:
    with psycopg.connect(role_urls[role]) as raw:
        for table in sorted(TENANT_TABLES):
            assert raw.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,)
