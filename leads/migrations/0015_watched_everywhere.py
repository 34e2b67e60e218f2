"""Accounts that were opened before anybody watched over sources get their timer."""

from datetime import UTC, datetime
from typing import Any

from django.db import migrations

from tenancy.scope import scope

KIND = "leads.watch_sources"


def begin_watching(apps: Any, _: Any) -> None:
    Job = apps.get_model("events", "Job")
    for account in apps.get_model("tenancy", "Account").objects.order_by("pk"):
        with scope(account):
            jobs, now = Job.objects.filter(account_id=account.pk, kind=KIND), datetime.now(UTC)
            # One that runs now goes on by itself; one that died or was lost does not.
            if not jobs.filter(state__in=["pending", "leased"]).exists():
                newest = max(jobs.values_list("generation", flat=True), default=0) + 1
                Job.objects.create(
                    account_id=account.pk,
                    kind=KIND,
                    subject_id=account.pk,
                    dedupe_key=f"{account.pk.hex}:{newest}",
                    generation=newest,
                    run_at=now,
                )


class Migration(migrations.Migration):
    dependencies = [("leads", "0014_spent_puzzles"), ("events", "0002_due_everywhere"), ("tenancy", "0001_initial")]

    operations = [migrations.RunPython(begin_watching, migrations.RunPython.noop)]
