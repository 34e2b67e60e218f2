"""The manager's view of Today, and what a rep does there with tasks and replies."""

from __future__ import annotations

import json
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Member
from events.record import SYSTEM
from leads.models import Activity, Lead
from pipeline.models import Task
from pipeline.tasks import add_task
from routing.models import Pool, PoolMember
from tenancy import clock
from tenancy.scope import scope
from tests.factories import a_lead
from tests.followups.stage import a_deal

pytestmark = pytest.mark.usefixtures("cast")


def as_member(member: Member) -> Client:
    client = Client(headers={"HX-Request": "true"})
    client.force_login(member.user)
    return client


def see(member: Member, query: str = "") -> str:
    answer = as_member(member).get(f"/acme/today/{query}")
    assert answer.status_code == 200
    return str(answer.content.decode())


@pytest.fixture
def busy(cast: SimpleNamespace) -> SimpleNamespace:
    """Rita may hold two leads and has two; Raj has none; one lead is nobody's; a task of Rita's is late."""
    with scope(cast.account):
        pool = Pool.objects.create(name="All", strategy="round_robin")
        PoolMember.objects.create(pool=pool, member=cast.rita, capacity_open=2)
        PoolMember.objects.create(pool=pool, member=cast.raj, capacity_open=10)
        now = clock.now()
        late: dict[str, Any] = {
            "first_response_due_at": now - timedelta(hours=1),
            "first_response_risk_at": now - timedelta(hours=2),
        }
        cast.leads = [a_lead(owner=cast.rita, company="Kestrel", **late), a_lead(owner=cast.rita, company="Marlowe")]
        for lead in cast.leads:
            a_deal(lead)
        cast.task = add_task(cast.leads[0], "Send the offer", by=SYSTEM, due_at=now - timedelta(days=1))
        a_lead(company="Orphan Works")
        a_lead(name="", email="", company="")  # as one that is imported with an id alone
    return cast


def row_of(page: str, name: str) -> str:
    table = page.partition('class="team-table"')[2].partition("</table>")[0]
    return next(" ".join(row.split()) for row in table.split("<tr>") if f">{name}</a>" in row)


def test_a_manager_sees_load_waiting_and_what_nobody_has(busy: SimpleNamespace) -> None:
    page = see(busy.max)
    assert "2 of 2" in row_of(page, "Rita")
    assert "full" in row_of(page, "Rita")
    assert "breach" in row_of(page, "Rita")
    assert "0 of 10" in row_of(page, "Raj")
    assert page.index(">Rita</a>") < page.index(">Raj</a>")
    assert "Orphan Works" in page
    assert "Assign Orphan Works" in page
    assert ">No name yet</a>" in page
    assert 'id="unowned"' in page


def test_a_manager_may_look_at_the_own_day_and_a_rep_only_at_that(busy: SimpleNamespace) -> None:
    assert 'class="team-table"' not in see(busy.max, "?whose=mine")
    assert 'class="team-table"' in see(busy.max, "?whose=team")
    for query in ("", "?whose=team", "?whose=nonsense"):
        page = see(busy.rita, query)
        assert 'class="team-table"' not in page
        assert "Orphan Works" not in page


def test_another_teams_people_are_not_in_it(busy: SimpleNamespace) -> None:
    from accounts.models import Team

    with scope(busy.account):
        north, south = Team.objects.create(name="North"), Team.objects.create(name="South")
        Member.objects.filter(pk__in=[busy.max.pk, busy.raj.pk]).update(team=north)
        Member.objects.filter(pk=busy.rita.pk).update(team=south)
    page = see(busy.max)
    assert ">Raj</a>" in page
    assert ">Rita</a>" not in page
    assert "Kestrel" not in page


def test_it_costs_the_same_for_a_larger_team(busy: SimpleNamespace) -> None:
    from tests.factories import a_member

    def asked() -> int:
        with CaptureQueriesContext(connection) as statements:
            see(busy.max)
        return len(statements)

    asked()
    before = asked()
    with scope(busy.account):
        for number in range(8):
            member = a_member(f"Rep{number}")
            add_task(a_lead(owner=member), "Call", by=SYSTEM, due_at=clock.now())
    assert asked() <= before + 2


def test_a_task_is_done_and_can_be_undone(busy: SimpleNamespace) -> None:
    rita = as_member(busy.rita)
    answer = rita.post(f"/acme/today/tasks/{busy.task.public_id}/done/")
    toast = json.loads(answer["HX-Trigger"])["toast"]
    assert toast == {"text": "Done: Send the offer", "undo": "/acme/undo/"}
    rita.post(toast["undo"])
    with scope(busy.account):
        assert Task.objects.get().done_at is None
    page = see(busy.rita)
    assert f"/acme/tasks/{busy.task.public_id}/snooze/" in page
    assert 'data-key="z"' in page


def test_a_reply_stands_there_until_somebody_answers(busy: SimpleNamespace) -> None:
    with scope(busy.account):
        lead: Lead = busy.leads[1]
        hour_ago = clock.now() - timedelta(hours=1)
        lead.log_activity(
            kind="email", direction="in", outcome="replied", body="How much?", by=SYSTEM, occurred_at=hour_ago
        )
    assert "How much?" in see(busy.rita)
    answer = as_member(busy.rita).post(f"/acme/today/{lead.public_id}/answer/")
    assert "How much?" not in answer.content.decode()
    assert "logged" in json.loads(answer["HX-Trigger"])["toast"]["text"]
    with scope(busy.account):
        assert Activity.objects.filter(lead=lead, direction="out", outcome="sent").count() == 1


def test_what_a_manager_does_stays_on_the_page_that_was_open(busy: SimpleNamespace) -> None:
    ada: Any = as_member(busy.ada)
    path = f"/acme/today/tasks/{busy.task.public_id}/done/"
    here = {"HX-Current-URL": "https://t.example/acme/today/?whose=mine"}
    assert 'class="team-table"' not in ada.post(path, headers=here).content.decode()
    assert 'class="team-table"' in ada.post(path).content.decode()
