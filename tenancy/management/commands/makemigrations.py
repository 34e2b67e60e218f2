from typing import Any

from django.core.management.commands.makemigrations import Command as MakeMigrations
from django.db.migrations import AddField, CreateModel
from django.db.migrations.operations.base import Operation

from tenancy.fields import TenantForeignKey
from tenancy.operations import TenantKey, TenantTable


class Command(MakeMigrations):
    """Django's, but a tenant's table gets its account column right after the id, and what makes it a tenant's."""

    def write_migration_files(self, changes: Any, *args: Any, **kwargs: Any) -> None:
        for migrations in changes.values():
            for migration in migrations:
                migration.operations = [more for one in migration.operations for more in completed(one)]
        super().write_migration_files(changes, *args, **kwargs)


def completed(operation: Operation) -> list[Operation]:
    """The operation, and what a tenant's table or key needs besides."""
    if isinstance(operation, CreateModel) and is_tenants(operation):
        operation.fields.sort(key=lambda field: {"id": 0, "account": 1}.get(field[0], 2))
        return [operation, TenantTable(operation.name)]
    if isinstance(operation, AddField) and isinstance(operation.field, TenantForeignKey):
        return [operation, TenantKey(operation.model_name, operation.name)]
    return [operation]


def is_tenants(operation: CreateModel) -> bool:
    return operation.options.get("base_manager_name") == "objects" and "account" in dict(operation.fields)
