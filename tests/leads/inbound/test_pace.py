"""An inlet takes what honest senders send, and tells a flood to wait; nobody else waits with it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from uuid import UUID

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from leads.inbound import pace
from leads.inbound.pace import A_SECOND, AT_ONCE, TooFast, keep_pace
from leads.models import Lead, Payload, Protocol
from tenancy.ids import uuid7
from tenancy.models import Account
from tenancy.scope import scope
from tests.leads.inbound.mailroom import mail_named
from tests.leads.inbound.stage import SECRET, an_inlet, sealed, send


@pytest.fixture(autouse=True)
def fresh() -> Iterator[None]:
    pace._buckets.clear()
    yield
    pace._buckets.clear()


def through(inlet: UUID, times: list[float]) -> int:
    taken = 0
    for at in times:
        try:
            keep_pace(inlet, at)
            taken += 1
        except TooFast:
            continue
    return taken


@given(st.lists(st.floats(0, 1000), max_size=300))
def test_never_more_than_the_bucket_and_what_flows_into_it(times: list[float]) -> None:
    pace._buckets.clear()
    inlet = uuid7()
    assert through(inlet, sorted(times)) == len(times)  # far below the limit: all of them


def test_a_flood_is_told_to_wait_and_may_come_again() -> None:
    inlet = uuid7()
    assert through(inlet, [0.0] * (int(AT_ONCE) + 50)) == AT_ONCE
    with pytest.raises(TooFast) as told:
        keep_pace(inlet, 0.0)
    assert told.value.seconds == 1
    assert through(inlet, [1.0] * 100) == A_SECOND
    assert through(uuid7(), [1.0]) == 1


def test_memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pace, "MOST_BUCKETS", 10)
    for _ in range(100):
        keep_pace(uuid7(), 0.0)
    assert len(pace._buckets) <= 10


@pytest.mark.django_db
def test_who_is_too_fast_is_told_when_to_come_again_and_nothing_is_kept(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pace, "AT_ONCE", 1.0)
    monkeypatch.setattr(pace, "A_SECOND", 0.001)
    inlet, ada = an_inlet(account), {"email": "ada@kestrel.example"}
    assert [send(inlet, ada).status_code for _ in range(2)] == [202, 429]
    answered = send(inlet, ada)
    assert int(answered["Retry-After"]) >= 1
    assert json.loads(answered.content)["title"] == "Too many requests"
    with scope(account):
        assert Payload.objects.count() == 1
    standard = an_inlet(account, Protocol.STANDARD, secret=SECRET)
    body = json.dumps(ada).encode()
    assert send(standard, body, **sealed(body)).status_code == 202  # one waits, the others don't


@pytest.mark.django_db
def test_a_sender_that_comes_again_later_loses_nothing(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pace, "AT_ONCE", 1.0)
    monkeypatch.setattr(pace, "A_SECOND", 0.001)
    inlet = an_inlet(account)
    people = [{"email": f"p{number}@kestrel{number}.example"} for number in range(3)]
    for person in people:
        while send(inlet, person).status_code == 429:
            pace._buckets.clear()  # the time that Retry-After told
    with scope(account):
        assert Lead.objects.count() == len(people)


@pytest.mark.django_db
def test_mail_has_the_same_limit(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pace, "AT_ONCE", 1.0)
    monkeypatch.setattr(pace, "A_SECOND", 0.001)
    inlet = an_inlet(account, Protocol.EMAIL)
    path, raw = f"/in/{inlet.token}/email/", mail_named("new_sender")
    answers = [Client().post(path, raw, content_type="message/rfc822") for _ in range(2)]
    assert [answer.status_code for answer in answers] == [202, 429]
    assert answers[1]["Retry-After"]
