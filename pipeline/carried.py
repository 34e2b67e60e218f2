"""A newer export says that a deal went on in the other system: it goes on here too, by the same verbs as by hand.

A shut gate does not stop it, for it happened already, but the move says so: with the reason, and with what was missing.
"""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from events.models import Actor, Event, json_safe
from events.record import By
from leads.imports.images import note_also
from leads.imports.undoing import on_undo
from leads.models import Lead
from pipeline.closing import put_back, reopen
from pipeline.losing import lose
from pipeline.models import Deal, DealStatus, Override, Stage, StageKind, Visit
from pipeline.move import move
from pipeline.plan import plan_of
from pipeline.refusals import GateClosed

WON = frozenset({"won", "closed won", "closedwon", "customer", "converted", "gewonnen", "gagné", "1", "true", "yes"})
LOST = frozenset(
    {"lost", "closed lost", "closedlost", "unqualified", "junk lead", "verloren", "perdu", "0", "false", "no"}
)
IMAGE = "deal"  # in an import row's `before`


def understood(written: object, stages: Sequence[Stage]) -> tuple[Stage | None, DealStatus]:
    """What a word for a stage means among `stages`: one of them (None: none is called so), and whether it is over."""
    word = str(written or "").strip().casefold()
    if word in LOST:
        return next((stage for stage in stages if stage.kind == StageKind.LOST), None), DealStatus.LOST
    if word in WON:
        return next((stage for stage in stages if stage.kind == StageKind.WON), stages[-1]), DealStatus.WON
    named = next((stage for stage in stages if stage.name.casefold() == word), None)
    return named, DealStatus(named.kind) if named else DealStatus.OPEN


def carry_on(lead: Lead, event: Event) -> None:
    """Hand the lead's deal to the lead's owner, and take it where LEAD_IMPORTED says it is by now.

    A deal that nobody owns stays: every move has a named person. So does one whose stage has no name here.
    """
    deal: Deal | None = Deal.objects.select_related("stage", "owner").filter(pk=lead.deal_id).first()
    if deal is None:
        return
    note_also(lead.pk, IMAGE, _image(deal))
    if deal.owner_id != lead.owner_id:
        deal.owner = lead.owner
        Deal.objects.bulk_update([deal], ["owner"])
    by = By(Actor(event.actor_kind), event.actor_id, event.actor_name)
    reason = f"So it stands in “{event.body.get('import', 'an import')}”"
    stage, status = understood(event.body.get("stage"), plan_of(deal.pipeline_id).rows)
    if status == DealStatus.LOST and deal.status != DealStatus.LOST:
        _reopened(deal, by, reason)
        _lose(deal, by, reason)
    elif stage and (stage.pk, status) != (deal.stage_id, deal.status):
        _carry(deal, stage, by, reason)


def _carry(deal: Deal, stage: Stage, by: By, reason: str) -> None:
    _reopened(deal, by, reason)
    deal.refresh_from_db()
    if deal.stage_id == stage.pk:
        return
    try:
        move(deal, stage, by=by, override=Override(reason, None), reason=reason)
    except GateClosed:  # nobody owns it; the timeline has the word of the other system
        return


def _lose(deal: Deal, by: By, reason: str) -> None:
    try:
        lose(deal, by=by, reason=reason[:120], override=Override(reason, None))
    except GateClosed:  # as above
        return


def _reopened(deal: Deal, by: By, reason: str) -> None:
    if deal.status != DealStatus.OPEN:
        reopen(deal, by=by, reason=reason)


def _image(deal: Deal) -> dict[str, object]:
    """The deal's columns, and the visit that goes on, as they were."""
    columns: dict[str, object] = Deal.objects.filter(pk=deal.pk).values().get()
    visit = Visit.objects.filter(deal=deal, left_at=None).values_list("pk", flat=True).first()
    return {"columns": json_safe(columns), "visit": str(visit) if visit else None}


@on_undo
def return_deals(before: dict[str, dict[str, object]], since: UUID) -> None:
    """A deal that an import carried on stands again where it stood, without the moves in between."""
    if IMAGE in before:
        put_back(before[IMAGE], since)
