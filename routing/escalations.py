"""The escalations inbox: which promises are broken, whose they are and why, until somebody saw to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count
from django.http import QueryDict
from django.urls import reverse

from leads.models import Lead
from leads.promises import Promise, words
from routing import accepting
from routing.models import Acceptance, Blame, Breach, Clock, Decision
from tenancy import clock
from tenancy.paging import Page, page_of

SIZE, SHOWN = 50, 20
OWED = {
    Clock.FIRST_ATTEMPT: "Nobody tried to reach them",
    Clock.FIRST_RESPONSE: "Nobody answered",
    Clock.NEXT_STEP: "Nothing done or planned",
}


@dataclass(frozen=True)
class Broken:
    """One line: the breach, how it sounds, and where its buttons lead."""

    breach: Breach
    lead: Lead
    company: str
    sla: Promise
    text: str
    url: str
    urls: Mapping[str, str]


@dataclass(frozen=True)
class Nobodys:
    """A lead that nobody owns, or that its owner could not pass on, and why."""

    lead: Lead
    url: str
    why: str
    reassign_url: str


def waiting() -> int:
    """How many breaches nobody has seen to."""
    count: int = Breach.objects.unsettled().count()
    return count


def inbox(query: QueryDict) -> dict[str, Any]:
    """The context of routing/escalations.html. Raises BadCursor."""
    blame = query.get("blame", "") if query.get("blame", "") in Blame.values else ""
    rows = Breach.objects.unsettled().select_related(
        "timer__policy", "owner", "lead__contact", "lead__company", "lead__owner"
    )
    page = page_of(
        rows.filter(blame=blame) if blame else rows,
        order="broken_at",
        cursor=query.get("cursor", ""),
        limit=SIZE,
    )
    now = clock.now()
    unowned, count = nobodys()
    declined = [_declined(row) for row in accepting.in_vain()]
    return {
        "rows": [_broken(breach, now) for breach in page.rows],
        "views": views(blame),
        "blame": blame,
        "declined": declined,
        "unowned": unowned,
        "unowned_count": count,
        "next_url": _link(blame, page, "next"),
        "previous_url": _link(blame, page, "previous"),
    }


def views(blame: str) -> list[tuple[str, str, bool, int]]:
    """The tabs: words, link, whether it is open, how many."""
    counts = dict(Breach.objects.unsettled().order_by().values_list("blame").annotate(Count("id")))
    base = reverse("escalations")
    kinds = [(label, f"{base}?blame={value}", value == blame, counts.get(value, 0)) for value, label in Blame.choices]
    return [("All", base, not blame, sum(counts.values())), *kinds]


def nobodys() -> tuple[list[Nobodys], int]:
    """Open leads for whom the rules had nobody, the longest waiting first; and how many there are."""
    leads = Lead.objects.open().filter(owner=None, decisions__reason="nobody").distinct()
    shown = list(leads.with_people().order_by("captured_at", "id")[:SHOWN])
    last = Decision.objects.filter(lead__in=shown).order_by("lead", "-decided_at", "-id").distinct("lead")
    said = dict(last.values_list("lead_id", "sentence"))
    count = len(shown) if len(shown) < SHOWN else leads.count()
    return [_nobodys(lead, said.get(lead.pk, "")) for lead in shown], count


def _declined(row: Acceptance) -> Nobodys:
    note = f" “{row.note}”" if row.note else ""
    why = f"{row.member} passed it on, {row.get_reason_display().lower()}{note}, and nobody else could take it."
    return Nobodys(row.lead, _lead_url(row.lead), why, reverse("lead-assignment", args=[row.lead.public_id]))


def _nobodys(lead: Lead, why: str) -> Nobodys:
    return Nobodys(lead, _lead_url(lead), why, reverse("lead-assignment", args=[lead.public_id]))


def _broken(breach: Breach, now: datetime) -> Broken:
    lead, due = breach.lead, breach.timer.due_at
    acts = {act: reverse(f"escalation-{act}", args=[breach.public_id]) for act in ("taking", "pause", "dismissal")}
    return Broken(
        breach=breach,
        lead=lead,
        company=str(lead.company or ""),
        sla=Promise("breach", f"{words(now - due)} over", due.isoformat()),
        text=told(breach),
        url=_lead_url(lead),
        urls=acts | {"reassign": reverse("lead-assignment", args=[lead.public_id])},
    )


def told(breach: Breach) -> str:
    """“Nobody answered: “Answer within 5 minutes”. Raj has it; Rita had it then.”"""
    policy, owner, before = breach.timer.policy, breach.lead.owner, breach.owner
    what = f"{OWED[Clock(breach.timer.clock)]}{f': “{policy.name}”' if policy else ''}."
    if owner is None:
        return f"{what} Nobody owns it."
    then = f"; {before.name} had it then" if before and before != owner else ""
    return f"{what} {owner.name} has it{then}."


def _lead_url(lead: Lead) -> str:
    return reverse("lead", args=[lead.public_id])


def _link(blame: str, page: Page, way: str) -> str:
    cursor = getattr(page, way)
    kept = f"blame={blame}&" if blame else ""
    return f"{reverse('escalations')}?{kept}cursor={cursor}" if cursor else ""
