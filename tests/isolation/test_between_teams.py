"""A third stranger: a rep of another team of the same account. To her its leads and deals are not there.

Every URL and method: one that names a lead, a deal or what hangs on it answers as if there were no such thing; no
other one has a word of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client

from accounts.models import Member
from events.models import Notification
from leads.models import Activity, Lead
from pipeline.models import Approval, Deal, Meeting, Task
from routing.models import Cover
from tenancy import clock
from tenancy.ids import public_id, uuid7
from tenancy.models import SeenBy
from tenancy.scope import scope
from tests.factories import a_member, in_team
from tests.isolation.test_walker import ACCOUNT_URLS, BODIES, METHODS, PARAMETERS, REFUSED, call, learned, values
from tests.isolation.urls import Url
from tests.isolation.world import OF_A_LEAD, TENANT_MODELS, build, everything_of, is_of_a_lead, logged_in

pytestmark = pytest.mark.django_db(transaction=True)

HIDDEN = {model.PREFIX for model in TENANT_MODELS if is_of_a_lead(model)}
TABLES = {model._meta.db_table for model in TENANT_MODELS if is_of_a_lead(model)}
LEAST = 30  # of the pages about one lead, so that the walk means something
LISTS = {
    *("leads", "board", "board-list", "board-csv", "contacts", "companies", "duplicates", "today", "approvals"),
    *("notifications", "cover", "api-leads", "api-deals", "api-contacts", "api-companies", "api-approvals"),
}


@pytest.fixture
def world(transactional_db: None, role_urls: dict[str, str]) -> Iterator[SimpleNamespace]:
    """Acme's one lead is Nils's, of the north; Sunniva is of the south."""
    world = build()
    with scope(world.acme.account):
        world.nils, world.sunniva = (in_team(a_member(name), team) for name, team in (("Nils", "N"), ("Sunniva", "S")))
        Lead.objects.update(owner=world.nils)
        Deal.objects.update(owner=world.nils)
        had_to_do_with_it(world.sunniva)
    before = everything_of(world.acme.account, role_urls["superuser"])
    yield world
    after = everything_of(world.acme.account, role_urls["superuser"])
    assert not {table for table in TABLES if before[table] != after[table]}


def had_to_do_with_it(member: Member) -> None:
    """Before it went to the other team the lead was hers: she called, asked, was told, and acted for somebody."""
    now, lead = clock.now(), Lead.objects.get()
    Activity.objects.update(member=member, kind="call", automatic=False, created_at=now)
    Approval.objects.update(asked_by=member, answered_at=None)
    Cover.objects.update(acting=member)
    Meeting.objects.update(member=member, starts_at=now, outcome="")
    Notification.objects.update(member_id=member.pk, lead_id=lead.pk, text=OF_A_LEAD, read_at=None)
    Task.objects.update(member=member, due_at=now, done_at=None)


def is_about_a_lead(url: Url) -> bool:
    return any(PARAMETERS.get(name) in HIDDEN for name in url.parameters)


def ask(client: Client, world: SimpleNamespace, url: Url, method: str, given: dict[str, str]) -> Any:
    body = {name: given[parameter] for name, parameter in BODIES.get(url.name, {}).items()}
    return call(client, method, f"/{world.acme.account.slug}/{url.path(given)}", body)


def without(world: SimpleNamespace) -> dict[str, str]:
    """The same parameters, but all that hangs on a lead has an id that nobody has."""
    return values(world) | {name: public_id(prefix, uuid7()) for name, prefix in PARAMETERS.items() if prefix in HIDDEN}


def test_she_finds_nothing_of_a_lead_of_another_team(world: SimpleNamespace) -> None:
    sunniva, there, nowhere = logged_in(world.sunniva.user), values(world), without(world)
    told = []
    for url in ACCOUNT_URLS:
        for method in METHODS:
            answer = ask(sunniva, world, url, method, there)
            if learned(answer, OF_A_LEAD):
                told.append((url.route, method, answer.status_code, "says it"))
            if is_about_a_lead(url):
                missing = ask(sunniva, world, url, method, nowhere)
                if answer.status_code != missing.status_code or answer.status_code not in REFUSED:
                    told.append((url.route, method, answer.status_code, missing.status_code))
    assert not told


def test_the_walk_above_knocks_at_doors_that_open(world: SimpleNamespace) -> None:
    """The positive control: the same pages to a rep of the lead's own team, and to Sunniva once everybody sees it."""
    with scope(world.acme.account):
        ylva = in_team(a_member("Ylva"), "N")
    about = [url for url in ACCOUNT_URLS if is_about_a_lead(url)]
    assert len(open_to(ylva, about, world)) > LEAST
    assert not open_to(world.sunniva, about, world)
    type(world.acme.account).objects.update(seen_by=SeenBy.EVERYBODY)
    assert open_to(world.sunniva, about, world) == open_to(ylva, about, world)
    sunniva, given = logged_in(world.sunniva.user), values(world)
    says_it = {url.name for url in ACCOUNT_URLS if learned(ask(sunniva, world, url, "get", given), OF_A_LEAD)}
    assert says_it >= LISTS


def open_to(member: Member, urls: list[Url], world: SimpleNamespace) -> set[str]:
    client, given = logged_in(member.user), values(world)
    return {url.name for url in urls if ask(client, world, url, "get", given).status_code == 200}
