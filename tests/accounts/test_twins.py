"""The same request twice at once: the second waits for the first, and is answered as it was."""

import threading
from types import SimpleNamespace
from typing import Any

import psycopg
import pytest
from django.db import connection
from django.test import Client

from accounts.models import Team
from accounts.roles import Scope
from tenancy.scope import scope
from tests.accounts.test_api_access import cast, key, post, urlpatterns

__all__ = ["cast", "urlpatterns"]
pytestmark = pytest.mark.django_db(transaction=True)


def test_four_at_once_are_one(cast: SimpleNamespace) -> None:
    headers = key(cast, Scope.SETTINGS_WRITE) | {"Idempotency-Key": "k1"}
    answers: list[Any] = []

    def ask() -> None:
        try:
            answers.append(post(Client(), headers, {"name": "North"}))
        finally:
            connection.close()

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [answer.status_code for answer in answers] == [201] * 4
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert sum("Idempotent-Replayed" in answer for answer in answers) == 3
    with scope(cast.account):
        assert Team.objects.filter(name="North").count() == 1


def test_a_twin_that_does_not_come_to_an_end_is_not_waited_for(
    cast: SimpleNamespace, role_urls: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("accounts.idempotency.TWIN_PATIENCE", "100ms")
    headers = key(cast, Scope.SETTINGS_WRITE) | {"Idempotency-Key": "k1"}
    with psycopg.connect(role_urls["superuser"]) as twin:
        twin.execute("SELECT answered_before(%s, 'k1', now(), '1s')", [cast.account.pk])
        waited = post(Client(), headers, {"name": "North"})
        assert (waited.status_code, waited.json()["title"]) == (409, "Conflict")
        assert post(Client(), headers | {"Idempotency-Key": "k2"}, {"name": "South"}).status_code == 201
        twin.rollback()
    assert post(Client(), headers, {"name": "North"}).status_code == 201
