"""No process may run with more power than row-level security holds."""

from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db.backends.signals import connection_created

_QUESTION = """
    SELECT current_user, role.rolsuper, role.rolbypassrls,
           EXISTS (SELECT FROM pg_class WHERE relowner = role.oid AND relkind IN ('r', 'p') AND relname = 'account')
      FROM pg_roles role WHERE role.rolname = current_user
"""


def watch_connections() -> None:
    # A Django signal of the framework, not of the domain: the only place that sees every connection made.
    connection_created.connect(refuse_power, dispatch_uid="tenancy.refuse_power")


def refuse_power(connection: Any, **kwargs: Any) -> None:
    """Raise ImproperlyConfigured where a running process connects as superuser, owner or with BYPASSRLS."""
    if settings.PROCESS_ROLE == "owner":
        return
    with connection.cursor() as cursor:
        cursor.execute(_QUESTION)
        name, superuser, bypasses, owns = cursor.fetchone()
    for holds, what in ((superuser, "a superuser"), (bypasses, "exempt from row-level security"), (owns, "the owner")):
        if holds:
            connection.close()
            raise ImproperlyConfigured(
                f"The database role {name} is {what}; Tollgate refuses to run as it. Use tollgate_app or _worker."
            )
