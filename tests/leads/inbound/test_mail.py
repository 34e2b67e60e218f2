"""Ten kinds of mail from real life, and where each of them ends."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from django.test import Client

from events import drain, mail
from events.kinds import Kind
from events.models import Event
from followups.models import Suppression
from leads.models import Activity, Lead, Payload, Status, Submission
from pipeline.models import File
from tenancy.models import Account
from tenancy.scope import scope
from tests.factories import a_lead
from tests.leads.inbound.mailroom import an_email_inlet, hand_in, mail_named, vouched

pytestmark = pytest.mark.django_db


@pytest.fixture
def jonas(account: Account) -> Lead:
    with scope(account):
        return a_lead(name="Jonas Weidmann", email="jonas@kestrel.example")


def only_lead(account: Account) -> Lead:
    with scope(account):
        found: Lead = Lead.objects.with_people().get()
        return found


def activities(account: Account) -> list[Activity]:
    with scope(account):
        return list(Activity.objects.order_by("created_at", "id").select_related("member"))


def test_a_new_sender_is_a_lead_with_the_phone_of_the_signature(account: Account) -> None:
    kept = hand_in(account, mail_named("new_sender"))
    lead = only_lead(account)
    assert (kept.state, kept.lead_id) == ("done", lead.pk)
    assert (lead.contact.name, lead.contact.email) == ("Jonas Weidmann", "jonas@kestrel.example")
    assert lead.contact.phone_e164 == "+4930901820"
    assert lead.company is not None
    assert lead.company.domain == "kestrel.example"
    assert lead.message.startswith("Managed backup for 40 people\n\nHello,")
    with scope(account):
        assert Submission.objects.get().channel == "email"


@pytest.mark.parametrize(
    ("name", "who", "address", "said"),
    [
        ("forward", "Claire Moreau", "claire@atelier.example", "Question about pricing\n\nBonjour Rita,"),
        ("forward_german", "Jürgen Groß", "j.gross@mueller.example", "Anfrage\n\nGuten Tag,"),
        ("forward_attached", "Ada King", "ada@lovelace.example", "Analytical engines\n\nDo you service them?"),
    ],
)
def test_a_mail_that_a_member_passes_on_is_the_lead_of_who_wrote_it(
    cast: SimpleNamespace, name: str, who: str, address: str, said: str
) -> None:
    hand_in(cast.account, mail_named(name))
    lead = only_lead(cast.account)
    assert (lead.contact.name, lead.contact.email) == (who, address)
    assert lead.message.startswith(said)


def test_what_the_member_wrote_above_is_a_note(cast: SimpleNamespace) -> None:
    hand_in(cast.account, vouched(mail_named("forward")))
    (note,) = activities(cast.account)
    assert (note.kind, note.member) == ("note", cast.rita)
    assert note.body == "This one came to my own inbox. Looks serious."


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("reply_english", "Thursday at ten suits me."),
        ("reply_german", "Donnerstag um zehn passt mir."),
        ("reply_french", "Jeudi à dix heures me convient."),
    ],
)
def test_an_answer_is_an_activity_without_the_letters_it_quotes(
    account: Account, jonas: Lead, name: str, said: str
) -> None:
    kept = hand_in(account, mail_named(name, jonas))
    (answer,) = activities(account)
    assert (answer.lead_id, answer.kind, answer.direction, answer.outcome) == (jonas.pk, "email", "in", "replied")
    assert answer.body.endswith(f"\n\n{said}")
    assert not answer.automatic
    assert (kept.state, kept.submission_id) == ("done", None)


def test_an_answer_after_a_letter_of_ours_is_the_first_response(cast: SimpleNamespace) -> None:
    with scope(cast.account):
        lead = a_lead(email="jonas@kestrel.example")
        lead.log_activity(kind="email", by=cast.rita.by, member=cast.rita)
    hand_in(cast.account, mail_named("reply_english", lead))
    assert only_lead(cast.account).first_response_at is not None


def test_an_answer_with_anothers_signature_is_an_enquiry(account: Account, eve: object, jonas: Lead) -> None:
    forged = mail_named("reply_english", message_id="<aaaa.bbbb@x>", reply_to=f"reply+{'a' * 39}@tollgate.localhost")
    kept = hand_in(account, forged.replace(b"jonas@kestrel", b"mallory@kestrel"))
    assert kept.lead_id not in (None, jonas.pk)


def test_an_out_of_office_is_no_answer(account: Account, jonas: Lead) -> None:
    hand_in(account, mail_named("out_of_office", jonas))
    (automatic,) = activities(account)
    assert (automatic.automatic, automatic.outcome) == (True, "")
    assert only_lead(account).first_response_at is None


def test_an_out_of_office_of_a_stranger_is_nothing(account: Account) -> None:
    kept = hand_in(account, mail_named("out_of_office", message_id="<x@y>", reply_to="sales@acme.example"))
    assert (kept.state, kept.why) == ("ignored", "An automatic reply.")
    with scope(account):
        assert not Lead.objects.exists()


@pytest.mark.parametrize("status", ["5.1.1", "4.2.2"])
def test_a_bounce_suppresses_the_address_if_it_is_for_good(account: Account, jonas: Lead, status: str) -> None:
    hard = status.startswith("5")
    raw = mail_named("bounce", jonas, status=status, action="failed" if hard else "delayed")
    assert hand_in(account, raw).state == "done"
    drain.drain()
    with scope(account):
        event = Event.objects.get(kind=Kind.MAIL_BOUNCED)
        assert (event.lead_id, event.body["hard"]) == (jonas.pk, hard)
        suppressed = list(Suppression.objects.values_list("email_norm", "reason"))
        assert not Activity.objects.exists()
    assert suppressed == ([("jonas@kestrel.example", "bounced")] if hard else [])


def test_a_bounce_of_somebody_unknown_is_nothing(account: Account) -> None:
    kept = hand_in(account, mail_named("bounce", status="5.1.1", action="failed", message_id="<x@y>"))
    assert kept.state == "ignored"
    assert "nobody here has that address" in kept.why


def test_a_list_is_nothing(account: Account) -> None:
    kept = hand_in(account, mail_named("list"))
    assert (kept.state, kept.why) == ("ignored", "A mail to a list.")


def test_an_invitation_is_a_meeting_of_the_lead(account: Account, jonas: Lead) -> None:
    hand_in(account, mail_named("invitation"))
    (meeting,) = activities(account)
    assert (meeting.lead_id, meeting.kind, meeting.direction, meeting.automatic) == (jonas.pk, "meeting", "in", False)
    assert "Invitation: Backup talk, first round, 5 March 2026 10:00 CET" in meeting.body


def test_an_invitation_of_a_stranger_is_an_enquiry(account: Account) -> None:
    hand_in(account, mail_named("invitation"))
    assert only_lead(account).message.startswith("Invitation: Backup talk")


def test_html_is_read_as_text_and_nothing_of_it_runs(account: Account) -> None:
    hand_in(account, mail_named("html_only"))
    lead = only_lead(account)
    assert lead.message == "Anfrage über Backup\n\nWe need backup & a desk.\nCall us.\nJonas"
    assert lead.contact.name == "Jonas Weidmann"


def test_attachments_are_kept_by_type_and_content(account: Account) -> None:
    hand_in(account, mail_named("attachment"))
    drain.drain()
    drain.drain()
    lead = only_lead(account)
    with scope(account):
        assert list(File.objects.values_list("lead_id", "name")) == [(lead.pk, "requirements.pdf")]


def test_a_wrong_charset_is_read_all_the_same(account: Account) -> None:
    hand_in(account, mail_named("wrong_charset"))
    lead = only_lead(account)
    assert lead.message == "Angebot für Büro\n\nWir brauchen Unterstützung in München, 500 €."
    assert lead.contact.name == "Jürgen Groß"


def test_an_empty_mail_is_a_lead_all_the_same(account: Account) -> None:
    hand_in(account, mail_named("empty"))
    lead = only_lead(account)
    assert (lead.contact.email, lead.message) == ("jonas@kestrel.example", "")


def test_a_mail_of_nobody_waits_for_a_person(account: Account) -> None:
    kept = hand_in(account, b"Subject: x\n\nhello")
    assert (kept.state, kept.why) == ("failed", "It does not say who it is from.")


def test_nothing_at_all_is_refused(account: Account) -> None:
    answered = Client().post(f"/in/{an_email_inlet(account).token}/email/", b"", content_type="message/rfc822")
    assert answered.status_code == 400


def test_the_same_mail_twice_is_one(account: Account) -> None:
    first, second = (hand_in(account, mail_named("new_sender")) for _ in range(2))
    assert first.pk == second.pk
    with scope(account):
        assert Submission.objects.count() == 1


def test_a_second_letter_of_an_open_lead_is_contact_and_a_repeat(account: Account, jonas: Lead) -> None:
    kept = hand_in(account, mail_named("new_sender"))
    assert kept.lead_id == jonas.pk
    assert [activity.outcome for activity in activities(account)] == ["replied"]


def test_an_answer_after_the_end_is_a_new_enquiry(account: Account, jonas: Lead) -> None:
    with scope(account):
        Lead.objects.update(status=Status.LOST)
    kept = hand_in(account, mail_named("reply_english", jonas))
    assert kept.lead_id not in (None, jonas.pk)


def test_a_members_own_letter_is_logged_where_it_belongs(cast: SimpleNamespace) -> None:
    with scope(cast.account):
        lead = a_lead(email="jonas@kestrel.example")
    raw = vouched(b"From: Rita <rita@acme.example>\nTo: jonas@kestrel.example\nSubject: Thursday\n\nSee you.")
    hand_in(cast.account, raw)
    (letter,) = activities(cast.account)
    assert (letter.lead_id, letter.direction, letter.member) == (lead.pk, "out", cast.rita)
    kept = hand_in(cast.account, raw.replace(b"jonas@", b"nobody@"))
    assert (kept.state, "neither passed on" in kept.why) == ("ignored", True)


def test_our_own_mail_is_not_taken(account: Account) -> None:
    kept = hand_in(account, f"From: {mail.sender()[1]}\nSubject: x\n\nhello".encode())
    assert kept.state == "ignored"


def test_a_machine_that_writes_for_somebody_is_answered_to_that_person(account: Account) -> None:
    hand_in(account, b"From: noreply@shop.example\nReply-To: Ada King <ada@kestrel.example>\n\nCall me")
    assert only_lead(account).contact.email == "ada@kestrel.example"


def test_a_mail_too_large_is_refused(account: Account) -> None:
    raw = b"From: a@b.example\n\n" + b"x" * (25 * 1024 * 1024)
    inlet = an_email_inlet(account)
    assert Client().post(f"/in/{inlet.token}/email/", raw, content_type="message/rfc822").status_code == 413
    with scope(account):
        assert not Payload.objects.exists()
