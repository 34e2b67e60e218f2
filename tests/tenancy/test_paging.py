"""Every row once, in order, forwards and back, whatever arrives meanwhile; and no cursor but ours."""

from __future__ import annotations

import json
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from events.models import Notification
from tenancy import clock
from tenancy.ids import uuid7
from tenancy.models import Account
from tenancy.paging import BadCursor, Page, links, page_of
from tenancy.scope import scope
from tests.factories import an_account

pytestmark = pytest.mark.django_db
ORDERS = ["read_at", "-read_at", "text", "-text", "created_at", "-created_at"]
with_fixtures = settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture
def inbox(account: Account) -> Iterator[Account]:
    with scope(account):
        yield account


def notices(*about: tuple[int | None, str]) -> Any:
    """Rows of one new member: read so many minutes ago or never, with that text. Returns their query."""
    member, now = uuid7(), clock.now()
    Notification.objects.bulk_create(
        Notification(member_id=member, text=text, read_at=None if ago is None else now - timedelta(minutes=ago))
        for ago, text in about
    )
    return Notification.objects.filter(member_id=member)


def in_order(rows: Any, order: str) -> list[Any]:
    """As Postgres sorts, by column and then id in the same direction."""
    down = "-" if order.startswith("-") else ""
    return list(rows.order_by(order, f"{down}id").values_list("pk", flat=True))


def walk(rows: Any, order: str, limit: int) -> list[Page]:
    pages = [page_of(rows, order=order, limit=limit)]
    while pages[-1].next:
        pages.append(page_of(rows, order=order, cursor=pages[-1].next, limit=limit))
    return pages


def ids(page: Page) -> list[Any]:
    return [row.pk for row in page.rows]


rows_of_all_sorts = st.lists(st.tuples(st.none() | st.integers(0, 3), st.sampled_from(["a", "B", "ä", ""])), max_size=9)


@with_fixtures
@given(rows_of_all_sorts, st.sampled_from(ORDERS), st.integers(1, 4))
def test_walking_on_meets_every_row_once_and_walking_back_too(
    inbox: Account, about: list[Any], order: str, limit: int
) -> None:
    rows = notices(*about)
    pages = walk(rows, order, limit)
    assert [pk for page in pages for pk in ids(page)] == in_order(rows, order)
    assert all(len(page.rows) == limit for page in pages[:-1])
    assert pages[0].previous == ""
    for page, later in zip(reversed(pages[:-1]), reversed(pages[1:]), strict=True):
        assert ids(page_of(rows, order=order, cursor=later.previous, limit=limit)) == ids(page)


@pytest.mark.parametrize("order", ["read_at", "-read_at"])
def test_rows_that_arrive_shift_nothing(inbox: Account, order: str) -> None:
    rows = notices(*[(minutes, "") for minutes in (1, 2, 3, 4)])
    first = page_of(rows, order=order, limit=2)
    Notification.objects.create(
        member_id=rows[0].member_id, text="first of all", read_at=rows.earliest("read_at").read_at
    )
    second = page_of(rows, order=order, cursor=first.next, limit=3)
    assert not set(ids(first)) & set(ids(second))
    assert {*ids(first), *ids(second)} >= set(rows.filter(text="").values_list("pk", flat=True))


def test_a_row_that_was_deleted_is_still_a_place_to_go_on_from(inbox: Account) -> None:
    rows = notices((1, ""), (2, ""), (3, ""))
    first = page_of(rows, order="-read_at", limit=1)
    first.rows[0].delete()
    assert ids(page_of(rows, order="-read_at", cursor=first.next, limit=5)) == in_order(rows, "-read_at")


def test_links_keep_the_rest_of_the_query(inbox: Account) -> None:
    page = page_of(notices((1, ""), (2, "")), order="text", limit=1)
    made = links(page, "/api/v1/leads/", {"q": "a&b", "cursor": "old", "limit": "1"})
    assert made == {"next": f"/api/v1/leads/?q=a%26b&limit=1&cursor={page.next}", "previous": None}


def forged(*parts: Any) -> str:
    return urlsafe_b64encode(json.dumps(parts).encode()).decode().rstrip("=")


ID = uuid7().hex
NOT_OURS = {
    "no base 64": "ü§$",
    "a short one": "a",
    "no JSON": urlsafe_b64encode(b"{").decode(),
    "no list": urlsafe_b64encode(b"7").decode(),
    "too few parts": forged("read_at", None),
    "another order": forged("text", "a", ID, False),
    "no id": forged("read_at", None, "x", False),
    "an id that is a number": forged("read_at", None, 7, False),
    "a value that is a list": forged("read_at", ["a"], ID, False),
    "deep nesting": urlsafe_b64encode(b"[" * 50_000).decode(),
    "a time that is none": forged("read_at", "yesterday", ID, False),
    "a time that is a number": forged("read_at", 7, ID, False),
    "a day that never was": forged("read_at", "2026-02-30T00:00:00+00:00", ID, False),
}


@pytest.mark.parametrize("what", NOT_OURS)
def test_a_cursor_that_we_did_not_make_is_refused(inbox: Account, what: str) -> None:
    with pytest.raises(BadCursor):
        page_of(notices((1, "")), order="read_at", cursor=NOT_OURS[what])


@pytest.mark.parametrize("value", ["a\x00b", "\ud800"])
def test_a_text_that_no_column_can_hold_is_refused(inbox: Account, value: str) -> None:
    with pytest.raises(BadCursor):
        page_of(notices((1, "")), order="text", cursor=forged("text", value, ID, False))


def test_a_cursor_of_another_account_shows_nothing_of_it(inbox: Account) -> None:
    with scope(an_account("globex")):
        theirs = page_of(notices((1, "secret"), (2, "secret")), order="-read_at", limit=1)
    page = page_of(Notification.objects.all(), order="-read_at", cursor=theirs.next)
    assert page.rows == []
