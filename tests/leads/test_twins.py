"""Two at the same moment: one person, one lead; one key, one answer."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TypeVar

import pytest
from django.db import connection

from events.models import Event, Job
from leads.models import Company, Contact, Lead, Submission
from tenancy.models import Account
from tenancy.scope import scope
from tests.factories import a_key, an_account
from tests.leads.test_api_leads import ADA, URL, Api

pytestmark = pytest.mark.django_db(transaction=True)
T = TypeVar("T")


def at_once(count: int, work: Callable[[int], T]) -> list[T]:
    """`work` in so many threads, let go together."""
    gate = Barrier(count)

    def one(number: int) -> T:
        gate.wait(30)
        try:
            return work(number)
        finally:
            connection.close()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(one, range(count)))


@pytest.fixture
def secret() -> str:
    with scope(an_account()):
        return a_key()


def test_one_key_is_one_lead_whatever_the_number_of_threads(secret: str) -> None:
    answers = at_once(50, lambda _: Api(secret).post(URL, ADA, **{"Idempotency-Key": "the same"}))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["submission"] for answer in answers}) == 1
    assert sum(answer.get("Idempotent-Replayed") == "true" for answer in answers) == 49
    assert counted(answers[0].json()["id"]) == (1, 1, 1)


def test_one_person_at_one_moment_is_one_lead(secret: str) -> None:
    answers = at_once(8, lambda number: Api(secret).post(URL, ADA | {"message": f"Hello {number}"}))
    assert sorted(answer.status_code for answer in answers) == [200] * 7 + [201]
    assert counted(answers[0].json()["id"]) == (1, 1, 8)


def test_one_external_id_at_one_moment_is_one_lead(secret: str) -> None:
    answers = at_once(8, lambda number: Api(secret).post(URL, {"external_id": "A-1", "product": f"P{number}"}))
    assert sorted(answer.status_code for answer in answers) == [200] * 7 + [201]
    assert counted(answers[0].json()["id"])[0] == 1


def test_colleagues_at_one_moment_share_their_firm(secret: str) -> None:
    answers = at_once(8, lambda number: Api(secret).post(URL, {"email": f"p{number}@example.com"}))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["company"]["id"] for answer in answers}) == 1
    with scope(the_account()):
        assert (Company.objects.count(), Contact.objects.count()) == (1, 8)
        assert Contact.objects.filter(company=Company.objects.get()).count() == 8
        assert Job.objects.count() == Event.objects.filter(kind="lead.captured").count() * 2


def the_account() -> Account:
    return Account.objects.get()


def counted(lead_id: str) -> tuple[int, int, int]:
    with scope(the_account()):
        assert Lead.objects.get().public_id == lead_id
        return Lead.objects.count(), Contact.objects.count(), Submission.objects.count()
