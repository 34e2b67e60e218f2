"""Mail as odd as real life sends it: read as far as it can be, never an error, and never more work than it is worth."""

from __future__ import annotations

import base64
import io
import time
import zipfile
from types import SimpleNamespace

import pytest

from events import drain, mail
from leads.inbound import letters
from leads.inbound.letters import LetterKind
from leads.models import Activity, Lead
from tenancy.models import Account
from tenancy.scope import scope
from tests.factories import a_lead
from tests.leads.inbound.mailroom import hand_in, vouched

pytestmark = pytest.mark.django_db
HEAD = b"From: Jonas Weidmann <jonas@kestrel.example>\nTo: in@acme.example\nSubject: Desk\nMIME-Version: 1.0\n"


def mixed(*parts: bytes) -> bytes:
    return (
        HEAD
        + b"Content-Type: multipart/mixed; boundary=x\n\n"
        + b"".join(b"--x\n" + p + b"\n" for p in parts)
        + b"--x--\n"
    )


def attached(name: str, content: bytes, kind: str = "application/octet-stream") -> bytes:
    head = f'Content-Type: {kind}\nContent-Disposition: attachment; filename="{name}"\n'
    return head.encode() + b"Content-Transfer-Encoding: base64\n\n" + base64.encodebytes(content)


TEXT = b"Content-Type: text/plain; charset=utf-8\n\nHello"


def test_outlooks_own_format_beside_a_text_leaves_the_text() -> None:
    letter = letters.read(
        mixed(TEXT, attached("winmail.dat", b"\x78\x9f\x3e\x22" + b"\0" * 400, "application/ms-tnef"))
    )
    assert (letter.text, [one.name for one in letter.attachments]) == ("Hello", ["winmail.dat"])


def test_outlooks_own_format_alone_is_a_letter_without_words() -> None:
    letter = letters.read(mixed(attached("winmail.dat", b"\x78\x9f\x3e\x22", "application/ms-tnef")))
    assert (letter.kind, letter.text, letter.address) == (LetterKind.LETTER, "", "jonas@kestrel.example")


@pytest.mark.parametrize(
    "body", [b"We need=\n =ZZ a desk =", b"=C3=28 a desk", b"caf=E9 and a desk", b"=\n=\n=\na desk="]
)
def test_broken_quoted_printable_is_read_as_far_as_it_goes(body: bytes) -> None:
    head = HEAD + b"Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: quoted-printable\n\n"
    assert "a desk" in letters.read(head + body).text


@pytest.mark.parametrize("body", [b"!!!!", b"SGVsbG8", b"SGVs\nbG8=\ngarbage after", b"\xff\xfe"])
def test_broken_base64_breaks_nothing(body: bytes) -> None:
    letters.read(HEAD + b"Content-Type: text/plain\nContent-Transfer-Encoding: base64\n\n" + body)


def test_a_signed_letter_is_read_and_its_signature_is_no_text() -> None:
    signed = (
        HEAD + b'Content-Type: multipart/signed; protocol="application/pkcs7-signature"; micalg=sha-256; boundary=x\n\n'
        b"--x\n" + TEXT + b"\n--x\n" + attached("smime.p7s", b"\x30\x82", "application/pkcs7-signature") + b"\n--x--\n"
    )
    letter = letters.read(signed)
    assert (letter.text, letter.said) == ("Hello", "Hello")


def test_an_encrypted_letter_is_a_lead_with_what_its_head_says(account: Account) -> None:
    kept = hand_in(
        account,
        HEAD + b"Content-Type: application/pkcs7-mime; smime-type=enveloped-data; name=smime.p7m\n"
        b"Content-Transfer-Encoding: base64\n\nMIIB\n",
    )
    with scope(account):
        lead = Lead.objects.with_people().get()
    assert (kept.state, lead.contact.email, lead.message) == ("done", "jonas@kestrel.example", "Desk")


@pytest.mark.parametrize(
    "raw",
    ["Büro für München".encode(), "Büro für München".encode("cp1252"), b"=?utf-8?q?B=C3=BCro_f=C3=BCr_M=C3=BCnchen?="],
)
def test_a_subject_in_eight_bits_is_read(raw: bytes) -> None:
    letter = letters.read(b"From: a@b.example\nSubject: " + raw + b"\n\nx")
    assert letter.subject == "Büro für München"


@pytest.mark.parametrize(
    "raw",
    [b"=?utf-8?q?=FF?=", b"=?nonsense?b?////?=", b"=?utf-8?b?A?=", b"=?utf-8?x?a?=", b"=?" * 4000, b"\x00\xff"],
)
def test_a_subject_that_cannot_be_read_is_kept(raw: bytes) -> None:
    assert isinstance(letters.read(b"From: a@b.example\nSubject: " + raw + b"\n\nx").subject, str)


def test_two_hundred_attachments_are_bounded_and_the_head_is_read() -> None:
    letter = letters.read(mixed(TEXT, *(attached(f"{number}.txt", b"x") for number in range(400))))
    assert letter.too_much
    assert (letter.address, letter.subject, letter.attachments) == ("jonas@kestrel.example", "Desk", [])
    assert (
        len(letters.read(mixed(TEXT, *(attached(f"{number}.txt", b"x") for number in range(150)))).attachments) == 150
    )


def test_a_bomb_in_a_zip_is_not_unpacked(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("zeros", b"\0" * 50_000_000)
    monkeypatch.setattr(zipfile.ZipFile, "open", None)
    kept = hand_in(account, mixed(TEXT, attached("offer.zip", packed.getvalue(), "application/zip")))
    drain.drain()
    assert kept.state == "done"


def test_what_went_through_two_colleagues_is_the_lead_of_who_wrote_first(cast: SimpleNamespace) -> None:
    raw = (
        "From: Rita <rita@acme.example>\nSubject: Fwd: Fwd: Desk\n\nFor the queue\n\n"
        "---------- Forwarded message ---------\nFrom: Max <max@acme.example>\nSubject: Fwd: Desk\n"
        "To: <rita@acme.example>\n\nYours, I think\n\n"
        "---------- Forwarded message ---------\nFrom: Claire Moreau <claire@atelier.example>\nSubject: Desk\n"
        "To: <max@acme.example>\n\nBonjour, we need a desk.\n"
    )
    kept = hand_in(cast.account, vouched(raw.encode()))
    with scope(cast.account):
        lead = Lead.objects.with_people().get()
    assert (lead.contact.email, lead.message) == ("claire@atelier.example", "Desk\n\nBonjour, we need a desk.")
    assert kept.why == f"Passed on by {cast.rita}."


def test_what_colleagues_passed_among_themselves_is_no_lead(cast: SimpleNamespace) -> None:
    raw = (
        "From: Rita <rita@acme.example>\nSubject: Fwd: Lunch\n\n---------- Forwarded message ---------\n"
        "From: Max <max@acme.example>\nSubject: Lunch\nTo: <rita@acme.example>\n\nAt twelve?\n"
    )
    assert hand_in(cast.account, vouched(raw.encode())).state == "ignored"


@pytest.mark.parametrize(
    "word",
    [
        *(b"=?utf-7?q?+2AA-?=", b"=?utf-7?q?Ada_+3/8-?=", b"\xed\xa0\x80", b"=?unicode_escape?q?=5Cud800?="),
        b"=?utf-8?b?A?=",
    ],
)
@pytest.mark.parametrize("where", [b"From: %s <jonas@kestrel.example>", b"Subject: %s", b"Reply-To: %s <a@b.example>"])
def test_half_a_character_or_broken_base64_in_a_header_loses_no_mail(
    account: Account, where: bytes, word: bytes
) -> None:
    sender = b"" if where.startswith(b"From") else b"From: jonas@kestrel.example\n"
    hand_in(account, sender + where.replace(b"%s", word) + b"\n\nWe need a desk")
    with scope(account):
        assert Lead.objects.with_people().get().contact.email_norm == "jonas@kestrel.example"


@pytest.mark.parametrize("header", ["From", "Reply-To", "To", "Cc"])
@pytest.mark.parametrize("value", ["(" * 3000, "(" * 3000 + ")" * 3000 + " ann@kestrel.example"], ids=["open", "shut"])
def test_comments_in_comments_of_an_address_are_a_letter_all_the_same(header: str, value: str) -> None:
    assert letters.read(f"{header}: {value}\n".encode() + HEAD + b"\nHello").text == "Hello"


def test_a_mail_full_of_boundaries_is_told_from_its_bytes_soon() -> None:
    body = HEAD + b"\n" + b"".join(b"boundary=%07d\n" % n for n in range(20_000))
    begun = time.monotonic()
    assert letters.read(body).address == "jonas@kestrel.example"
    assert time.monotonic() - begun < 2


@pytest.mark.parametrize("date", ["Thu, 1 Jan 1970 00:00:00 +0000", "Mon, 1 Jan 0101 00:00:00 +0000"])
def test_a_clock_that_was_never_set_dates_no_answer(account: Account, date: str) -> None:
    with scope(account):
        a_lead(email="jonas@kestrel.example")
    hand_in(account, f"Date: {date}\n".encode() + HEAD + b"\nHello")
    with scope(account):
        assert Activity.objects.get().occurred_at.year > 2000


@pytest.mark.parametrize(
    "more",
    [
        b"Content-Type: text/plain" + b"; a=b" * 150_000,
        b"Content-Type: multipart/mixed" + b";\r\n a=b" * 150_000,
        b"Content-Disposition: attachment" + b'; a="b;c"' * 150_000,
        b"Content-Type: text/plain; charset=punycode\n\n" + b"a-" + b"egbpdaj6bu4bxfgehfvwxn" * 30_000,
    ],
    ids=["type", "folded", "disposition", "punycode"],
)
def test_what_takes_a_square_of_its_length_to_read_is_not_read(more: bytes) -> None:
    begun = time.monotonic()
    assert letters.read(HEAD + more + b"\n\nHello").address == "jonas@kestrel.example"
    assert time.monotonic() - begun < 2


OF_A_WEBSITE = (
    "From: Website <{sender}>\nReply-To: {answer}\nTo: in@acme.example\nSubject: Contact form\n\nWe need a desk."
)
MIRA = "Mira Holt <mira@kestrel.example>"


@pytest.mark.parametrize("is_proven", [True, False])
@pytest.mark.parametrize("sender", ["rita@acme.example", mail.sender()[1]])
def test_what_a_website_sends_in_our_name_is_its_visitors(
    account: Account, cast: SimpleNamespace, sender: str, is_proven: bool
) -> None:
    raw = OF_A_WEBSITE.format(sender=sender, answer=MIRA).encode()
    kept = hand_in(account, vouched(raw) if is_proven else raw)
    with scope(account):
        lead = Lead.objects.select_related("contact").get(pk=kept.lead_id)
    assert (lead.contact.name, lead.contact.email) == ("Mira Holt", "mira@kestrel.example")
    assert "We need a desk." in lead.message


@pytest.mark.parametrize("whom", ["raj", "ourselves", "thread"])
def test_what_is_answered_to_one_of_us_is_nobodys_enquiry(account: Account, cast: SimpleNamespace, whom: str) -> None:
    with scope(account):
        known = a_lead()
    thread = mail.reply_address(account, known.pk)
    answer = {"raj": "raj@acme.example", "ourselves": mail.sender()[1], "thread": thread}[whom]
    hand_in(account, OF_A_WEBSITE.format(sender=mail.sender()[1], answer=answer).encode())
    with scope(account):
        assert Lead.objects.count() == 1
