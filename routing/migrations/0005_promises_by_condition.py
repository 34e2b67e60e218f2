"""Promises of tiers become promises by condition, and those that run learn their ladders."""

from datetime import timedelta
from typing import Any

from django.db import migrations

from tenancy.scope import scope

STRONG = [{"field": name, "operator": "at_least", "value": 60} for name in ("fit", "intent", "authority", "timing")]
MINUTE = timedelta(minutes=1)


def by_condition(apps: Any, _: Any) -> None:
    policies, timers, jobs = (
        apps.get_model(*name).objects for name in (("routing", "SlaPolicy"), ("routing", "Timer"), ("events", "Job"))
    )
    for account in apps.get_model("tenancy", "Account").objects.order_by("pk"):
        with scope(account):
            rows = policies.filter(account_id=account.pk)
            for number, policy in enumerate(rows.order_by("due_minutes", "id"), 1):
                rows.filter(pk=policy.pk).update(position=number, condition=condition_of(policy.tier))
            running = timers.filter(account_id=account.pk, kept_at=None, cancelled_at=None)
            for timer in running:
                running.filter(pk=timer.pk).update(
                    rungs=rungs_of(timer),
                    climbed=3 if timer.broken_at else 0,
                    minutes=(timer.policy.due_minutes if timer.policy else None)
                    or (timer.due_at - timer.started_at) / MINUTE,
                )
            jobs.filter(account_id=account.pk, kind="routing.breach_timer").update(kind="routing.climb_timers")


def condition_of(tier: str) -> dict[str, Any]:
    """High was promised to leads that are strong in all four, too."""
    own = {"field": "tier", "operator": "is", "value": tier}
    return {"any": [own, {"all": STRONG}]} if tier == "high" else own


def rungs_of(timer: Any) -> list[dict[str, Any]]:
    """Reminded, broken, the manager told: what was promised then knew of nothing further."""
    rungs = [(timer.risk_at, "remind", 0.75), (timer.due_at, "break", 1.0), (timer.due_at, "tell_manager", 1.0)]
    return [{"at": at.isoformat(), "do": act, "windows": windows} for at, act, windows in rungs]


class Migration(migrations.Migration):
    dependencies = [
        ("routing", "0004_promises"),
        ("events", "0002_due_everywhere"),
        ("tenancy", "0001_initial"),
    ]

    operations = [
        migrations.RunPython(by_condition, migrations.RunPython.noop),
        migrations.RemoveField(model_name="slapolicy", name="tier"),
    ]
