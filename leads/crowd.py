"""Everybody a batch may be about: locked and looked up together, changed in memory, written together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from django.db import connection, models

from leads.lookup import locks_of
from leads.merging import late
from leads.models import Company, Contact, Lead, Source, Status
from leads.reading import Reading
from leads.repeat import newest_of
from tenancy import clock
from tenancy.inserting import draft, insert_all
from tenancy.knowing import rows_among
from tenancy.rows import Chain

ONE_OF_US = (
    "ON CONFLICT (account_id, domain) WHERE NOT (domain = '') DO UPDATE SET name = company.name RETURNING id, domain"
)


class Crowd:
    """What the account knows of the people in a batch, and what the batch makes of it.

    It is the ground (leads/repeat.py) of every repeat in the batch. `save` writes all of it in at most six statements.
    """

    def __init__(self) -> None:
        self._people: dict[str, Contact] = {}  # by address
        self._numbered: dict[tuple[UUID, str], Lead] = {}  # by source and external id
        self._leads: dict[UUID, list[Lead]] = defaultdict(list)  # by person
        self._by_domain: dict[str, Company] = {}
        self._by_name: dict[str, Company] = {}
        self._new: list[Any] = []
        self._changed: dict[UUID, Any] = {}
        self.holding: set[UUID] = set()  # leads into which others were merged

    @classmethod
    def around(cls, readings: Sequence[tuple[Source, Reading]]) -> Crowd:
        """Lock these people until the transaction ends, then see whom and what we know: five statements."""
        crowd = cls()
        emails = {reading.person["email_norm"] for _, reading in readings if reading.person.get("email_norm")}
        numbers = {(source.id, reading.lead.get("external_id", "")) for source, reading in readings}
        numbers = {(source, number) for source, number in numbers if number}
        lock(locks_of(emails, {number for _, number in numbers}))
        known = _known(emails)
        leads = _leads(known, numbers)
        stand_for = _stand_for(leads)
        leads += [lead for lead in stand_for.values() if lead not in leads]
        people = _people({*known, *(lead.contact_id for lead in leads)})
        firms = _firms([reading for _, reading in readings], leads, people.values())
        crowd._know(leads, people, firms)
        crowd._send_on(leads, stand_for)
        crowd.holding = late.holding([lead.pk for lead in leads])
        return crowd

    def lead_of(self, source: Source, reading: Reading) -> tuple[Lead | None, bool]:
        """The lead that a submission repeats, if any, and whether its external id says so."""
        number = reading.lead.get("external_id", "")
        if numbered := self._numbered.get((source.id, number)):
            # Else its own lead went into this one, about whose person it is only one more enquiry.
            return numbered, (numbered.source_id, numbered.external_id) == (source.id, number)
        contact = self._people.get(reading.person.get("email_norm", ""))
        return (newest_of(self._leads[contact.id]), False) if contact else (None, False)

    def person(self, reading: Reading, firm: Company | None) -> tuple[Contact, bool]:
        """The contact of a new lead, and whether it is new, too."""
        address = reading.person.get("email_norm", "")
        if address in self._people:
            return self._people[address], False
        contact = draft(Contact, **reading.person, company=firm, created_at=clock.now())
        if address:
            self._people[address] = contact
        self._new.append(contact)
        return contact, True

    def add(self, lead: Lead) -> None:
        """A new lead, known from now on to the rest of the batch."""
        self._new.append(lead)
        self._leads[lead.contact_id].append(lead)
        if lead.external_id:
            self._numbered[lead.source_id, lead.external_id] = lead

    def has_other(self, address: str, contact: Contact) -> bool:
        return self._people.get(address, contact).id != contact.id

    def is_taken(self, domain: str) -> bool:
        return domain in self._by_domain

    def known_firm(self, columns: dict[str, Any]) -> Company | None:
        """The firm of this domain; only without a domain, the one of this name."""
        if columns.get("domain"):
            return self._by_domain.get(columns["domain"])
        return self._by_name.get(columns.get("name_norm", ""))

    def firm(self, columns: dict[str, Any]) -> Company:
        known = self.known_firm(columns)
        if known is None:
            known = draft(Company, **columns, created_at=clock.now())
            self._new.append(known)
            self._learn_firm(known)
        return known

    def changed(self, row: Any, names: Sequence[str] = ()) -> None:
        if isinstance(row, Contact) and row.email_norm:
            self._people[row.email_norm] = row
        if isinstance(row, Company):
            self._learn_firm(row)
        self._changed[row.id] = row

    def save(self) -> None:
        """Write what is new and what changed."""
        self._save_firms()
        for model in (Contact, Lead):
            new, changed = self._of(model, self._new), self._of(model, self._changed.values())
            for row in (*new, *changed):
                row.company_id = row.company.id if row.company else None  # it may have got another id just now
            ours = {row.id for row in new}
            insert_all(new)
            _upsert(model, [row for row in changed if row.id not in ours])

    def _know(self, leads: Sequence[Lead], people: dict[UUID, Contact], firms: dict[UUID | None, Company]) -> None:
        """One object for each row, however many others point at it."""
        for contact in people.values():
            contact.company = firms.get(contact.company_id)
            if contact.email_norm:
                self._people[contact.email_norm] = contact
        for lead in leads:
            lead.contact, lead.company = people[lead.contact_id], firms.get(lead.company_id)
            self._leads[lead.contact_id].append(lead)
            if lead.external_id:
                self._numbered[lead.source_id, lead.external_id] = lead
        for firm in firms.values():
            self._learn_firm(firm)

    def _send_on(self, leads: Sequence[Lead], stand_for: dict[UUID, Lead]) -> None:
        """Whoever asks again after a merge means the lead that is kept."""
        known = {lead.pk: lead for lead in leads}
        for lead in leads:
            if into := stand_for.get(lead.pk):
                self._leads[lead.contact_id].append(known[into.pk])
                if lead.external_id:
                    self._numbered[lead.source_id, lead.external_id] = known[into.pk]

    def _learn_firm(self, firm: Company) -> None:
        if firm.domain:
            self._by_domain[firm.domain] = firm
        if firm.name_norm:  # of namesakes the first that we met, as look_up() takes it
            known = self._by_name.setdefault(firm.name_norm, firm)
            self._by_name[firm.name_norm] = min(known, firm, key=lambda one: one.id)

    def _save_firms(self) -> None:
        new = self._of(Company, self._new)
        insert_all([firm for firm in new if not firm.domain])
        _create_firms(sorted((firm for firm in new if firm.domain), key=lambda firm: firm.domain))
        ours = {firm.pk for firm in new}
        _upsert(Company, [firm for firm in self._of(Company, self._changed.values()) if firm.pk not in ours])

    def _of(self, model: type[models.Model], rows: Iterable[Any]) -> list[Any]:
        return [row for row in rows if isinstance(row, model)]


def lock(keys: Iterable[int]) -> None:
    """Take these advisory locks for the transaction, in one order for everybody."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(key) FROM unnest(%s::bigint[]) AS key", [sorted(keys)])


def _known(emails: set[str]) -> list[UUID]:
    """The people with these addresses. A condition across both tables would read all leads of the account."""
    return [contact.pk for contact in rows_among(Contact, email_norm=emails)]


def _leads(people: Sequence[UUID], numbers: set[tuple[UUID, str]]) -> list[Lead]:
    """All leads of these people, and those with these ids at their sources, locked in the order of their own ids."""
    sources, names = {source for source, _ in numbers}, {number for _, number in numbers}
    numbered = rows_among(Lead, source_id=sources, external_id=names)
    ids = {lead.pk for lead in (*rows_among(Lead, contact_id=people), *numbered)}
    found = rows_among(Lead, id=ids, locked=True)
    of_leads = {source.pk: source for source in rows_among(Source, id={lead.source_id for lead in found})}
    for lead in found:
        lead.source = of_leads[lead.source_id]
    return found


def _stand_for(leads: Sequence[Lead]) -> dict[UUID, Lead]:
    """The lead that was kept, locked, by each of `leads` that was merged away."""
    merged = [lead.pk for lead in leads if lead.status == Status.MERGED]
    into = late.where_to(merged) if merged else {}
    rows = Lead.objects.filter(pk__in=into.values()).select_related("source").order_by("id")
    found = {lead.pk: lead for lead in rows.select_for_update(of=("self",), no_key=True)} if into else {}
    return {lead_id: found[kept] for lead_id, kept in into.items()}


def _people(ids: set[UUID]) -> dict[UUID, Contact]:
    # Whole rows are written back: nobody else may change a part of one in between.
    return {contact.pk: contact for contact in rows_among(Contact, id=ids, locked=True)}


def _firms(readings: Sequence[Reading], leads: Sequence[Lead], people: Iterable[Contact]) -> dict[UUID | None, Company]:
    domains = {reading.firm["domain"] for reading in readings if reading.firm.get("domain")}
    names = {reading.firm["name_norm"] for reading in readings if _has_only_a_name(reading.firm)}
    linked = {lead.company_id for lead in leads} | {contact.company_id for contact in people}
    asked = [*rows_among(Company, domain=domains), *rows_among(Company, name_norm=names)]
    ids = linked - {None} | {firm.pk for firm in asked}
    return {firm.pk: firm for firm in rows_among(Company, id=ids, locked=True)}


def _has_only_a_name(firm: dict[str, Any]) -> bool:
    return bool(firm.get("name_norm")) and not firm.get("domain")


def _create_firms(firms: Sequence[Company]) -> None:
    """Insert firms in the order of their domains; where somebody else was faster, ours becomes theirs."""
    if not firms:
        return
    chain = Chain().insert("firm", Company, [firm.__dict__ for firm in firms], tail=ONE_OF_US)
    made = chain.fetch("SELECT array_agg(id), array_agg(domain) FROM firm")
    ids = dict(zip(made[1], made[0], strict=True))
    for firm in firms:
        firm.pk = ids[firm.domain]


def _upsert(model: type[Any], rows: Sequence[Any]) -> None:
    """Write whole rows that are there, in one statement."""
    names = [field.name for field in model._meta.concrete_fields if field.name not in ("id", "account")]
    in_order = sorted(rows, key=lambda row: row.pk)  # so that no two batches wait for each other in a circle
    model.objects.bulk_create(in_order, update_conflicts=True, unique_fields=["account", "id"], update_fields=names)
