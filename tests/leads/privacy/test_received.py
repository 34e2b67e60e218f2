"""An erased person in the mails of others, however a mail hides a word: everything else in it stays."""

from __future__ import annotations

from base64 import b64encode
from email import message_from_bytes
from email.header import Header
from email.mime.application import MIMEApplication
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leads.inbound.mime import parse
from leads.models import Lead, Payload
from leads.privacy.needles import Needles
from leads.privacy.received import PARTS, clear_received, in_base64
from tenancy.models import Account
from tenancy.scope import scope
from tests.factories import a_lead, a_source

EMAIL = "zenobia@kestrel.example"
NEEDLES = Needles(words=(EMAIL, "zenobia%40kestrel.example"))
SAID = f"Please ask {EMAIL} about the desk; her office is on the third floor, behind the lifts and the long corridor."
pytestmark = pytest.mark.django_db


@pytest.fixture
def raj(account: Account) -> Lead:
    with scope(account):
        return a_lead(name="Raj Kumar", email="raj@x.example")


def cleared(lead: Lead | None, body: bytes, account: Account, protocol: str = "email") -> bytes:
    """The body once she was searched for; `lead` says whose mail it is."""
    with scope(account):
        one = Payload.objects.create(source=a_source(), protocol=protocol, body=body, lead=lead)
        for part in PARTS:
            clear_received(part, NEEDLES)
        one.refresh_from_db()
    return bytes(one.body)


def a_mail(*parts: MIMEText | MIMEApplication, subject: str = "The desk") -> bytes:
    mail = MIMEMultipart()
    mail["From"], mail["Subject"] = "Raj Kumar <raj@x.example>", subject
    for part in parts:
        mail.attach(part)
    return mail.as_bytes()


@pytest.mark.parametrize("charset", ["utf-8", "iso-8859-1"], ids=["base64", "quoted-printable"])
def test_a_text_in_an_encoding_is_cleaned_and_stays_readable(raj: Lead, account: Account, charset: str) -> None:
    found = parse(cleared(raj, a_mail(MIMEText(f"Grüße. {SAID}", _charset=charset)), account))
    assert found.plain == [f"Grüße. {SAID.replace(EMAIL, 'erased')}"]
    assert found.head["From"] == "Raj Kumar <raj@x.example>"


def test_a_table_that_was_attached(raj: Lead, account: Account) -> None:
    table = MIMEApplication(f"name,email\nRaj,raj@x.example\nZ,{EMAIL}\n".encode(), Name="people.csv")
    found = parse(cleared(raj, a_mail(MIMEText("See the table."), table), account))
    assert [one.content for one in found.attachments] == [b"name,email\nRaj,raj@x.example\nZ,erased\n"]
    assert found.plain == ["See the table."]


def test_a_subject_in_an_encoding(raj: Lead, account: Account) -> None:
    body = a_mail(MIMEText("Hello"), subject=Header(f"Für {EMAIL}", "utf-8").encode())
    assert parse(cleared(raj, body, account)).head["Subject"] == Header("Für erased", "utf-8").encode()


def test_a_mail_within_a_mail(raj: Lead, account: Account) -> None:
    inner = message_from_bytes(a_mail(MIMEText(SAID, _charset="utf-8")))
    outer = MIMEMultipart()
    outer["Subject"] = "Fwd"
    outer.attach(MIMEText("See below."))
    whole = outer.as_bytes().replace(b"--\n", b"\n", 1)
    boundary = outer.get_boundary()
    assert boundary
    body = whole.rpartition(f"--{boundary}".encode())[0]
    body += f"--{boundary}\nContent-Type: message/rfc822\n\n".encode() + inner.as_bytes()
    body += f"\n--{boundary}--\n".encode()
    after = cleared(raj, body, account)
    texts = [part.get_payload(decode=True) for part in message_from_bytes(after).walk() if not part.is_multipart()]
    assert any(b"Please ask erased" in text for text in texts if isinstance(text, bytes))


def test_what_a_form_sent(raj: Lead, account: Account) -> None:
    body = b"name=Raj+Kumar&email=raj%40x.example&colleague=zenobia%40kestrel.example"
    assert cleared(raj, body, account, "generic") == b"name=Raj+Kumar&email=raj%40x.example&colleague=erased"


def test_what_became_nobodys_lead_goes_as_a_whole(account: Account) -> None:
    assert cleared(None, a_mail(MIMEText(SAID, _charset="utf-8")), account) == b""


def test_mails_about_others_stay_to_the_letter(raj: Lead, account: Account) -> None:
    body = a_mail(MIMEText("Ask lazenobia@kestrel.example. Grüße", _charset="utf-8"))
    assert cleared(raj, body, account) == body


@given(before=st.text(max_size=7), after=st.text(max_size=7))
def test_a_word_is_found_wherever_it_stands_in_base64(before: str, after: str) -> None:
    text = b64encode(f"{before}{EMAIL}{after}".encode()).decode()
    assert any(found in text for found in in_base64(EMAIL.encode()))
