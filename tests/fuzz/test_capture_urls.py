"""Every URL that takes something in, whatever is sent to it: an answer, never an error of ours.

Nothing is written with a refusal. `HYPOTHESIS_PROFILE=long` looks for hours instead of seconds.
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leads.models import Payload, PayloadState
from tenancy.models import Account
from tenancy.scope import scope
from tests.fuzz import nasty
from tests.fuzz.doors import Door, build, capture_urls, doors, url_table
from tests.fuzz.wire import Asked, send
from tests.isolation.world import TENANT_MODELS

pytestmark = pytest.mark.django_db
NUMBER_OF_DOORS = 29
EXAMPLES = settings().max_examples // 4  # of each door; 100 is what a profile has by default


@pytest.fixture
def world(account: Account) -> SimpleNamespace:
    world = build(account)
    world.doors = doors(world)
    world.tables = sorted(model._meta.db_table for model in TENANT_MODELS)
    return world


def test_the_table_has_every_url_that_takes_something_in(world: SimpleNamespace) -> None:
    assert capture_urls() == {door.url for door in world.doors}
    assert len(world.doors) == NUMBER_OF_DOORS


def test_what_works_is_taken(world: SimpleNamespace) -> None:
    """The positive control: each seed gets past the door, so that what is fuzzed is the inside."""
    answers = {str(door): send(asked_of(door, in_its_kind(door))).status for door in world.doors}
    assert {name for name, status in answers.items() if status >= 400} == {
        "api-import",  # it is read and undone, not posted to
        "api-source",
        "api-form",
        "hosted-form-thanks",
        "form-embed",
        "track-script",
        "inlet standard unsigned",
    }, answers


@pytest.mark.parametrize("number", range(NUMBER_OF_DOORS))
def test_nothing_that_is_sent_breaks_a_door(world: SimpleNamespace, number: int) -> None:
    door = world.doors[number]
    before = fingerprint(world)

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example],
    )
    @given(
        method=st.sampled_from(nasty.METHODS),
        body=nasty.bodies(door.seed),
        kind=st.just(door.kind) | st.sampled_from(nasty.KINDS),
        query=nasty.queries,
        odd=st.just({}) | nasty.headers,
    )
    def knock(method: str, body: bytes, kind: str, query: str, odd: dict[str, str]) -> None:
        with transaction.atomic():
            asked = asked_of(door, body, method=method, kind=kind, query=query, odd=odd)
            answer = send(asked)
            assert answer.status < 500, f"{asked} {answer}"
            if answer.status >= 400:
                assert written(world, before) <= kept_all_the_same(world), f"{asked} {answer}"
            transaction.set_rollback(True)

    knock()


def asked_of(
    door: Door, body: bytes, *, method: str = "POST", kind: str = "", query: str = "", odd: Any = None
) -> Asked:
    headers = {**door.headers, **door.seal(body), **(odd or {})}
    path = "/" + url_table()[door.url].path(dict(door.values))
    return Asked(method, path, body, kind or door.kind, query, headers)


def in_its_kind(door: Door) -> bytes:
    if isinstance(door.seed, bytes):
        return door.seed
    return nasty.in_form(door.seed) if "urlencoded" in door.kind else nasty.in_json(door.seed)


def fingerprint(world: SimpleNamespace) -> dict[str, str]:
    """What stands in each table of the account."""
    parts = [
        f"SELECT '{table}', md5(coalesce(string_agg(t::text, '|' ORDER BY id), '')) FROM {table} t"
        for table in world.tables
    ]
    with scope(world.account), connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(parts))
        return dict(cursor.fetchall())


def written(world: SimpleNamespace, before: dict[str, str]) -> set[str]:
    after = fingerprint(world)
    return {table for table in before if before[table] != after[table]}


def kept_all_the_same(world: SimpleNamespace) -> set[str]:
    """What was forged or came again is shown to admins; nothing else of a refusal stays."""
    with scope(world.account):
        refused = Payload.objects.exclude(state=PayloadState.REFUSED).exists()
    return set() if refused else {"payload"}
