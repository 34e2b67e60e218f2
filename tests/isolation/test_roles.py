"""Role by function, and key by scope: every page and endpoint as each of those whose right it is not."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from accounts.roles import Function, Role, Scope, may
from tenancy.scope import scope
from tests.factories import a_key, a_member
from tests.isolation.test_walker import values
from tests.isolation.urls import Url
from tests.isolation.world import build, everything_of, logged_in

pytestmark = pytest.mark.django_db(transaction=True)


def views(patterns: Any, before: str = "") -> Iterator[tuple[Url, Any]]:
    """Every URL of an account with its view."""
    for pattern in patterns:
        route = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from views(pattern.url_patterns, route)
        elif isinstance(pattern, URLPattern):
            names = tuple(part.partition(">")[0].rpartition(":")[2] for part in route.split("<")[1:])
            yield Url(pattern.name or route, route, names), pattern.callback


VIEWS = list(views(get_resolver("config.account_urls").url_patterns))
PAGES: list[tuple[Url, Function]] = [(url, view.function) for url, view in VIEWS if hasattr(view, "function")]
ENDPOINTS = [(url, view.cls.needs) for url, view in VIEWS if getattr(getattr(view, "cls", None), "needs", None)]


@pytest.fixture
def world(transactional_db: None) -> SimpleNamespace:
    """Acme with a member of each role, and for each scope a key that has all others."""
    world = build()
    with scope(world.acme.account):
        world.members = {role: logged_in(a_member(role.label, role).user) for role in Role}
        world.keys = {missing: a_key(*(one for one in Scope if one != missing)) for missing in Scope}
    return world


def answers(client: Client, world: SimpleNamespace, url: Url, *methods: str, **headers: str) -> dict[str, int]:
    """The status of each method; with a key below /api/, else below the account's address."""
    path = url.path(values(world)) if headers else f"{world.acme.account.slug}/{url.path(values(world))}"
    return {method: getattr(client, method.lower())(f"/{path}", headers=headers).status_code for method in methods}


def test_all_of_an_accounts_urls_are_pages_or_endpoints() -> None:
    assert len(PAGES) + len(ENDPOINTS) == len(VIEWS)
    assert {function for _, function in PAGES} >= {Function.SEE_LEADS, Function.MANAGE_ACCOUNT, Function.SEE_REPORTS}


def test_what_is_not_ones_right_is_refused_and_changes_nothing(
    world: SimpleNamespace, role_urls: dict[str, str]
) -> None:
    before = everything_of(world.acme.account, role_urls["superuser"])
    let_in = [*pages_that_let_in(world), *endpoints_that_let_in(world), *endpoints_that_let_keys_in(world)]
    assert not let_in
    assert everything_of(world.acme.account, role_urls["superuser"]) == before


def pages_that_let_in(world: SimpleNamespace) -> Iterator[Any]:
    for role in Role:
        for url, function in PAGES:
            if not may(role, function):
                said = answers(world.members[role], world, url, "GET", "POST")
                if 403 not in said.values() or not set(said.values()) <= {403, 405}:
                    yield role, url, said


def endpoints_that_let_in(world: SimpleNamespace) -> Iterator[Any]:
    for role in Role:
        for url, needs in ENDPOINTS:
            refused = [method for method, need in needs.items() if not may(role, need.function)]
            said = answers(world.members[role], world, url, *refused)
            if not set(said.values()) <= {403}:
                yield role, url, said


def endpoints_that_let_keys_in(world: SimpleNamespace) -> Iterator[Any]:
    for missing, secret in world.keys.items():
        for url, needs in ENDPOINTS:
            refused = [method for method, need in needs.items() if need.scope == missing]
            said = answers(Client(), world, url, *refused, Authorization=f"Bearer {secret}")
            if not set(said.values()) <= {403}:
                yield missing, url, said


def test_what_is_ones_right_opens(world: SimpleNamespace) -> None:
    """The positive control: a 403 above means the role, not the page."""
    readable = [*PAGES, *((url, needs["GET"].function) for url, needs in ENDPOINTS if "GET" in needs)]
    shut = [
        (role, url)
        for role in Role
        for url, function in readable
        if may(role, function) and not url.parameters
        if answers(world.members[role], world, url, "GET")["GET"] == 403
    ]
    assert not shut
