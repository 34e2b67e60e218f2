"""Who has the same page open: told from the open streams, and to nobody whom the page was not shown."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlencode

import pytest
import time_machine

from accounts.live import seat_of
from events import live as live_module
from events import live_here
from events.live import Live
from events.live_feed import Change
from events.live_here import GOOD_FOR, MOST, place_ticket, places_said
from leads.live import kept_from
from tests.accounts.test_live import Browser
from tests.factories import an_account, the_cast
from tests.loop import run

pytestmark = pytest.mark.django_db(transaction=True)
BOARD, LEAD = "pip_1", "lead_1"


@pytest.fixture
def cast(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    monkeypatch.setattr(live_module, "SETTLED", 0.01)
    return the_cast(an_account("acme"))


def at(member: Any, *places: str, slug: str = "acme") -> Browser:
    """A browser of `member` with these pages open."""
    return Browser(member, slug, query=urlencode([("at", place_ticket(member.pk, place)) for place in places]))


def names(browser: Browser, place: str = BOARD) -> list[str]:
    """Whom it was told to be there with it, last."""
    return [face["name"] for face in browser.heard("hello")[-1]["here"].get(place, [])]


class Gathering:
    """A live process and the browsers that came to it."""

    def __init__(self) -> None:
        self.live = Live(seat_of, kept_from)
        self.streaming: dict[Browser, asyncio.Task[None]] = {}

    async def comes(self, browser: Browser) -> None:
        self.streaming[browser] = asyncio.create_task(self.live(browser.scope, browser.receive, browser.send))
        await until(lambda: bool(browser.heard("hello")))

    async def goes(self, browser: Browser) -> None:
        """As a browser does that closes: its stream notices by itself."""
        browser.gone.set()
        await asyncio.wait_for(self.streaming[browser], 10)

    async def ends(self) -> None:
        for browser in self.streaming:
            await self.goes(browser)


async def until(so: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not so():
            await asyncio.sleep(0.01)


def test_two_on_the_same_board_see_each_other_and_not_themselves(cast: SimpleNamespace) -> None:
    rita, raj = at(cast.rita, BOARD), at(cast.raj, BOARD)

    async def visit() -> None:
        gathering = Gathering()
        await gathering.comes(rita)
        assert names(rita) == []
        await gathering.comes(raj)
        assert names(raj) == [cast.rita.name]
        await until(lambda: names(rita) == [cast.raj.name])
        face = rita.heard("hello")[-1]["here"][BOARD][0]
        assert face == {"name": cast.raj.name, "initials": cast.raj.initials, "hue": cast.raj.hue}
        await gathering.ends()

    run(visit())


def test_who_leaves_is_here_no_more(cast: SimpleNamespace) -> None:
    rita, raj = at(cast.rita, BOARD), at(cast.raj, BOARD)

    async def visit() -> None:
        gathering = Gathering()
        await gathering.comes(rita)
        await gathering.comes(raj)
        await until(lambda: names(rita) == [cast.raj.name])
        await gathering.goes(raj)
        await until(lambda: names(rita) == [])
        await gathering.ends()

    run(visit())


def test_who_is_elsewhere_is_counted_and_not_shown(cast: SimpleNamespace) -> None:
    rita, raj = at(cast.rita, BOARD, LEAD), at(cast.raj, LEAD)

    async def visit() -> None:
        gathering = Gathering()
        await gathering.comes(raj)
        await gathering.comes(rita)
        assert rita.heard("hello")[-1]["people"] == 2
        assert names(rita, BOARD) == []
        assert names(rita, LEAD) == [cast.raj.name]
        await until(lambda: names(raj, LEAD) == [cast.rita.name])
        assert set(raj.heard("hello")[-1]["here"]) == {LEAD}
        await gathering.ends()

    run(visit())


def test_another_account_at_a_place_of_the_same_name_is_not_seen(cast: SimpleNamespace) -> None:
    eves = the_cast(an_account("eves"))
    rita, eve = at(cast.rita, BOARD), at(eves.ada, BOARD, slug="eves")

    async def visit() -> None:
        gathering = Gathering()
        await gathering.comes(eve)
        await gathering.comes(rita)
        assert rita.heard("hello")[-1] == {"people": 1, "here": {BOARD: []}}
        await gathering.ends()

    run(visit())


def test_a_ticket_is_good_for_who_got_it_and_for_nobody_else(cast: SimpleNamespace) -> None:
    mine, theirs = place_ticket(cast.rita.pk, LEAD), place_ticket(cast.raj.pk, LEAD)
    query = urlencode([("at", mine), ("at", theirs), ("at", f"{BOARD}:forged"), ("at", ""), ("at", "\x00ü")]).encode()
    assert places_said(query, cast.rita.pk) == {LEAD}
    assert places_said(theirs.encode(), cast.rita.pk) == frozenset()
    assert places_said(b"\xff=%", cast.rita.pk) == frozenset()


def test_a_ticket_is_good_for_a_day(cast: SimpleNamespace) -> None:
    with time_machine.travel(datetime(2026, 3, 2, 9, tzinfo=UTC), tick=False) as time:
        query = urlencode([("at", place_ticket(cast.rita.pk, LEAD))]).encode()
        time.shift(GOOD_FOR)
        assert places_said(query, cast.rita.pk) == {LEAD}
        time.shift(1)
        assert places_said(query, cast.rita.pk) == frozenset()


def test_who_said_it_a_day_ago_is_there_no_more_though_the_stream_goes_on(
    cast: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    rita, raj = at(cast.rita, LEAD), at(cast.raj, LEAD)

    async def visit() -> None:
        gathering = Gathering()
        await gathering.comes(rita)
        await gathering.comes(raj)
        await until(lambda: names(rita, LEAD) == [cast.raj.name])
        monkeypatch.setattr(live_here, "GOOD_FOR", timedelta(seconds=-1))
        monkeypatch.setattr(live_module, "HEARTBEAT", 0.05)
        for stream in gathering.live.feed.everyone():
            stream.tell(Change("1", "lead.captured"))
        await until(lambda: "here" not in rita.heard("hello")[-1])
        await gathering.ends()

    run(visit())


def test_nobody_is_at_a_thousand_places(cast: SimpleNamespace) -> None:
    tickets = [("at", place_ticket(cast.rita.pk, f"lead_{number}")) for number in range(MOST + 5)]
    assert len(places_said(urlencode(tickets).encode(), cast.rita.pk)) == MOST
