"""A member's own page of notices: ways, kinds, quiet hours, and a trial."""

import json
import re
from datetime import time
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client

from events.models import Job, NoticeKind, Notification
from routing.models import NoticeSettings
from routing.reaching import give
from tenancy.models import Account
from tenancy.scope import scope

pytestmark = pytest.mark.django_db
PAGE = "/acme/notifications/settings/"
EVERYTHING = list(NoticeKind.values)


@pytest.fixture
def rita(client: Client, cast: SimpleNamespace) -> Client:
    client.force_login(cast.rita.user)
    return client


def settings_of(account: Account, cast: SimpleNamespace) -> NoticeSettings:
    with scope(account):
        found: NoticeSettings = NoticeSettings.objects.get()
        assert found.member_id == cast.rita.pk
        return found


def test_rita_says_how_she_is_told(rita: Client, account: Account, cast: SimpleNamespace) -> None:
    page = rita.get(PAGE).content.decode()
    assert cast.rita.email in page
    assert checked(page) == ["mail", *["told"] * len(EVERYTHING), "urgent_anyway"]
    said: dict[str, Any] = {
        "desktop": "on",
        "post_url": "https://hooks.example/T0/x",
        "told": [NoticeKind.LEAD],
        "quiet_from": "20:00",
        "quiet_until": "07:30",
    }
    assert rita.post(PAGE, said).status_code == 302
    kept = settings_of(account, cast)
    assert (kept.mail, kept.desktop, kept.urgent_anyway) == (False, True, False)
    assert (kept.post_url, kept.quiet_from, kept.quiet_until) == ("https://hooks.example/T0/x", time(20), time(7, 30))
    assert kept.muted == [kind for kind in EVERYTHING if kind != NoticeKind.LEAD]
    again = rita.get(PAGE).content.decode()
    assert checked(again) == ["desktop", "told"]
    assert 'value="07:30"' in again


def checked(page: str) -> list[str]:
    return re.findall(r'<input type="checkbox" name="(\w+)"[^>]* checked', page)


@pytest.mark.parametrize(
    ("said", "error"),
    [
        ({"quiet_from": "20:00"}, "Quiet hours have a beginning and an end."),
        ({"quiet_until": "07:00"}, "Quiet hours have a beginning and an end."),
        ({"quiet_from": "20:00", "quiet_until": "20:00"}, "That is no time at all."),
        ({"quiet_from": "late", "quiet_until": "07:00"}, "Enter a valid time"),
        ({"post_url": "ftp://files.example/"}, "Enter a valid URL"),
        ({"post_url": "javascript:alert(1)"}, "Enter a valid URL"),
        ({"post_url": "https://me:secret@hooks.example/"}, "Without a login in it."),
        ({"post_url": "https://hooks.example/" + "x" * 500}, "at most 500"),
        ({"told": ["gossip"]}, "gossip"),
    ],
)
def test_what_makes_no_sense_is_told_beside_the_field(rita: Client, said: dict[str, Any], error: str) -> None:
    response = rita.post(PAGE, said)
    assert response.status_code == 422
    assert error in response.content.decode()


def test_a_new_webhook_begins_without_the_formers_complaint(
    rita: Client, account: Account, cast: SimpleNamespace
) -> None:
    with scope(account):
        NoticeSettings.objects.create(member=cast.rita, post_url="https://a.example/", post_error="It answers 404.")
    assert "It answers 404." in rita.get(PAGE).content.decode()
    rita.post(PAGE, {"post_url": "https://a.example/", "mail": "on"})
    assert settings_of(account, cast).post_error
    rita.post(PAGE, {"post_url": "https://b.example/", "mail": "on"})
    assert not settings_of(account, cast).post_error


def test_a_trial_goes_by_all_ways_at_any_hour(rita: Client, account: Account, cast: SimpleNamespace) -> None:
    with scope(account):
        NoticeSettings.objects.create(
            member=cast.rita,
            post_url="https://a.example/",
            muted=EVERYTHING,
            quiet_from=time(0),
            quiet_until=time(23, 59),
        )
    assert rita.get("/acme/notifications/trial/").status_code == 405
    assert rita.post("/acme/notifications/trial/").status_code == 302
    with scope(account):
        kinds = Job.objects.filter(subject_id=cast.rita.pk).values_list("kind", flat=True)
        assert {"routing.mail_notices", "routing.post_notices"} <= set(kinds)
        assert Notification.objects.get(member_id=cast.rita.pk).to_mail


def test_the_desktop_is_for_who_wants_it_and_quiet_at_night(
    rita: Client, account: Account, cast: SimpleNamespace
) -> None:
    def on_desktop() -> bool:
        with scope(account):
            give([Notification(member_id=cast.rita.pk, text="Jonas is yours now.")])
        response = rita.get("/acme/notifications/?after=ntf_00000000000000000000000000")
        return bool(json.loads(response["HX-Trigger"])["toast"]["desktop"])

    def wish(**columns: Any) -> None:
        with scope(account):
            NoticeSettings.objects.update_or_create(member=cast.rita, defaults=columns)
            Notification.objects.all().delete()

    assert not on_desktop()
    wish(desktop=True)
    assert on_desktop()
    wish(quiet_from=time(9), quiet_until=time(12))
    assert not on_desktop()
    wish(quiet_from=None, quiet_until=None, muted=[NoticeKind.OTHER])
    assert not on_desktop()


def test_nobody_sees_or_changes_the_settings_of_another(rita: Client, account: Account, cast: SimpleNamespace) -> None:
    with scope(account):
        NoticeSettings.objects.create(member=cast.raj, post_url="https://rajs.example/hook")
    assert "rajs.example" not in rita.get(PAGE).content.decode()
    rita.post(PAGE, {"mail": "on", "post_url": ""})
    with scope(account):
        assert NoticeSettings.objects.get(member=cast.raj).post_url == "https://rajs.example/hook"
