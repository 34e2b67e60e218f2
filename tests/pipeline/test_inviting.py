"""Meetings in calendars: the text of invitations, the mail, and each member's feed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from types import SimpleNamespace
from typing import Any

import pytest
from django.core import mail as outbox
from django.test import Client
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from events.kinds import Kind
from events.models import Event, Job
from events.record import SYSTEM
from pipeline import ics, told
from pipeline.inviting import close_feed, feed_of, invitation, mail_invitation, new_feed
from pipeline.meetings import book_meeting, change_meeting, invite_to
from pipeline.models import Meeting
from pipeline.tasks import add_task, finish_task
from tenancy import clock
from tenancy.models import Account
from tenancy.scope import scope
from tests.factories import a_lead

NINE = datetime(2026, 3, 12, 9, 0, tzinfo=UTC)
PLAIN = ics.Entry(uid="mee_1@x.example", title="Discovery call", starts_at=NINE, minutes=45, stamp=NINE)


def unfolded(text: str) -> list[str]:
    return text.replace("\r\n ", "").split("\r\n")


def test_an_appointment_as_text() -> None:
    lines = unfolded(ics.calendar([PLAIN], name="Acme: Rita", method="PUBLISH"))
    for line in (
        "BEGIN:VCALENDAR",
        "METHOD:PUBLISH",
        "X-WR-CALNAME:Acme: Rita",
        "UID:mee_1@x.example",
        "DTSTART:20260312T090000Z",
        "DTEND:20260312T094500Z",
        "SEQUENCE:0",
        "SUMMARY:Discovery call",
        "STATUS:CONFIRMED",
        "END:VCALENDAR",
    ):
        assert line in lines


@given(title=st.text(max_size=200), place=st.text(max_size=200), name=st.text(max_size=60))
def test_nothing_that_people_write_makes_a_line_of_its_own(title: str, place: str, name: str) -> None:
    entry = ics.Entry(
        uid="u", title=title, place=place, starts_at=NINE, minutes=5, stamp=NINE, attendee=(name, f"{place}@x.example")
    )
    text = ics.calendar([entry], name=name)
    for line in text.encode().split(b"\r\n"):
        assert len(line) <= 75
        assert b"\n" not in line
        assert b"\r" not in line
    names = [line.partition(":")[0].partition(";")[0] for line in unfolded(text) if line]
    assert set(names) <= set(
        "BEGIN VERSION PRODID CALSCALE X-WR-CALNAME UID DTSTAMP DTSTART DTEND SEQUENCE SUMMARY LOCATION ATTENDEE STATUS"
        " END".split()
    )
    assert names.count("BEGIN") == 2


@pytest.fixture
def jonas(cast: SimpleNamespace, in_scope: Any) -> SimpleNamespace:
    cast.lead = a_lead(owner=cast.rita, name="Jonas Weidmann", email="jonas@kestrel.example", company="Kestrel")
    return cast


def test_the_prospect_is_invited_and_hears_of_every_change(jonas: SimpleNamespace) -> None:
    meeting = book_meeting(jonas.lead, starts_at=NINE, by=jonas.rita.by, place="https://meet.example/x", invite=True)
    assert Job.objects.filter(kind=mail_invitation.name, subject_id=meeting.pk, state="pending").count() == 1
    assert mail_invitation.outside
    mail_invitation.outside(jonas.account, meeting.pk)
    change_meeting(meeting, {"starts_at": NINE + timedelta(days=1)}, by=jonas.rita.by)
    mail_invitation.outside(jonas.account, meeting.pk)
    change_meeting(meeting, {"outcome": "cancelled"}, by=jonas.rita.by)
    mail_invitation.outside(jonas.account, meeting.pk)
    said = [
        (part["Content-Type"], part.get_payload(decode=True).decode().replace("\r\n ", ""))  # type: ignore[union-attr]
        for sent in outbox.outbox
        for part in message_from_bytes(sent.message().as_bytes()).walk()
        if part.get_content_type() == "text/calendar"
    ]
    assert [kind.partition("method=")[2].partition(";")[0].strip('"') for kind, _ in said] == [
        *("REQUEST", "REQUEST", "CANCEL")
    ]
    assert ["SEQUENCE:0" in said[0][1], "SEQUENCE:1" in said[1][1], "SEQUENCE:2" in said[2][1]] == [True] * 3
    assert "20260313T090000Z" in said[1][1]
    assert "STATUS:CANCELLED" in said[2][1]
    assert "mailto:jonas@kestrel.example" in said[0][1]
    assert "/leads/" not in said[0][1]  # no link of ours in a stranger's calendar
    assert {sent.to[0] for sent in outbox.outbox} == {"jonas@kestrel.example"}


def test_the_mail_says_the_time_as_the_account_s_clock_shows_it(jonas: SimpleNamespace) -> None:
    Account.objects.filter(pk=jonas.account.pk).update(time_zone="Europe/Berlin")
    with scope(Account.objects.get(pk=jonas.account.pk)):
        meeting = book_meeting(jonas.lead, starts_at=NINE, by=jonas.rita.by, minutes=45, invite=True)
    assert mail_invitation.outside
    mail_invitation.outside(Account.objects.get(pk=jonas.account.pk), meeting.pk)
    assert "Thursday 12 March 2026, 10:00 (Europe/Berlin), 45 minutes" in outbox.outbox[0].body


def test_a_timeline_says_the_time_as_the_reader_s_clock_shows_it(jonas: SimpleNamespace) -> None:
    book_meeting(jonas.lead, starts_at=NINE, by=jonas.rita.by)
    booked = Event.objects.get(kind=Kind.MEETING_BOOKED)
    with timezone.override("America/New_York"):
        assert told.meeting(booked).text == "Thu 12 Mar, 05:00 EDT"


def test_who_was_not_invited_hears_nothing(jonas: SimpleNamespace) -> None:
    meeting = book_meeting(jonas.lead, starts_at=NINE, by=jonas.rita.by)
    change_meeting(meeting, {"starts_at": NINE + timedelta(days=1)}, by=jonas.rita.by)
    assert mail_invitation.outside
    mail_invitation.outside(jonas.account, meeting.pk)
    assert not outbox.outbox
    invite_to(meeting)
    assert "SUMMARY:Discovery call: Acme" in unfolded(invitation(Meeting.objects.select_related("lead__contact").get()))


def get(secret: str) -> Any:
    return Client().get(f"/calendar/{secret}.ics")


def test_a_feed_shows_what_its_member_holds(jonas: SimpleNamespace) -> None:
    soon = clock.now() + timedelta(days=1)
    book_meeting(jonas.lead, starts_at=soon, by=SYSTEM)
    book_meeting(jonas.lead, starts_at=soon, by=SYSTEM, title="Raj’s own", member=jonas.raj)
    book_meeting(jonas.lead, starts_at=clock.now() - timedelta(days=90), by=SYSTEM, title="Long ago")
    add_task(jonas.lead, "Send the offer", by=SYSTEM, due_at=soon)
    add_task(jonas.lead, "Some day", by=SYSTEM)
    finish_task(add_task(jonas.lead, "Done", by=SYSTEM, due_at=soon), by=SYSTEM)
    secret = new_feed(jonas.rita)
    found = feed_of(secret)
    assert found
    titles = [line for line in unfolded(found[1]) if line.startswith("SUMMARY")]
    assert titles == [
        "SUMMARY:Discovery call: Jonas Weidmann\\, Kestrel",
        "SUMMARY:Send the offer: Jonas Weidmann\\, Kestrel",
    ]


def test_its_address_is_secret_and_can_be_renewed_and_ended(
    cast: SimpleNamespace, eve: Any, transactional_db: None
) -> None:
    with scope(cast.account):
        first = new_feed(cast.rita)
    answer = get(first)
    assert answer.status_code == 200
    assert answer["Content-Type"].startswith("text/calendar")
    assert "no-store" in answer["Cache-Control"]
    with scope(cast.account):
        second = new_feed(cast.rita)
    assert [get(first).status_code, get(second).status_code, get("guess").status_code] == [404, 200, 404]
    with scope(cast.account):
        type(cast.rita).objects.filter(pk=cast.rita.pk).update(left_at=clock.now())
    assert get(second).status_code == 404  # who left takes no calendar along
    with scope(cast.account):
        third = new_feed(cast.raj)
        close_feed(cast.raj)
    assert get(third).status_code == 404
    with scope(eve.account):
        assert feed_of(second) is None


def test_the_page_shows_an_address_once(cast: SimpleNamespace, client: Client) -> None:
    client.force_login(cast.mo.user)
    page = "/acme/calendar/"
    assert "There is no address yet" in client.get(page).content.decode()
    made = client.post(page).content.decode()
    secret = made.partition(".ics")[0].rpartition("/")[2]
    assert len(secret) > 40
    with scope(cast.account):
        found = feed_of(secret)
        assert found
        assert found[0] == cast.mo
    assert secret not in client.get(page).content.decode()
    client.post(page, {"act": "end"})
    with scope(cast.account):
        assert feed_of(secret) is None
