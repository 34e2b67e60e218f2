"""Two at the same moment: one person, one lead; one key, one answer."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any, TypeVar

import pytest
from django.db import connection

from config.flow import FLOW
from events import drain
from events.kinds import Kind
from events.models import Event, Job, Notification
from leads.models import Company, Contact, Lead, Submission
from tenancy.models import Account
from tenancy.scope import scope
from tests.factories import a_key, a_member, an_account
from tests.leads.test_api_leads import ADA, URL, Api
from workspace.opening import open_account

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


VARIANTS = ("ada.king@example.com", "Ada.King@Example.com", " ADA.KING@EXAMPLE.COM ", "ada.king@EXAMPLE.com\t")


@pytest.mark.parametrize("batched", [False, True])
def test_fifty_posts_of_one_person_are_one_lead_and_one_alert(batched: bool) -> None:
    opened = open_account(name="Acme", email="ada@acme.example", template="it_services")
    with scope(opened.account):
        rita, secret = a_member("Rita"), a_key()

    def post(number: int) -> Any:
        said = ADA | {"email": VARIANTS[number % 4], "message": f"Hello {number}"}
        return Api(secret).post(f"{URL}batch/", [said]) if batched and number % 2 else Api(secret).post(URL, said)

    answers = at_once(50, post)
    assert {answer.status_code for answer in answers} <= {200, 201, 207}
    drain.drain()
    with scope(opened.account):
        lead = Lead.objects.get()
        assert (lead.owner_id, lead.submissions.count(), Contact.objects.get().email) == (rita.pk, 50, VARIANTS[0])
        assert Notification.objects.filter(member_id=rita.pk).count() == 1


def test_batches_of_the_same_people_at_one_moment_share_leads_and_firms(secret: str) -> None:
    people = [{"email": f"p{number}@firm{number % 5}.example"} for number in range(40)]
    answers = at_once(6, lambda number: Api(secret).post(f"{URL}batch/", people[::-1] if number % 2 else people))
    assert {answer.status_code for answer in answers} == {207}
    with scope(the_account()):
        assert (Lead.objects.count(), Contact.objects.count(), Company.objects.count()) == (40, 40, 5)
        assert Submission.objects.count() == 240
        assert Contact.objects.filter(company=None).count() == 0


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
        assert Job.objects.count() == Event.objects.filter(kind="lead.captured").count() * len(FLOW[Kind.LEAD_CAPTURED])


def the_account() -> Account:
    return Account.objects.get()


def counted(lead_id: str) -> tuple[int, int, int]:
    with scope(the_account()):
        assert Lead.objects.get().public_id == lead_id
        return Lead.objects.count(), Contact.objects.count(), Submission.objects.count()
