"""Every URL, every method, as those who must not: they learn nothing, change nothing, and break nothing.

A URL with a parameter that is not registered here, or an unlisted global URL, fails the build. So does one that
nobody can use at all: the positive control.
"""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client
from django.urls import get_resolver

from tests.isolation.urls import Url, urls_of
from tests.isolation.world import CANARY, TENANT_MODELS, build, everything_of, logged_in

pytestmark = pytest.mark.django_db(transaction=True)

METHODS = ("get", "post", "put", "patch", "delete")
BEFORE_ANY_VIEW = ("get", "post")  # these are turned away by the middleware, whatever the method
NOTHING_FOUND = {404, 405}
REFUSED = NOTHING_FOUND | {400, 401, 403, 409, 413, 415, 422}

# Which row of Acme stands behind a parameter of a path: by the prefix of its public id.
PARAMETERS = {
    "form_id": "frm",
    "job_id": "job",
    "key_id": "key",
    "member_id": "mem",
    "lead_id": "lead",
    "enrolment_id": "enr",
    "task_id": "tsk",
    "touch_id": "tou",
    "stakeholder_id": "stk",
    "field_id": "cfd",
    "company_id": "com",
    "contact_id": "con",
    "provider_id": "prv",
    "deal_id": "dea",
    "stage_id": "stg",
    "pipeline_id": "pip",
    "criterion_id": "cri",
    "approval_id": "apr",
    "meeting_id": "mee",
    "objection_id": "obj",
    "file_id": "fil",
    "inlet_id": "inl",
    "mailbox_id": "mbx",
    "payload_id": "pay",
    "merge_id": "mrg",
    "suspicion_id": "sus",
    "import_id": "imp",
    "source_id": "src",
    "rule_id": "scr",
    "policy_id": "sla",
    "breach_id": "bre",
    "cover_id": "cov",
    "comment_id": "cmt",
    "version_id": "scv",
    "model_id": "lrn",
    "pool_id": "poo",
    "territory_id": "ter",
    "routing_rule_id": "ror",
    "routing_version_id": "rov",
    "replay_id": "rpl",
    "seat_id": "pme",
    "leave_id": "lve",
    "view_id": "bvw",
}
# What a POST must name before it can answer anything but 404: field -> a parameter above.
BODIES = {
    "deal-moves": {"stage": "stage_id"},
    "board-moves": {"stage": "stage_id"},
    "deal-gate": {"to": "stage_id"},
    "deal-ask": {"stage": "stage_id"},
}
FOR_GOOD = {
    "api-contact-erasure",
    "api-unmerge",
    "merge-undo",
    "settings-criterion-removal",
}  # after these others would find nothing
# Other parameters, with a value that is as good as any.
PLAIN = {
    "name": "funnel",  # of a report
    "part": "next",  # of the lead page
    "fact": "headcount",
    "key": "fit",  # of a qualification criterion
    "person_fact": "job_title",
}

# Pages of no account: whoever adds one says here why strangers may see it.
GLOBAL = {
    "operators": "for those who run the installation; to others it does not exist",
    "operators-retry": "the same",
    "home": "to the login, or to one's own accounts",
    "hosted-form": "people who ask",
    "hosted-form-thanks": "people who asked",
    "form-embed": "the same form, for any website",
    "track-script": "a website's visitors, by a key that is public",
    "track-signals": "the same visitors, once they agreed",
    "inlet": "a partner's system, by the token in its address",
    "inlet-email": "the same, for mail",
    "healthz": "alive",
    "readyz": "can serve",
    "metrics": "numbers without names; the proxy keeps strangers out",
    "schema": "the contract",
    "mail-link": "a signed link per mail, to where it led",
    "unsubscribe": "a signed link per person",
    "resubscribe": "a signed link per person",
    "api-docs": "the contract",
    "calendar-feed": "a member's calendar, by the secret in its address",
}
GLOBAL_PREFIXES = ("accounts/",)  # allauth: login, password, MFA, sessions

ACCOUNT_URLS = urls_of("config.account_urls")
KEY_URLS = [url for url in urls_of("config.urls") if url.route.startswith("api/v1/") and url.name not in GLOBAL]


@pytest.fixture
def world(transactional_db: None, role_urls: dict[str, str]) -> Iterator[SimpleNamespace]:
    world = build()
    world.may_change = set()
    before = everything_of(world.acme.account, role_urls["superuser"])
    yield world
    after = everything_of(world.acme.account, role_urls["superuser"])
    changed = {table for table in before if before[table] != after[table]}
    assert not changed - world.may_change


def values(world: SimpleNamespace) -> dict[str, str]:
    return PLAIN | {name: world.rows[prefix].public_id for name, prefix in PARAMETERS.items()}


def call(client: Client, method: str, path: str, body: dict[str, str] | None = None, **headers: str) -> Any:
    response = getattr(client, method)(path, body or {}, headers=headers)
    said = f"{method} {path} -> {response.status_code}"
    assert response.status_code < 500, said
    return response


def learned(response: Any, canary: str = CANARY) -> bool:
    body = b"".join(response.streaming_content) if response.streaming else response.content
    return canary.encode() in body


def test_every_url_is_registered() -> None:
    unknown = {name for url in ACCOUNT_URLS + KEY_URLS for name in url.parameters} - set(PARAMETERS) - set(PLAIN)
    assert not unknown
    others = [
        url for url in urls_of("config.urls") if url not in KEY_URLS and not url.route.startswith(GLOBAL_PREFIXES)
    ]
    assert {url.name for url in others} == set(GLOBAL)


def test_eve_finds_nothing_under_acmes_address(world: SimpleNamespace) -> None:
    eve = logged_in(world.globex.user)
    for url in ACCOUNT_URLS:
        for method in BEFORE_ANY_VIEW:
            response = call(eve, method, f"/{world.acme.account.slug}/{url.path(values(world))}")
            assert response.status_code == 404, url
            assert not learned(response), url


def test_nobody_is_let_in(world: SimpleNamespace) -> None:
    for url in ACCOUNT_URLS:
        for method in BEFORE_ANY_VIEW:
            response = call(Client(), method, f"/{world.acme.account.slug}/{url.path(values(world))}")
            assert response.status_code in {302, 401}, url
            assert not learned(response), url
    for url in KEY_URLS:
        for method in BEFORE_ANY_VIEW:
            assert call(Client(), method, f"/{url.path(values(world))}").status_code in {401, 405}, url


def test_eve_finds_nothing_of_acme_in_her_own_account(world: SimpleNamespace) -> None:
    eve = logged_in(world.globex.user)
    for url in ACCOUNT_URLS:
        for method in METHODS:
            response = call(eve, method, f"/{world.globex.account.slug}/{url.path(values(world))}")
            check_empty_handed(url, method, response)


def test_eves_key_finds_nothing_of_acme(world: SimpleNamespace) -> None:
    for url in KEY_URLS:
        for method in METHODS:
            response = call(Client(), method, f"/{url.path(values(world))}", Authorization=f"Bearer {world.eves_key}")
            check_empty_handed(url, method, response)


def check_empty_handed(url: Url, method: str, response: Any) -> None:
    assert not learned(response), (url, method)
    if set(url.parameters) & set(PARAMETERS):
        allowed = NOTHING_FOUND if method == "get" else REFUSED
        assert response.status_code in allowed, (url, method, response.status_code)


def test_ada_can_use_every_url(world: SimpleNamespace) -> None:
    """The positive control: each URL answers its own admin by some method, so that a 404 above means something."""
    ada = logged_in(world.acme.user)
    dead = []
    for url in sorted(ACCOUNT_URLS, key=lambda url: (url.name in FOR_GOOD, url.name)):
        path = f"/{world.acme.account.slug}/{url.path(values(world))}"
        body = {name: values(world)[parameter] for name, parameter in BODIES.get(url.name, {}).items()}
        answers = {method: call(ada, method, path, body).status_code for method in ("get", "post", "patch")}
        if set(answers.values()) <= {401, 403, 404, 405}:
            answers["delete"] = call(ada, "delete", path).status_code
        if set(answers.values()) <= {401, 403, 404, 405}:
            dead.append((url, answers))
    world.may_change = {model._meta.db_table for model in TENANT_MODELS}
    assert not dead


def test_every_page_and_endpoint_asks_for_a_right() -> None:
    def callbacks(patterns: Any) -> Iterator[tuple[str, Any]]:
        for pattern in patterns:
            if hasattr(pattern, "url_patterns"):
                yield from callbacks(pattern.url_patterns)
            else:
                yield str(pattern.pattern), pattern.callback

    open_to_all = [
        route
        for route, view in callbacks(get_resolver("config.account_urls").url_patterns)
        if not hasattr(view, "function") and not getattr(getattr(view, "cls", None), "needs", None)
    ]
    assert not open_to_all
