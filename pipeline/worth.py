"""What a deal is worth, and when it is expected to close."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models import F

from events.kinds import Kind
from events.record import By, Happening, record_all
from leads.money import major
from pipeline.locking import locked, refuse_stale
from pipeline.models import Deal


def change(deal: Deal, changes: dict[str, Any], *, by: By, version: int | None = None) -> None:
    """Set `value_minor`, `currency` or `expected_close` of `deal`, and record what differs. Raises Stale."""
    with transaction.atomic():
        now = locked(deal.pk)
        refuse_stale(now, version)
        changed = {name: value for name, value in changes.items() if getattr(now, name) != value}
        if changed:
            before = _worth(now)
            for name, value in changed.items():
                setattr(now, name, value)
            after = _worth(now)
            Deal.objects.filter(pk=deal.pk).update(**changed, version=F("version") + 1)
            differences = {name: [before[name], after[name]] for name in before if before[name] != after[name]}
            if differences:  # the currency of no value is no news
                record_all([Happening(Kind.DEAL_CHANGED, deal.pk, deal.lead_id, by, differences)])
    deal.refresh_from_db()


def _worth(deal: Deal) -> dict[str, Any]:
    """As people write it: an amount says nothing without its currency, so both are one word."""
    value = None if deal.value_minor is None else f"{major(deal.value_minor, deal.currency):,} {deal.currency}"
    return {"value": value, "expected_close": deal.expected_close}
