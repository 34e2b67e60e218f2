"""Accounts that published rules before anybody watched over their weights and sources get their first look."""

from datetime import UTC, datetime
from typing import Any

from django.db import migrations

from tenancy.scope import scope

WATCHES = {"scoring.watch_outcomes": True, "scoring.measure_sources": False}  # whether they work outside


def begin_watching(apps: Any, _: Any) -> None:
    Version = apps.get_model("scoring", "ScoringVersion")
    for account in apps.get_model("tenancy", "Account").objects.order_by("pk"):
        with scope(account):
            for version in Version.objects.filter(account_id=account.pk, state="published"):
                for kind, outside in WATCHES.items():
                    _watch(apps.get_model("events", "Job").objects, account, version.pk, kind, outside)


def _watch(jobs: Any, account: Any, version_id: Any, kind: str, outside: bool) -> None:
    before = jobs.filter(account_id=account.pk, kind=kind, subject_id=version_id)
    # One that runs now goes on by itself; one that died or was lost does not.
    if not before.filter(state__in=["pending", "leased"]).exists():
        newest = max(before.values_list("generation", flat=True), default=0) + 1
        jobs.create(
            account_id=account.pk,
            kind=kind,
            outside=outside,
            subject_id=version_id,
            dedupe_key=f"{version_id.hex}:{newest}",
            generation=newest,
            run_at=datetime.now(UTC),
        )


class Migration(migrations.Migration):
    dependencies = [("scoring", "0010_traps"), ("events", "0002_due_everywhere"), ("tenancy", "0001_initial")]

    operations = [migrations.RunPython(begin_watching, migrations.RunPython.noop)]
