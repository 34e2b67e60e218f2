"""The task that scoring asks for when the firm is right and our contact is not the one who decides."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from events.kinds import Kind
from events.models import Event
from events.record import SYSTEM
from leads.models import Lead, Status
from pipeline.models import Task
from pipeline.tasks import add_task

KIND = "map"


def want_a_map(lead_ids: Sequence[UUID]) -> None:
    """One task in a lead's life, its owner's, where scoring wants it; whom nobody owns yet gets it with its deal."""
    asked = Event.objects.filter(lead_id__among=lead_ids, kind=Kind.STAKEHOLDERS_WANTED)
    wanted = set(asked.values_list("lead_id", flat=True))
    if wanted:
        wanted -= set(Task.objects.filter(lead__among=wanted, kind=KIND).values_list("lead_id", flat=True))
    owned = Lead.objects.filter(pk__among=wanted, status=Status.OPEN).exclude(owner=None)
    for lead in owned.select_related("owner").order_by("pk"):
        add_task(lead, "Map the stakeholders: who decides, who pays, who signs?", by=SYSTEM, kind=KIND)
