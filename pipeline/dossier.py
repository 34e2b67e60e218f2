"""What is known of deals, gathered for the gate in a constant number of queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Sequence
from typing import Any
from uuid import UUID

from leads.facts import facts_of
from leads.models import Activity, Lead, Stakeholder
from pipeline.gate import Dossier
from pipeline.models import Confirmation, Criterion, CriterionKind, Deal, File, FileState, Meeting, Objection
from tenancy.ids import public_id

Rows = dict[UUID, list[dict[str, Any]]]
EVERYTHING = frozenset(CriterionKind.values)
HARMLESS = [state for state in FileState if state != FileState.INFECTED]
PERSON = "id name role job_title reviewed_at"
OBJECTION = "id text blocking answer answered_at created_at stakeholder__name"


def dossier_of(deal: Deal, kinds: Container[str] = EVERYTHING) -> Dossier:
    """What is known of one deal; its lead comes with its people. `kinds`: of what criteria ask, if not of all."""
    return dossiers_of([deal], kinds)[deal.pk]


def dossiers_of(deals: Sequence[Deal], kinds: Container[str] = EVERYTHING) -> dict[UUID, Dossier]:
    """What is known of each deal, by the deal's id; `deal.lead` should come with its people."""
    leads = {deal.lead_id: deal.lead for deal in deals}

    def rows(kind: str, model: Any, order: str, columns: str, **wanted: Any) -> Rows:
        return _rows(model, leads, order, columns, wanted) if kind in kinds else defaultdict(list)

    activities = rows("activity", Activity, "-occurred_at", "kind outcome automatic occurred_at")
    meetings = rows("meeting", Meeting, "starts_at", "kind title starts_at outcome")
    people = rows("stakeholder", Stakeholder, "created_at id", PERSON)
    files = rows("document", File, "-created_at", "name kind created_at", state__in=HARMLESS)
    objections = rows("objections", Objection, "created_at id", OBJECTION)
    confirmations = _confirmations(deals) if "approval" in kinds or "checklist" in kinds else defaultdict(dict)
    return {
        deal.pk: Dossier(
            owner=deal.owner.name if deal.owner else "",
            facts=_facts(deal),
            activities=activities[deal.lead_id],
            meetings=meetings[deal.lead_id],
            stakeholders=[row | {"id": public_id(Stakeholder.PREFIX, row["id"])} for row in people[deal.lead_id]],
            files=files[deal.lead_id],
            objections=[_objection(row) for row in objections[deal.lead_id]],
            confirmations=confirmations[deal.pk],
        )
        for deal in deals
    }


def _facts(deal: Deal) -> dict[str, Any]:
    return facts_of(deal.lead)


def _rows(model: Any, leads: dict[UUID, Lead], order: str, columns: str, wanted: dict[str, Any]) -> Rows:
    found: Rows = defaultdict(list)
    asked = model.objects.filter(lead_id__among=leads, **wanted).order_by(*order.split())
    for row in asked.values("lead_id", *columns.split()):
        found[row.pop("lead_id")].append(row)
    return found


def _objection(row: dict[str, Any]) -> dict[str, Any]:
    return row | {"id": public_id(Objection.PREFIX, row["id"]), "who": row["stakeholder__name"] or ""}


def _confirmations(deals: Sequence[Deal]) -> dict[UUID, dict[str, dict[str, Any]]]:
    found: dict[UUID, dict[str, dict[str, Any]]] = defaultdict(dict)
    said = Confirmation.objects.filter(deal_id__among=[deal.pk for deal in deals])
    for row in said.values("deal_id", "criterion_id", "note", "on", "actor_name"):
        found[row["deal_id"]][public_id(Criterion.PREFIX, row["criterion_id"])] = row
    return found
