"""Leads that share a firm or a person share its facts: what one learns of them, the others know."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from django.db.models import Q

from events.kinds import Kind
from events.models import Event
from leads.models import Lead, Status
from leads.vocabulary import FACTS

SHARED = tuple(
    name for name, fact in FACTS.items() if any(column.startswith(("person.", "firm.")) for column in fact.columns)
)


def kin_of(lead_ids: Sequence[UUID]) -> list[UUID]:
    """The other open leads of the firms and people of those of `lead_ids` whose shared facts were ever changed."""
    changes = Event.objects.filter(lead_id__in=lead_ids, kind=Kind.LEAD_CHANGED, body__has_any_keys=SHARED)
    changed = list(Lead.objects.filter(pk__in=changes.values("lead_id")).values_list("company_id", "contact_id"))
    firms, people = ({pair[at] for pair in changed if pair[at]} for at in (0, 1))
    theirs = Q(company__in=firms) | Q(contact__in=people)
    open_kin = Lead.objects.filter(theirs, status=Status.OPEN).exclude(pk__in=lead_ids).order_by("pk")
    return list(open_kin.values_list("pk", flat=True))
