"""A repeat enquiry: which lead it belongs to, and what it changes there."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Protocol
from uuid import UUID

from events.kinds import Kind
from events.record import By, Happening, record_all
from leads.changes import searchable
from leads.lookup import Known
from leads.merging import late
from leads.merging.facts import NEWEST_COUNTS
from leads.models import Company, Contact, Lead, Status, Submission
from leads.models.lead import REOPENED
from leads.reading import Reading
from tenancy import clock

ATTEMPTS = 3  # at finding a lead that is not merged under our hands


class Ground(Protocol):
    """Where a repeat is written: the database row by row (`Alone`), or a batch that is written at the end."""

    def has_other(self, address: str, contact: Contact) -> bool:
        """Whether another contact than `contact` has this address."""

    def firm(self, columns: dict[str, Any]) -> Company:
        """The firm these columns describe, new where nobody knows it."""

    def is_taken(self, domain: str) -> bool:
        """Whether some firm has this domain."""

    def changed(self, row: Any, names: Sequence[str]) -> None:
        """`row` has other values in the columns `names` than the database."""


class Alone:
    """One repeat by itself: each change goes to the database at once."""

    def has_other(self, address: str, contact: Contact) -> bool:
        return bool(Contact.objects.filter(email_norm=address).exclude(pk=contact.pk).exists())

    def firm(self, columns: dict[str, Any]) -> Company:
        domain = columns.get("domain")
        known = Company.objects.filter(domain=domain).first() if domain else None
        found: Company = known or Company.objects.create(**columns)
        return found

    def is_taken(self, domain: str) -> bool:
        return bool(Company.objects.filter(domain=domain).exists())

    def changed(self, row: Any, names: Sequence[str]) -> None:
        row.save(update_fields=names)


ALONE = Alone()


def known_lead(known: Known) -> Lead | None:
    """The lead a new submission belongs to, locked: the one with its external id, else what `newest_of` finds.

    A lead that was merged into another stands for that other.
    """
    if not known.lead_id and not known.contact_id:
        return None
    found: list[Lead] = []
    for _ in range(ATTEMPTS):
        wanted = _standing(known)
        found = _locked(wanted)
        if len(found) == len(wanted):
            break  # else somebody merged one of them just now
    if known.lead_id:
        return found[0] if found else None
    return newest_of(found)


def newest_of(leads: Iterable[Lead]) -> Lead | None:
    """Of one person's leads the open one, else the newest if that is disqualified. None after won or lost, and where
    there is only spam: then a new lead begins."""
    real = [lead for lead in leads if lead.status not in (Status.SPAM, Status.MERGED)]
    newest = max(real, key=lambda lead: (lead.status == Status.OPEN, lead.captured_at), default=None)
    return newest if newest and newest.status in (Status.OPEN, Status.DISQUALIFIED) else None


def _standing(known: Known) -> list[UUID]:
    asked = {"pk": known.lead_id} if known.lead_id else {"contact": known.contact_id}
    states = dict(Lead.objects.filter(**asked).values_list("pk", "status"))
    return late.kept(list(states)) if Status.MERGED in states.values() else list(states)


def _locked(lead_ids: list[UUID]) -> list[Lead]:
    # Merged leads are left alone, and the others locked in the order of ids, as merging does.
    leads = Lead.objects.with_people().select_related("contact__company").filter(pk__in=lead_ids)
    return list(leads.exclude(status=Status.MERGED).order_by("id").select_for_update(of=("self",)))


def attach(lead: Lead, submission: Submission, reading: Reading, *, by: By, same_id: bool) -> None:
    """Add `submission` to `lead`; with the same external id everything it says counts, else what is new.

    Records LEAD_REPEATED, before it LEAD_REOPENED where the lead was disqualified.
    """
    watch = late.Watch(lead, reading)
    reopened = blend(lead, reading, same_id=same_id, ground=ALONE)
    lead.save()
    submission.save(force_insert=True)
    watch.note(submission)
    record_all(repetition(lead, submission, by, reopened=reopened))


def blend(lead: Lead, reading: Reading, *, same_id: bool, ground: Ground) -> bool:
    """Bring what was read into `lead` in memory, and into its person and firm on `ground`.

    Returns whether the lead was disqualified and is open again.
    """
    reopened = lead.status == Status.DISQUALIFIED
    if reopened:
        _assign(lead, REOPENED)
    write(lead.contact, _own_address(lead, reading, ground), overwrite=same_id, ground=ground)
    _write_firm(lead, reading, overwrite=same_id, ground=ground)
    custom = lead.custom | reading.custom if same_id else reading.custom | lead.custom
    columns = {name: value for name, value in reading.lead.items() if name not in ("custom", "external_id")}
    _assign(lead, {name: value for name, value in columns.items() if same_id or _is_news(lead, name, value)})
    lead.custom = custom
    if lead.incomplete:
        known = lead.facts
        lead.incomplete = [name for name in lead.incomplete if known.get(name) is None]
    lead.campaign = lead.campaign or reading.campaign
    lead.search_text = searchable(lead)
    lead.updated_at = clock.now()
    return reopened


def _own_address(lead: Lead, reading: Reading, ground: Ground) -> dict[str, Any]:
    """The person as it was sent, without an address that is another contact's: that stays in the submission."""
    address = reading.person.get("email_norm")
    if not address or not ground.has_other(address, lead.contact):
        return reading.person
    detail = "Another contact has this address; it is kept in the submission only."
    reading.problems.append({"pointer": "/email", "code": "duplicate", "detail": detail})
    return {name: value for name, value in reading.person.items() if name not in ("email", "email_norm")}


def _is_news(lead: Lead, name: str, value: Any) -> bool:
    return bool(value) and (name in NEWEST_COUNTS or not getattr(lead, name))


def repetition(lead: Lead, submission: Submission, by: By, *, reopened: bool) -> list[Happening]:
    """LEAD_REPEATED, before it LEAD_REOPENED where the lead was disqualified."""
    body = {
        "source": submission.source.name,
        "channel": submission.channel,
        "submission": submission.public_id,
        "message": str(submission.raw.get("message") or "")[:500],
    }
    repeated = Happening(Kind.LEAD_REPEATED, lead.pk, lead.pk, by, body, submission.received_at)
    if not reopened:
        return [repeated]
    return [
        Happening(Kind.LEAD_REOPENED, lead.pk, lead.pk, by, {"reason": "Enquired again"}, submission.received_at),
        repeated,
    ]


def _write_firm(lead: Lead, reading: Reading, *, overwrite: bool, ground: Ground) -> None:
    if not reading.firm:
        return
    if lead.company is None:
        lead.company = ground.firm(reading.firm)
        if lead.contact.company is None:
            lead.contact.company = lead.company
            ground.changed(lead.contact, ["company"])
    domain = reading.firm.get("domain")
    taken = domain and (lead.company.domain or ground.is_taken(domain))
    columns = {name: value for name, value in reading.firm.items() if name != "domain" or not taken}
    write(lead.company, columns, overwrite=overwrite, ground=ground)


def write(row: Any, columns: dict[str, Any], *, overwrite: bool = False, ground: Ground = ALONE) -> None:
    """Write what is not known of a person or firm yet; with `overwrite` everything that is said."""
    news = {name: value for name, value in columns.items() if value and (overwrite or not getattr(row, name))}
    news = {name: value for name, value in news.items() if value != getattr(row, name)}
    if news:
        _assign(row, news)
        ground.changed(row, list(news))


def _assign(row: Any, columns: dict[str, Any]) -> None:
    for name, value in columns.items():
        setattr(row, name, value)
