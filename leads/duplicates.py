"""The same person twice: found after capture, so that nobody waits for it; attached, or put before a person."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db.models import Q, Value
from django.db.models.functions import Coalesce

from events.kinds import Kind
from events.record import SYSTEM, By, record
from leads.likeness import Likeness, Person, likeness
from leads.merging import CannotMerge, merge
from leads.models import Contact, DuplicateRule, Lead, Merge, Status, Suspicion
from tenancy import clock

CANDIDATES = 100  # of one firm or one phone: a switchboard has thousands, and the newest are the likeliest
ASKED = 3  # pairs for each lead: nobody looks through more
OUT = (Status.SPAM, Status.MERGED)


def rule() -> DuplicateRule:
    """The account's thresholds; the defaults where nobody set any."""
    return DuplicateRule.objects.first() or DuplicateRule()


def set_rule(attach: int, review: int) -> None:
    """From which confidence (0-100) on leads are attached, and from which on a person is asked."""
    DuplicateRule.objects.update_or_create(defaults={"attach": attach, "review": review})


def examine(lead_ids: Sequence[UUID]) -> None:
    """Compare new leads with those of people who may be the same; attach what is certain, else suspect it."""
    leads = Lead.objects.filter(pk__in=lead_ids).exclude(status__in=OUT).select_related("contact", "company")
    limits = rule()
    for lead in leads.order_by("id"):
        asked = []
        for other_id, found in alike(lead, limits.review):
            if found.attachable and found.confidence >= limits.attach and _attach(lead, other_id):
                break
            asked.append((other_id, found))
        suspect(lead, asked)


def alike(lead: Lead, least: int) -> list[tuple[UUID, Likeness]]:
    """Leads of other people that may be this one's, the likeliest first, then the oldest; at most ASKED of them."""
    me = person_of(lead)
    found = [(at, pk, likeness(me, Person(*person))) for pk, at, *person in _candidates(lead)]
    found = sorted((one for one in found if one[2].confidence >= least), key=lambda one: (-one[2].confidence, one[0]))
    return [(pk, how) for _at, pk, how in found[:ASKED]]


def person_of(lead: Lead) -> Person:
    contact, firm = lead.contact, lead.company
    return Person(
        contact.name_norm,
        contact.email_norm,
        contact.phone_e164,
        firm.name_norm if firm else "",
        firm.domain if firm else "",
    )


def suspect(lead: Lead, others: Sequence[tuple[UUID, Likeness]]) -> None:
    """Put pairs of leads before a person, once: what somebody has answered is not asked again."""
    rows = []
    for other_id, found in others:
        first, second = sorted((lead.pk, other_id))
        rows.append(
            Suspicion(first_id=first, second_id=second, confidence=found.confidence, reasons=list(found.reasons))
        )
    Suspicion.objects.bulk_create(rows, ignore_conflicts=True)


def waiting() -> int:
    """How many pairs wait for somebody's answer."""
    count: int = open_suspicions().count()
    return count


def open_suspicions() -> Any:
    """Pairs nobody has answered, both of which are still there, the likeliest first."""
    rows = Suspicion.objects.filter(settled_at=None).exclude(Q(first__status__in=OUT) | Q(second__status__in=OUT))
    return rows.order_by("-confidence", "-id")


def tell_apart(suspicion: Suspicion) -> bool:
    """They are not the same. False if somebody answered before."""
    asked = Suspicion.objects.filter(pk=suspicion.pk, settled_at=None)
    return bool(asked.update(settled_at=clock.now(), answer="different"))


def latest_merges(most: int = 20) -> list[Merge]:
    """What was merged lately and not undone, newest first."""
    rows = Merge.objects.standing().select_related("lead__contact", "other__contact", "other__company")
    return list(rows.order_by("-merged_at", "-id")[:most])


def _candidates(lead: Lead) -> list[tuple[Any, ...]]:
    """(id, captured at, *Person), by phone and by firm: each an indexed look-up of its own."""
    people: set[UUID] = set()
    if lead.contact.phone_e164:
        people |= _newest(Contact.objects.filter(phone_e164=lead.contact.phone_e164))
    if lead.company_id:
        people |= _newest(Contact.objects.filter(company=lead.company_id))
    if lead.company and lead.company.name_norm and lead.contact.name_norm:
        same_name = Contact.objects.filter(name_norm=lead.contact.name_norm)
        people |= _newest(same_name.filter(company__name_norm=lead.company.name_norm))
    people.discard(lead.contact_id)
    if not people:
        return []
    rows = Lead.objects.filter(contact__in=people).exclude(status__in=OUT).exclude(pk=lead.pk)
    person = ("contact__name_norm", "contact__email_norm", "contact__phone_e164")
    firm = (Coalesce(f"company__{name}", Value("")) for name in ("name_norm", "domain"))
    return list(rows.values_list("pk", "captured_at", *person, *firm))


def _newest(people: Any) -> set[UUID]:
    return set(people.order_by("-id").values_list("pk", flat=True)[:CANDIDATES])


def _attach(lead: Lead, other_id: UUID, by: By = SYSTEM) -> bool:
    """Let the newer of two open leads become one more enquiry of the older. False where a person must decide."""
    other = Lead.objects.select_related("contact", "company").get(pk=other_id)
    older, newer = sorted((lead, other), key=lambda one: (one.captured_at, one.pk))
    if older.status != Status.OPEN or newer.status != Status.OPEN:
        return False
    try:
        merge(newer, older, by=by, take=["message"] if newer.message else [])
    except CannotMerge:
        return False  # somebody merged one of them just now
    told = {"source": newer.source.name, "message": newer.message[:500]}
    record(Kind.LEAD_REPEATED, older, by=by, lead_id=older.pk, **told)
    return True
