"""What somebody says on the phone about consent and mail is noted, counts at once, and stands in the history."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from django.test import Client

from events.drain import drain
from events.record import SYSTEM
from followups.models import Enrolment, Suppression
from followups.opting_out import unsubscribe
from leads.consents import consents
from leads.models import Contact
from leads.privacy.erasure import erase
from tenancy.scope import scope
from tests.followups.stage import an_enrolled, send_planned, touch_on_time

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def person(cast: SimpleNamespace) -> Contact:
    """Somebody in a cadence whose first mail is on its way."""
    from followups.defaults import install

    with scope(cast.account):
        install()
        enrolment = an_enrolled("medium", name="Jonas Brandt", email="jonas@kestrel.example")
        touch_on_time(enrolment)
        found: Contact = enrolment.lead.contact
        return found


@pytest.fixture
def rita(cast: SimpleNamespace) -> Client:
    client = Client()
    client.force_login(cast.rita.user)
    return client


def tell(client: Client, person: Contact, wish: str = "withdrawn", **said: str) -> str:
    """The person's page after it was noted."""
    form = {"wish": wish, "channel": "phone", "note": "Wants no more letters"} | said
    return client.post(f"/acme/contacts/{person.public_id}/consent/", form, follow=True).content.decode()


def test_a_withdrawal_on_the_phone_stops_what_is_on_its_way(rita: Client, person: Contact) -> None:
    page = tell(rita, person)
    for words in ("Consent withdrawn by phone", "Wants no more letters", "Rita", "No mail since"):
        assert words in page, words
    with scope(person.account):
        assert Suppression.objects.get().email_norm == "jonas@kestrel.example"
        assert [message.state for message in send_planned()] == ["skipped"]
    drain()
    with scope(person.account):
        assert Enrolment.objects.get().end_reason == "unsubscribed"


def test_it_stands_in_the_history_even_if_mail_had_stopped_before(rita: Client, person: Contact) -> None:
    with scope(person.account):
        unsubscribe(person)
    tell(rita, person, channel="letter", note="")
    with scope(person.account):
        newest, before = consents(person)
    assert (newest.words, newest.given, newest.source) == ("Consent withdrawn by letter", False, "Rita")
    assert before.words == "No more mail wanted"


def test_the_timeline_of_the_lead_tells_it(rita: Client, person: Contact) -> None:
    tell(rita, person)
    with scope(person.account):
        lead = person.leads.get()
    page = rita.get(f"/acme/leads/{lead.public_id}/timeline/").content.decode()
    assert "Consent withdrawn by phone" in page
    assert "Wants no more letters" in page


def test_a_slip_is_taken_back_the_same_way(rita: Client, person: Contact) -> None:
    assert "Mail is wanted again" not in rita.get(f"/acme/contacts/{person.public_id}/").content.decode()
    assert "Mail is wanted again" in tell(rita, person)
    page = tell(rita, person, wish="again", note="I had the wrong Jonas")
    assert "Mail is wanted again by phone" in page
    assert "I had the wrong Jonas" in page
    assert "No mail since" not in page
    with scope(person.account):
        assert not Suppression.objects.exists()


def test_how_they_told_us_must_be_said(rita: Client, person: Contact) -> None:
    assert "Say how they told you." in tell(rita, person, channel="pigeon")
    with scope(person.account):
        assert not consents(person)


def test_who_only_looks_has_no_such_button(cast: SimpleNamespace, person: Contact) -> None:
    mo = Client()
    mo.force_login(cast.mo.user)
    path = f"/acme/contacts/{person.public_id}/"
    assert "Record a withdrawal" not in mo.get(path).content.decode()
    assert mo.post(f"{path}consent/", {"channel": "phone"}).status_code == 403


def test_of_an_erased_person_nothing_more_is_noted(rita: Client, person: Contact) -> None:
    with scope(person.account):
        erase(person, by=SYSTEM)
    assert rita.post(f"/acme/contacts/{person.public_id}/consent/", {"channel": "phone"}).status_code == 404
