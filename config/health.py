"""Is it alive? Can it serve? What does it count?"""

from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

_migrated = False


@require_safe
def healthz(request: Any) -> HttpResponse:
    """Alive: touches nothing."""
    return HttpResponse("ok", content_type="text/plain")


@require_safe
def readyz(request: Any) -> HttpResponse:
    """Can serve: the database answers, in a role without power, with every migration. Redis is not needed to serve."""
    checks: dict[str, str] = {}
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_user")
            checks["database"] = "ok"
            checks["role"] = str(cursor.fetchone()[0])
        checks["migrations"] = "ok" if all_migrated() else "missing: run bin/manage migrate as the owner"
    except (DatabaseError, ImproperlyConfigured) as error:
        checks["database"] = str(error).strip().splitlines()[0] if settings.DEBUG else "does not answer"
    ready = checks.get("database") == checks.get("migrations") == "ok"
    response = JsonResponse(checks, status=200 if ready else 503)
    if not ready:
        response["Retry-After"] = "5"
    return response


def all_migrated() -> bool:
    """Whether no migration is missing; once true it is not asked again."""
    global _migrated
    if not _migrated:
        executor = MigrationExecutor(connection)
        _migrated = not executor.migration_plan(executor.loader.graph.leaf_nodes())
    return _migrated
