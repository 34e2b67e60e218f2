"""A process that could look past row-level security does not start."""

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import connection

from tests.database import RoleSwitch


@pytest.mark.parametrize(("role", "what"), [("superuser", "a superuser"), ("backup", "exempt"), ("owner", "the owner")])
def test_power_is_refused(role: str, what: str, as_role: RoleSwitch) -> None:
    with pytest.raises(ImproperlyConfigured, match=what), as_role(role):
        connection.ensure_connection()


@pytest.mark.parametrize("role", ["app", "worker"])
def test_running_roles_start(role: str, as_role: RoleSwitch) -> None:
    with as_role(role):
        connection.ensure_connection()
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_user")
            assert cursor.fetchone() == (f"tollgate_{role}",)


@pytest.mark.django_db
def test_short_queries_are_not_compiled() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SHOW jit")
        assert cursor.fetchone() == ("off",)
