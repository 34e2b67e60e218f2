"""Pools, territories and hours as an admin keeps them; and what a rep reads of their own turns."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from events.record import SYSTEM
from routing import assignment
from routing.defaults import publish_default_rules
from routing.models import Decision, Leave, Pool, PoolMember, Roster, Territory
from tenancy import clock
from tenancy.models import Account
from tenancy.scope import scope
from tests.factories import a_lead
from tests.routing.published import a_pool, publish, to_pool

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 17, 9, 42, tzinfo=UTC)


@pytest.fixture(autouse=True)
def tuesday_morning() -> Iterator[None]:
    with clock.at(NOW):
        yield


@pytest.fixture
def ada(client: Client, cast: SimpleNamespace) -> Client:
    with scope(cast.account):
        publish_default_rules()
    client.force_login(cast.ada.user)
    return client


def seats(**more: dict[str, Any]) -> dict[str, Any]:
    return {f"{key}-{name}": value for key, said in more.items() for name, value in said.items()}


def desk(cast: SimpleNamespace) -> Pool:
    with scope(cast.account):
        found: Pool = Pool.objects.get(name="Desk")
        return found


def text(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


def test_a_pool_is_made_and_its_seats_chosen(ada: Client, cast: SimpleNamespace) -> None:
    made = ada.post("/acme/settings/pools/", {"name": "Desk", "strategy": "weighted", "credits": ["no_show"]})
    url = f"/acme/settings/pools/{desk(cast).public_id}/"
    assert made.headers["Location"] == url
    said = {"name": "Desk", "strategy": "weighted"} | seats(
        **{
            cast.rita.public_id: {"sits": "on", "weight": "3", "capacity_open": "25"},
            cast.raj.public_id: {"sits": "on", "weight": "", "capacity_open": ""},
        }
    )
    assert ada.post(url, said).headers["Location"] == url
    with scope(cast.account):
        kept = {seat.member.name: (seat.weight, seat.capacity_open) for seat in PoolMember.objects.all()}
    assert kept == {"Rita": (3, 25), "Raj": (1, None)}
    page = text(ada.get(url))
    assert "0 of 25 open" in page
    assert "<strong>next</strong>" in page
    assert "after 1 other" in page


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"name": "Everybody"}, "There is one with this name"),
        ({"name": ""}, "required"),
        ({"strategy": "x"}, "valid choice"),
    ],
)
def test_a_pool_that_makes_no_sense_is_refused(ada: Client, said: dict[str, str], words: str) -> None:
    answer = ada.post("/acme/settings/pools/", {"name": "Desk", "strategy": "round_robin"} | said)
    assert answer.status_code == 422
    assert words in answer.content.decode()


def test_a_seat_is_paused_and_says_so(ada: Client, cast: SimpleNamespace) -> None:
    with scope(cast.account):
        pool = a_pool("Desk", cast.rita)
        seat = PoolMember.objects.get(pool=pool)
    url = f"/acme/settings/pools/{pool.public_id}/"
    ada.post(f"{url}seats/{seat.public_id}/pause/", {"act": "pause"})
    assert "paused in this pool" in text(ada.get(url))
    ada.post(f"{url}seats/{seat.public_id}/pause/", {"act": "resume"})
    assert "paused in this pool" not in text(ada.get(url))


def test_a_pool_that_rules_need_is_not_removed(ada: Client, cast: SimpleNamespace) -> None:
    with scope(cast.account):
        pool = a_pool("Desk", cast.rita)
        publish(to_pool("Desk first", pool))
    url = f"/acme/settings/pools/{pool.public_id}/removal/"
    assert "“Desk first” of v2" in text(ada.post(url, follow=True))
    with scope(cast.account):
        other = a_pool("Other")
    assert "Other is removed." in text(ada.post(f"/acme/settings/pools/{other.public_id}/removal/", follow=True))


def test_territories_show_whose_they_are_and_where_they_overlap(ada: Client, cast: SimpleNamespace) -> None:
    url = "/acme/settings/territories/"
    ada.post(url, {"name": "DACH", "regions": ["dach"], "owner": cast.rita.public_id, "countries": "france, BE"})
    ada.post(url, {"name": "Large", "headcount_from": "200", "industries": "Healthcare", "accounts": "kestrel.example"})
    page = text(ada.get(url))
    assert "DACH and Large overlap: a lead in both is DACH’s." in page
    assert "DACH, France, Belgium" in page
    assert "healthcare; from 200 people; 1 named account" in page
    with scope(cast.account):
        large = Territory.objects.get(name="Large")
    ada.post(f"{url}{large.public_id}/place/", {"way": "up"})
    assert "Large and DACH overlap" in text(ada.get(url))
    assert ada.post(f"{url}{large.public_id}/", {"name": "Large", "countries": "Mars"}).status_code == 422
    assert "is removed" in text(ada.post(f"{url}{large.public_id}/removal/", follow=True))


def test_the_accounts_hours_change_what_is_due(ada: Client, account: Account) -> None:
    week = {f"day-{at}": "8-12, 13:30-18:00" for at in range(5)} | {"day-5": "9:00–11:00", "day-6": ""}
    said = week | {"holidays": "DE-", "days_off": "2026-12-24 Christmas Eve"}
    assert ada.post("/acme/settings/hours/", said).status_code == 422
    assert ada.post("/acme/settings/hours/", said | {"holidays": "DE"}).status_code == 302
    account.refresh_from_db()
    assert account.working["week"][0] == [[480, 720], [810, 1080]]
    assert account.working["week"][5:] == [[[540, 660]], []]
    assert account.working["days_off"] == [{"day": "2026-12-24", "name": "Christmas Eve"}]
    assert 'value="8:00-12:00, 13:30-18:00"' in ada.get("/acme/settings/hours/").content.decode()


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"day-0": "nine to five"}, "are no hours"),
        ({"day-0": "17-9"}, "are no hours"),
        ({"day-0": "9-25"}, "are no hours"),
        ({"day-0": "9:75-12"}, "are no hours"),
        ({"day-0": "9-12, 11-13"}, "overlap"),
        ({"days_off": "Christmas"}, "begins with no date"),
        ({"holidays": ""}, "Somebody works at some time"),
    ],
)
def test_hours_that_are_none_are_said_beside_the_day(ada: Client, said: dict[str, str], words: str) -> None:
    answer = ada.post("/acme/settings/hours/", said)
    assert answer.status_code == 422
    assert words in answer.content.decode()


def test_a_members_hours_leave_and_pause(ada: Client, cast: SimpleNamespace) -> None:
    url = f"/acme/settings/hours/{cast.rita.public_id}/"
    own = {"own_hours": "on", "day-1": "6-10", "time_zone": "Asia/Kathmandu", "languages": "DE, fr", "skills": "Azure"}
    assert ada.post(url, own).status_code == 302
    with scope(cast.account):
        roster = Roster.objects.get(member=cast.rita)
        assert (roster.week[1], roster.languages, roster.skills) == ([[360, 600]], ["de", "fr"], ["azure"])
    assert "gets no leads now: out of hours" in text(ada.get(url))
    assert ada.post(url, own | {"languages": "german"}).status_code == 422
    ada.post(url, {"day-1": "6-10"})
    with scope(cast.account):
        assert Roster.objects.get(member=cast.rita).week is None  # the account's again
    ada.post(f"{url}leave/", {"first_day": "2026-03-17", "last_day": "2026-03-20", "note": "Skiing"})
    assert "gets no leads now: on leave, back Mon 09:00" in text(ada.get(url))
    assert "leave already" in text(
        ada.post(f"{url}leave/", {"first_day": "2026-03-20", "last_day": "2026-03-21"}, follow=True)
    )
    assert "first and the last day" in text(ada.post(f"{url}leave/", {"first_day": "soon"}, follow=True))
    with scope(cast.account):
        away = Leave.objects.get()
    ada.post(f"/acme/leaves/{away.public_id}/removal/")
    assert "Rita is at work" in text(ada.get(url))
    ada.post(f"{url}pause/", {"until": "2026-03-17T14:00"})
    assert "paused until 14:00" in text(ada.get(url))
    assert "later than now" in text(ada.post(f"{url}pause/", {"until": "2020-01-01T00:00"}, follow=True))
    for nonsense in ("x", "9999-99-99T00:00"):
        assert "a date and a time" in text(ada.post(f"{url}pause/", {"until": nonsense}, follow=True))
    ada.post(f"{url}pause/", {"until": ""})
    assert "Rita is at work" in text(ada.get(url))


def test_rita_reads_her_share_her_next_turn_and_what_leave_did(ada: Client, cast: SimpleNamespace) -> None:
    with scope(cast.account):
        Leave.objects.create(member=cast.rita, first_day=date(2026, 3, 16), last_day=date(2026, 3, 16))
        with clock.at(NOW - timedelta(days=1)):
            assignment.route([a_lead().pk for _ in range(4)], by=SYSTEM)
        assignment.route([a_lead().pk for _ in range(2)], by=SYSTEM)
        assert Decision.objects.filter(member=cast.rita).count() == 1
    ada.force_login(cast.rita.user)
    page = text(ada.get("/acme/turns/"))
    assert "You got <strong>1</strong> of 6 leads in 30 days; by turns alone it would be 3.0." in page
    assert (
        "4 went to others while you were on leave; coming back you take your next turn, not all that you missed."
        in page
    )
    assert "Your turn is next." in page
    assert "You have 1 open." in page


def test_rita_notes_her_own_leave_and_pause_and_nobody_elses(ada: Client, cast: SimpleNamespace) -> None:
    ada.force_login(cast.rita.user)
    ada.post("/acme/turns/leave/", {"first_day": "2026-03-18", "last_day": "2026-03-20"})
    ada.post("/acme/turns/pause/", {"until": "2026-03-17T12:00"})
    assert "No leads come to you now: paused until 12:00." in text(ada.get("/acme/turns/"))
    with scope(cast.account):
        mine = Leave.objects.get(member=cast.rita)
        rajs = Leave.objects.create(member=cast.raj, first_day=date(2026, 3, 18), last_day=date(2026, 3, 18))
    assert ada.post(f"/acme/leaves/{rajs.public_id}/removal/").status_code == 404
    assert ada.post(f"/acme/leaves/{mine.public_id}/removal/").status_code == 302
    with scope(cast.account):
        assert list(Leave.objects.values_list("member__name", flat=True)) == ["Raj"]


def test_marketing_has_no_turns(ada: Client, cast: SimpleNamespace) -> None:
    ada.force_login(cast.mo.user)
    assert ada.get("/acme/turns/").status_code == 403
    for path in ("pools", "territories", "hours"):
        assert ada.get(f"/acme/settings/{path}/").status_code == 403


def test_the_pages_take_as_many_queries_with_many_pools(ada: Client, cast: SimpleNamespace) -> None:
    def asked(path: str) -> int:
        with CaptureQueriesContext(connection) as queries:
            assert ada.get(path).status_code == 200
        return len(queries)

    paths = ("/acme/settings/pools/", "/acme/turns/", "/acme/settings/territories/", "/acme/settings/hours/")
    with scope(cast.account):
        a_pool("Desk", cast.rita, cast.ada)
        Territory.objects.create(name="DACH", regions=["dach"], member=cast.rita)
    before = [(ada.get(path), asked(path))[1] for path in paths]
    with scope(cast.account):
        for number in range(4):
            a_pool(f"Pool {number}", cast.rita, cast.raj, cast.ada)
            Territory.objects.create(name=f"T{number}", countries=["DE"], member=cast.raj)
    assert [asked(path) for path in paths] == before
