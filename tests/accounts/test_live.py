"""The stream: members of the account hear that something changed, and nobody else hears anything."""

import asyncio
import json
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from accounts.live import seat_of
from accounts.models import Member
from events import live as live_module
from events.kinds import Kind
from events.live import FULL, Live, Stream
from events.live_feed import TOO_MANY, Change, Feed, read_accounts
from events.live_here import Seat
from events.record import SYSTEM, record
from leads.live import kept_from
from tenancy import clock
from tenancy.ids import public_id, uuid7
from tenancy.scope import scope
from tests.factories import an_account, the_cast
from tests.loop import run

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def cast() -> SimpleNamespace:
    with clock.at(clock.now() - timedelta(minutes=1)):  # so that nobody's joining is news
        return the_cast(an_account("acme"))


class Browser:
    """One EventSource: what it asked and what it was sent."""

    def __init__(self, member: Any, slug: str, origin: str = "", query: str = "") -> None:
        client = Client()
        if member:
            client.force_login(member.user)
        cookie = client.cookies.get(settings.SESSION_COOKIE_NAME)
        headers = [(b"cookie", f"{settings.SESSION_COOKIE_NAME}={cookie.value}".encode())] if cookie else []
        headers += [(b"origin", origin.encode())] if origin else []
        self.scope = {"type": "http", "path": f"/live/{slug}/", "headers": headers, "query_string": query.encode()}
        self.sent: list[dict[str, Any]] = []
        self.gone = asyncio.Event()

    async def receive(self) -> dict[str, Any]:
        await self.gone.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: dict[str, Any]) -> None:
        self.sent.append(message)

    @property
    def status(self) -> int:
        return int(self.sent[0]["status"])

    def heard(self, name: str) -> list[dict[str, Any]]:
        frames = [message["body"].decode() for message in self.sent[1:]]
        chosen = [frame for frame in frames if f"event: {name}\n" in frame]
        return [json.loads(frame.partition("data: ")[2]) for frame in chosen]


def listen(browser: Browser, meanwhile: Any, live: Live | None = None) -> None:
    """Open the stream, do something elsewhere, read the feed twice, close."""
    live = live or Live(seat_of, kept_from)

    async def visit() -> None:
        streaming = asyncio.create_task(live(browser.scope, browser.receive, browser.send))
        while not browser.sent or (browser.status == 200 and not browser.heard("hello")):
            await asyncio.sleep(0.01)
        await asyncio.to_thread(meanwhile)
        for _ in range(2):
            await live.feed.turn()
            await asyncio.sleep(0.05)
        browser.gone.set()
        await asyncio.wait_for(streaming, 5)

    run(visit())


def captured(cast: SimpleNamespace, lead: Any) -> Any:
    def happen() -> None:
        with scope(cast.account):
            record(Kind.LEAD_CAPTURED, lead, by=SYSTEM, lead_id=lead)

    return happen


def test_a_member_hears_of_a_change_once(cast: SimpleNamespace) -> None:
    lead = uuid7()
    browser = Browser(cast.rita, "acme", origin=settings.PUBLIC_URL)
    listen(browser, captured(cast, lead))
    assert browser.status == 200
    assert browser.heard("hello")[0] == {"people": 1}
    assert [(one["kind"], one["lead"]) for one in browser.heard("change")] == [
        ("lead.captured", public_id("lead", lead))
    ]


def test_another_accounts_changes_are_not_heard(cast: SimpleNamespace) -> None:
    with clock.at(clock.now() - timedelta(minutes=1)):
        eves = the_cast(an_account("eves"))
    browser = Browser(eves.ada, "eves")
    listen(browser, captured(cast, uuid7()))
    assert browser.heard("change") == []


@pytest.mark.parametrize("who", ["nobody", "stranger"])
def test_strangers_get_no_stream(cast: SimpleNamespace, who: str) -> None:
    member = the_cast(an_account("eves")).ada if who == "stranger" else None
    browser = Browser(member, "acme")
    listen(browser, captured(cast, uuid7()))
    assert browser.status == 403
    assert browser.heard("change") == []


def test_a_page_of_another_origin_gets_no_stream(cast: SimpleNamespace) -> None:
    browser = Browser(cast.rita, "acme", origin="https://evil.example")
    listen(browser, captured(cast, uuid7()))
    assert browser.status == 403


def test_a_flood_is_one_message(cast: SimpleNamespace) -> None:
    def flood() -> None:
        for _ in range(TOO_MANY + 1):
            captured(cast, uuid7())()

    browser = Browser(cast.rita, "acme")
    listen(browser, flood)
    assert [one["kind"] for one in browser.heard("change")] == ["many"]


def test_what_happened_long_before_is_not_told(cast: SimpleNamespace) -> None:
    with clock.at(clock.now() - timedelta(seconds=20)):
        captured(cast, uuid7())()
    browser = Browser(cast.rita, "acme")
    listen(browser, lambda: None)
    assert browser.heard("change") == []


def test_a_slow_reader_is_told_to_fetch_everything(cast: SimpleNamespace) -> None:
    async def lag() -> list[str]:
        stream = Stream(cast.account, Seat(uuid7()))
        for number in range(FULL + 1):
            stream.tell(Change(str(number), "lead.captured"))
        return [stream.waiting.get_nowait().kind for _ in range(stream.waiting.qsize())]  # type: ignore[union-attr]

    assert run(lag()) == ["many"]


def test_who_left_hears_no_more_however_much_is_told_meanwhile(
    cast: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live_module, "HEARTBEAT", 0.3)
    browser, live = Browser(cast.rita, "acme"), Live(seat_of, kept_from)

    async def work_on() -> None:
        streaming = asyncio.create_task(live(browser.scope, browser.receive, browser.send))
        while not browser.sent or not browser.heard("hello"):
            await asyncio.sleep(0.01)
        await asyncio.to_thread(leave)
        async with asyncio.timeout(20):
            while not streaming.done():
                for stream in live.feed.everyone():
                    stream.tell(Change("1", "lead.captured"))
                await asyncio.sleep(0.01)

    def leave() -> None:
        with scope(cast.account):
            Member.objects.filter(pk=cast.rita.pk).update(left_at=clock.now())

    run(work_on())
    assert live.feed.everyone() == []


def test_without_listeners_nothing_is_read(cast: SimpleNamespace, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        run(Feed(kept_from).turn())


def test_reading_takes_one_query_an_account(cast: SimpleNamespace, django_assert_max_num_queries: Any) -> None:
    captured(cast, uuid7())()
    with django_assert_max_num_queries(4):  # BEGIN, SET LOCAL, the question, COMMIT
        ((_, rows),) = read_accounts([cast.account], clock.now() - timedelta(seconds=10))
    assert len(rows) >= 1
