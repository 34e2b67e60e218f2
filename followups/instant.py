"""The instant reply to a web enquiry: automatic, and never counted as contact."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db.models import OuterRef, Subquery, Value
from django.db.models.functions import Coalesce

from followups import letters
from followups.models import Purpose, Template
from followups.suppression import suppressed_among
from followups.touching import post
from leads.models import Lead, SourceKind, Submission
from routing.workingtime import zone_named
from tenancy import clock
from tenancy.scope import current_account

WEB = (SourceKind.FORM, SourceKind.API, SourceKind.WEBHOOK)


def is_long_ago(body: Mapping[str, Any]) -> bool:
    """Whether an event of capture is about somebody who asked elsewhere, before an import."""
    return body.get("channel") == "import"


def reply(lead_ids: Sequence[UUID]) -> None:
    """Plan an instant reply to each lead that asked on the web with an address, at most one a day to a person."""
    template = Template.objects.filter(purpose=Purpose.INSTANT_REPLY).first()
    if template is None:
        return
    newest = Submission.objects.filter(lead=OuterRef("pk")).order_by("-pk").values("channel")[:1]
    asked = Lead.objects.open().filter(pk__among=lead_ids, source__kind__in=WEB, contact__unsubscribed_at=None)
    asked = asked.alias(channel=Coalesce(Subquery(newest), Value(""))).exclude(
        channel="import"
    )  # they asked long ago, and elsewhere
    leads = [lead for lead in asked.with_people().order_by("id") if lead.contact.email_norm]
    addresses = [lead.contact.email_norm for lead in leads]
    suppressed = suppressed_among(addresses)
    day = clock.now().astimezone(zone_named(current_account().time_zone)).date()
    post(
        [
            letters.message(template, lead, Purpose.INSTANT_REPLY, dedupe_key=f"instant:{lead.pk.hex}:{day}")
            for lead in leads
            if lead.contact.email_norm not in suppressed
        ]
    )
