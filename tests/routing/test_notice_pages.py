"""What a member was told, in the frame: until seen, with one toast for what is new."""

import json
from types import SimpleNamespace

import pytest
from django.test import Client

from accounts.models import Member
from events.models import Notification
from tenancy.models import Account
from tenancy.scope import scope
from tests.factories import a_lead

pytestmark = pytest.mark.django_db


@pytest.fixture
def rita(client: Client, cast: SimpleNamespace) -> Client:
    client.force_login(cast.rita.user)
    return client


def tell(account: Account, member: Member, text: str) -> Notification:
    with scope(account):
        notice: Notification = Notification.objects.create(member_id=member.pk, text=text, lead_id=a_lead().pk)
    return notice


def test_rita_sees_hers_with_a_link_to_the_lead_and_not_rajs(
    rita: Client, account: Account, cast: SimpleNamespace
) -> None:
    tell(account, cast.rita, "Jonas is yours now.")
    tell(account, cast.raj, "Petra is yours now.")
    page = rita.get("/acme/notifications/").content.decode()
    assert "Jonas is yours now." in page
    assert "Petra" not in page
    assert 'href="/acme/leads/lead_' in page


def test_what_was_seen_is_gone(rita: Client, account: Account, cast: SimpleNamespace) -> None:
    tell(account, cast.rita, "Jonas is yours now.")
    theirs = tell(account, cast.raj, "Petra is yours now.")
    assert "Nothing new." in rita.post("/acme/notifications/").content.decode()
    assert "Nothing new." in rita.get("/acme/notifications/").content.decode()
    with scope(account):
        assert Notification.objects.get(pk=theirs.pk).read_at is None


def test_only_what_came_since_is_a_toast_and_only_one(rita: Client, account: Account, cast: SimpleNamespace) -> None:
    first = tell(account, cast.rita, "Jonas is yours now.")
    loaded = rita.get("/acme/notifications/")
    assert "HX-Trigger" not in loaded
    assert f"?after={first.public_id}" in loaded.content.decode()
    tell(account, cast.rita, "Petra is yours now.")
    tell(account, cast.rita, "Dean is yours now.")
    toast = json.loads(rita.get(f"/acme/notifications/?after={first.public_id}")["HX-Trigger"])["toast"]
    assert toast["text"] == "Dean is yours now. And 1 more."
    assert toast["url"].startswith("/acme/leads/lead_")


def test_the_first_notice_ever_is_a_toast_too(rita: Client, account: Account, cast: SimpleNamespace) -> None:
    empty = rita.get("/acme/notifications/").content.decode()
    after = empty.partition("?after=")[2].partition('"')[0]
    tell(account, cast.rita, "Jonas is yours now.")
    assert "HX-Trigger" in rita.get(f"/acme/notifications/?after={after}")


@pytest.mark.parametrize("after", ["", "ntf_none", "%00", "lead_00000000000000000000000000"])
def test_a_strange_mark_is_no_error(rita: Client, account: Account, cast: SimpleNamespace, after: str) -> None:
    tell(account, cast.rita, "Jonas is yours now.")
    assert "HX-Trigger" not in rita.get(f"/acme/notifications/?after={after}")
