"""What leads are told of their deals: copies, written by the lead's own verb."""

from __future__ import annotations

from collections.abc import Sequence

from leads.records import DealRow, record_deals
from pipeline.models import Deal


def tell_leads(deals: Sequence[Deal]) -> None:
    """Let each deal's lead know where it stands, in a constant number of statements."""
    record_deals(
        [
            DealRow(
                lead_id=deal.lead_id,
                deal_id=deal.pk,
                pipeline_id=deal.pipeline_id,
                stage_id=deal.stage_id,
                stage_name=deal.stage.name,
                stage_number=deal.stage.position + 1,
                status=deal.status,
                closed_at=deal.closed_at,
            )
            for deal in deals
        ]
    )


def tell_lead(deal: Deal) -> None:
    tell_leads([deal])
