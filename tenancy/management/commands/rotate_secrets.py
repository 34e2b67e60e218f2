from typing import Any

from django.apps import apps
from django.core.management.base import BaseCommand

from tenancy.models import Account, TenantModel
from tenancy.scope import scope
from tenancy.secrets import SecretField


class Command(BaseCommand):
    help = "Encrypt every secret with the newest SECRET_KEY. Afterwards SECRET_KEY_FALLBACKS may be emptied."

    def handle(self, *args: Any, **options: Any) -> None:
        count = 0
        for account in Account.objects.order_by("pk"):
            with scope(account):
                count += sum(map(_rotate, _models()))
        self.stdout.write(f"{count} rows are encrypted with the newest key.")


def _models() -> list[tuple[Any, list[str]]]:
    tenants = [model for model in apps.get_models() if issubclass(model, TenantModel)]
    named = [(model, [f.attname for f in model._meta.fields if isinstance(f, SecretField)]) for model in tenants]
    return [(model, names) for model, names in named if names]


def _rotate(kept: tuple[Any, list[str]]) -> int:
    model, names = kept
    # Locked: a page must not write a secret between our reading and our writing the former one.
    rows = list(model.objects.select_for_update().only("account_id", *names))
    for row in rows:
        model.objects.filter(pk=row.pk).update(**{name: getattr(row, name) for name in names})
    return len(rows)
