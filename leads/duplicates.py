"""The same person twice: found after capture, so that nobody waits for it; attached, or put before a person."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from events.kinds import Kind
from events.record import SYSTEM, By, record
from leads.likeness import Likeness, Person, likeness
from leads.merging import late, merge
from leads.models import DuplicateRule, Lead, Merge, Status, Suspicion
from leads.repeat import newest_of
from tenancy import clock
from tenancy.scope import current_account

CANDIDATES = 100  # of one firm or one phone: a switchboard has thousands, and the newest are the likeliest
ASKED = 3  # pairs for each lead: nobody looks through more
REHEARSED = 200  # leads on which thresholds are tried out
OUT = (Status.SPAM, Status.MERGED)
_NEWEST = "ORDER BY other.id DESC LIMIT %(most)s"
_WHO_MAY_BE = f"""
    SELECT mine.lead_id, person.id
      FROM (SELECT lead.id AS lead_id, contact.id, contact.phone_e164, contact.name_norm,
                   lead.company_id, firm.name_norm AS firm
              FROM lead
              JOIN contact ON contact.account_id = lead.account_id AND contact.id = lead.contact_id
              LEFT JOIN company firm ON firm.account_id = lead.account_id AND firm.id = lead.company_id
             WHERE lead.account_id = %(account)s AND lead.id = ANY(%(leads)s)) AS mine
     CROSS JOIN LATERAL (
           (SELECT other.id FROM contact other
             WHERE other.account_id = %(account)s AND other.phone_e164 = mine.phone_e164
               AND mine.phone_e164 <> '' {_NEWEST})
           UNION
           (SELECT other.id FROM contact other
             WHERE other.account_id = %(account)s AND other.company_id = mine.company_id {_NEWEST})
           UNION
           (SELECT other.id FROM contact other
              JOIN company ON company.account_id = other.account_id AND company.id = other.company_id
             WHERE other.account_id = %(account)s AND other.name_norm = mine.name_norm AND mine.name_norm <> ''
               AND company.name_norm = mine.firm AND mine.firm <> '' {_NEWEST})) AS person
     WHERE person.id <> mine.id
"""  # noqa: S608  (constants only)


def rule() -> DuplicateRule:
    """The account's thresholds; the defaults where nobody set any."""
    return DuplicateRule.objects.first() or DuplicateRule()


def set_rule(attach: int, review: int) -> None:
    """From which confidence (0-100) on leads are attached, and from which on a person is asked."""
    DuplicateRule.objects.update_or_create(defaults={"attach": attach, "review": review})


@dataclass(frozen=True)
class Rehearsal:
    """What thresholds would have done with the likely pairs among the latest `leads`."""

    leads: int
    attached: int
    asked: int
    apart: int

    @property
    def pairs(self) -> int:
        return self.attached + self.asked + self.apart


def rehearse(attach: int, review: int) -> Rehearsal:
    """Try thresholds out on the latest leads, each compared with everybody; changes nothing."""
    latest = list(_here().order_by("-captured_at", "-id").values_list("pk", flat=True)[:REHEARSED])
    pairs = {
        frozenset((lead_id, other_id)): how for lead_id, found in alike(latest, 1).items() for other_id, how in found
    }
    sure = sum(how.attachable and how.confidence >= attach for how in pairs.values())
    apart = sum(how.confidence < review for how in pairs.values())
    return Rehearsal(len(latest), sure, len(pairs) - sure - apart, apart)


def examine(lead_ids: Sequence[UUID]) -> None:
    """Compare new leads with those of people who may be the same; attach what is certain, else suspect it.

    Five statements for all of them, and those of each merge.
    """
    limits, pairs = rule(), []
    attached: set[UUID] = set()
    for lead_id, others in alike(lead_ids, limits.review).items():
        for other_id, found in others:
            sure = found.attachable and found.confidence >= limits.attach
            if sure and not {lead_id, other_id} & attached and (gone := _attach(lead_id, other_id)):
                attached.add(gone)
                break
            pairs.append((lead_id, other_id, found))
    suspect([pair for pair in pairs if not attached & set(pair[:2])])


def alike(lead_ids: Sequence[UUID], least: int) -> dict[UUID, list[tuple[UUID, Likeness]]]:
    """By lead: those of other people that may be its own, the likeliest first, then the oldest; at most ASKED."""
    mine = {lead.pk: person_of(lead) for lead in _here().filter(pk__among=lead_ids).order_by("id")}
    people = _candidates(list(mine))
    theirs = _leads_of({contact_id for _, contact_id in people})
    found: dict[UUID, list[tuple[int, datetime, UUID, Likeness]]] = {lead_id: [] for lead_id in mine}
    for lead_id, contact_id in people:
        for other in theirs[contact_id]:
            how = likeness(mine[lead_id], person_of(other))
            if how.confidence >= least:
                found[lead_id].append((-how.confidence, other.captured_at, other.pk, how))
    return {
        lead_id: [row[2:] for row in sorted(rows, key=lambda row: row[:3])[:ASKED]] for lead_id, rows in found.items()
    }


def person_of(lead: Lead) -> Person:
    contact, firm = lead.contact, lead.company
    return Person(
        contact.name_norm,
        contact.email_norm,
        contact.phone_e164,
        firm.name_norm if firm else "",
        firm.domain if firm else "",
    )


def suspect(pairs: Sequence[tuple[UUID, UUID, Likeness]]) -> None:
    """Put pairs of leads before a person, once: what somebody has answered is not asked again."""
    rows = []
    for one, other, found in pairs:
        first, second = sorted((one, other))
        rows.append(
            Suspicion(first_id=first, second_id=second, confidence=found.confidence, reasons=list(found.reasons))
        )
    Suspicion.objects.bulk_create(rows, ignore_conflicts=True)


def give_to_known(lead: Lead, *, by: By) -> Lead | None:
    """Let a lead that comes out of the spam folder be one more enquiry of the same person's lead, as it would have been
    when it arrived: of the open one, or of the newest if that is disqualified, which is open again then.

    Returns that lead; None where the person has none, and the lead is to stand for itself.
    """
    with transaction.atomic():
        theirs = Lead.objects.filter(contact=lead.contact_id).exclude(pk=lead.pk).values_list("pk", flat=True)
        known = newest_of(Lead.objects.filter(pk__in=late.kept(list(theirs))).exclude(pk=lead.pk))
        if known is None:
            return None
        if known.status == Status.DISQUALIFIED:
            known.reopen(by=by, reason="Enquired again")
        _repeat(lead, known, by, take=bool(lead.message) and lead.captured_at > known.captured_at)
    return known


def waiting() -> int:
    """How many pairs wait for somebody's answer."""
    count: int = open_suspicions().count()
    return count


def open_suspicions() -> Any:
    """Pairs in sight that nobody has answered, both of which are still there, the likeliest first."""
    rows = (
        Suspicion.objects.in_sight()
        .filter(settled_at=None)
        .exclude(Q(first__status__in=OUT) | Q(second__status__in=OUT))
    )
    return rows.order_by("-confidence", "-id")


def is_suspected() -> Q:
    """Of leads: whether a pair with this one waits for an answer."""
    # Two questions, each by its own index, instead of an OR that no index answers.
    lead, asked = OuterRef("pk"), open_suspicions().order_by()
    return Q(Exists(asked.filter(first_id=lead))) | Q(Exists(asked.filter(second_id=lead)))


def tell_apart(suspicion: Suspicion) -> bool:
    """They are not the same. False if somebody answered before."""
    asked = Suspicion.objects.filter(pk=suspicion.pk, settled_at=None)
    return bool(asked.update(settled_at=clock.now(), answer="different"))


def latest_merges(most: int = 20) -> list[Merge]:
    """What was merged lately and not undone, newest first."""
    rows = Merge.objects.standing().in_sight().select_related("lead__contact", "other__contact", "other__company")
    return list(rows.order_by("-merged_at", "-id")[:most])


def _candidates(lead_ids: Sequence[UUID]) -> list[tuple[UUID, UUID]]:
    """(lead, contact of another) by phone and by firm: each an indexed look-up of its own, all in one statement."""
    with connection.cursor() as cursor:
        cursor.execute(_WHO_MAY_BE, {"account": current_account().pk, "leads": list(lead_ids), "most": CANDIDATES})
        return list(cursor.fetchall())


def _leads_of(contact_ids: set[UUID]) -> dict[UUID, list[Lead]]:
    """Apart from the candidates: joined to them, a table that was never analysed is read once for each lead."""
    theirs: dict[UUID, list[Lead]] = defaultdict(list)
    for lead in _here().filter(contact_id__among=contact_ids):
        theirs[lead.contact_id].append(lead)
    return theirs


def _here() -> QuerySet[Lead]:
    leads: QuerySet[Lead] = Lead.objects.exclude(status__in=OUT)
    return leads.select_related("contact", "company")


def _attach(one_id: UUID, other_id: UUID, by: By = SYSTEM) -> UUID | None:
    """Let the newer of two open leads become one more enquiry of the older, and return its id. None where a person
    must decide."""
    with transaction.atomic():
        # Looked at again under lock: what was just attached may have brought an address along.
        rows = Lead.objects.filter(pk__in=[one_id, other_id], status=Status.OPEN).order_by("id")
        pair = list(rows.select_for_update(of=("self",)).select_related("source", "contact", "company"))
        if len(pair) < 2 or not likeness(*map(person_of, pair)).attachable:
            return None
        older, newer = sorted(pair, key=lambda lead: (lead.captured_at, lead.pk))
        _repeat(newer, older, by, take=bool(newer.message))
    gone: UUID = newer.pk
    return gone


def _repeat(lead: Lead, into: Lead, by: By, *, take: bool) -> None:
    merge(lead, into, by=by, take=["message"] if take else [])
    told = {"source": lead.source.name, "message": lead.message[:500]}
    record(Kind.LEAD_REPEATED, into, by=by, lead_id=into.pk, **told)
