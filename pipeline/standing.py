"""How a deal stands before its gates: what cards, paths and drags show without asking again."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from pipeline import gate
from pipeline.models import Deal
from pipeline.plan import Plan
from tenancy.prepared import prepared
from tenancy.scope import current_account

_OWED = """
    SELECT deal_id, owed, owed_by FROM move
     WHERE account_id = %s AND deal_id = ANY(%s) AND owed_by IS NOT NULL AND undone_at IS NULL
     ORDER BY moved_at, id
"""
Debt = tuple[str, date]  # a criterion's id, and the day its proof is owed by


def standing(dossier: gate.Dossier, plan: Plan, stage_id: UUID, debts: Sequence[Debt], now: datetime) -> dict[str, Any]:
    """`Deal.gate`: {"met", "total", "owed", "missing", "debts"}.

    `missing` has for every later stage {"n": how many criteria are lacking on the way, "words": what, for the slot};
    `debts` is what an override let pass and is still not proven.
    """
    here = plan.index(stage_id)
    ahead = plan.gate_after(here)
    _, met = gate.weigh(dossier, ahead, now)
    still_ahead = {criterion.id for _, criterion in ahead}
    owed = _still_owed(dossier, plan, [debt for debt in debts if debt[0] not in still_ahead], now)
    return {
        "met": len(met),
        "total": len(ahead) + len(owed),
        "owed": len(owed),
        "missing": _missing(dossier, plan, here, now),
        "debts": owed,
    }


def owed_by(stands: Mapping[str, Any]) -> date | None:
    """The earliest day on which a proof is owed, None without debts."""
    days = [date.fromisoformat(debt["by"]) for debt in stands["debts"]]
    return min(days, default=None)


def debts_of(deals: Sequence[Deal]) -> dict[UUID, list[Debt]]:
    """What overrides left owing, by the deal's id, whether proven since or not; the latest day counts."""
    found: dict[UUID, dict[str, date]] = {deal.pk: {} for deal in deals}
    cursor = prepared()
    cursor.execute(_OWED, [current_account().pk, list(found)])
    for deal_id, owed, by in cursor.fetchall():
        found[deal_id] |= {item["criterion"]: by for item in json.loads(owed)}
    return {deal_id: list(debts.items()) for deal_id, debts in found.items()}


def _missing(dossier: gate.Dossier, plan: Plan, here: int, now: datetime) -> dict[str, dict[str, Any]]:
    lacking: list[gate.Unmet] = []
    missing = {}
    for index in range(here, len(plan.stages) - 1):
        found = gate.weigh(dossier, plan.gate_after(index), now)[0]
        if plan.stages[index + 1].kind != "lost":  # on whose way there is no gate but its own
            lacking += found
            found = tuple(lacking)
        missing[plan.stages[index + 1].id] = {"n": len(found), "words": _words(found)}
    return missing


def _words(lacking: Sequence[gate.Unmet]) -> str:
    if len(lacking) > 2:
        return f"{lacking[0].label} and {len(lacking) - 1} more"
    return ", ".join(item.label for item in lacking)


def _still_owed(dossier: gate.Dossier, plan: Plan, debts: Sequence[Debt], now: datetime) -> list[dict[str, str]]:
    days = dict(debts)
    criteria = [plan.criteria[criterion] for criterion in days if criterion in plan.criteria]
    unmet, _ = gate.weigh(dossier, criteria, now)
    return [
        {"criterion": item.criterion, "label": item.label, "by": days[item.criterion].isoformat()} for item in unmet
    ]
