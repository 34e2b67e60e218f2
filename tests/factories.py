"""The cast and the things they work with. Make them inside `scope(account)`; the fixtures of
tests/stage.py do.

Ada is the admin, Max the manager, Rita and Raj the reps, Mo does marketing; Eve is the admin of another account.
"""

from __future__ import annotations

from itertools import count
from types import SimpleNamespace
from typing import Any

from accounts.models import ApiKey, Member, Team, User
from accounts.roles import Role, Scope
from events.record import SYSTEM
from leads.changes import searchable
from leads.models import Company, Contact, Lead, Source
from leads.reading import read
from leads.vocabulary import FACTS, Reader
from tenancy import clock
from tenancy.models import Account
from tenancy.scope import current_account, scope

CAST = {"Ada": Role.ADMIN, "Max": Role.MANAGER, "Rita": Role.REP, "Raj": Role.REP, "Mo": Role.MARKETER}
PASSWORD = "correct horse battery"
_numbers = count(1)


def an_account(slug: str = "acme", **columns: Any) -> Account:
    return Account.objects.create(slug=slug, name=slug.title(), **columns)


def a_member(name: str, role: Role = Role.REP, *, email: str = "", password: str | None = None) -> Member:
    """A member of the account in scope, with a login of its own; without a password (slow to hash) nobody logs in."""
    address = email or f"{name.lower()}@{current_account().slug}.example"
    return Member.join(User.objects.create_user(address, password, name=name), name=name, role=role, by=SYSTEM)


def in_team(member: Member, name: str) -> Member:
    """The member, in the team of that name, which is made when it is missing."""
    member.team = Team.objects.get_or_create(name=name)[0]
    Member.objects.filter(pk=member.pk).update(team=member.team)
    return member


def the_cast(account: Account) -> SimpleNamespace:
    """Everybody of one account: `cast.ada`, `cast.rita`, ..., and `cast.account`."""
    with scope(account):
        members = {name.lower(): a_member(name, role) for name, role in CAST.items()}
    return SimpleNamespace(account=account, **members)


def a_key(*scopes: Scope, **columns: Any) -> str:
    """The secret of a new API key of the account in scope, with all scopes unless told."""
    return ApiKey.issue(f"Key {next(_numbers)}", list(scopes or Scope), by=SYSTEM, **columns)[1]


def a_source(name: str = "Website", kind: str = "form", **columns: Any) -> Source:
    """The source of that name in the account in scope; made when it is missing."""
    source: Source = Source.objects.get_or_create(name=name, defaults={"kind": kind, **columns})[0]
    return source


def a_lead(*, owner: Member | None = None, source: Source | None = None, **facts: Any) -> Lead:
    """A lead without events or jobs. `facts` as one would send them, or columns of Lead (`score=74`, `tier="high"`)."""
    number = next(_numbers)
    facts = {"name": f"Person {number}", "email": f"person{number}@firm{number}.example"} | facts
    columns = {name: facts.pop(name) for name in list(facts) if _is_copy(name)}
    reading = read(facts, Reader.of(current_account(), clock.now(), {}))
    company = Company.objects.create(**reading.firm) if reading.firm else None
    contact = Contact.objects.create(company=company, **reading.person)
    lead = Lead(contact=contact, company=company, source=source or a_source(), owner=owner, **reading.lead | columns)
    lead.campaign = reading.campaign
    lead.search_text = searchable(lead)
    lead.save(force_insert=True)
    return lead


def _is_copy(name: str) -> bool:
    facts_of_the_firm_and_person = {"source", "owner", "value", "contact", "company"}
    columns = {field.attname for field in Lead._meta.concrete_fields}
    return name in columns and name not in FACTS and name not in facts_of_the_firm_and_person
