"""Mail providers hand mail in by their own webhooks."""

from __future__ import annotations

import hmac
import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from leads.models import Inlet, Lead, Protocol
from tenancy import clock
from tenancy.models import Account
from tenancy.scope import scope
from tests.leads.inbound.mailroom import mail_named
from tests.leads.inbound.stage import an_inlet

pytestmark = pytest.mark.django_db
KEY = "mailgun-signing-key"


def post(inlet: Inlet, data: Any, **extra: Any) -> Any:
    return Client().post(f"/in/{inlet.token}/email/", data, **extra)


def sender(account: Account) -> tuple[str, str]:
    with scope(account):
        contact = Lead.objects.with_people().get().contact
    return contact.name, contact.email


JONAS = ("Jonas Weidmann", "jonas@kestrel.example")


def test_sendgrids_raw_and_parsed_mail(account: Account) -> None:
    inlet = an_inlet(account, Protocol.EMAIL, provider="sendgrid")
    assert post(inlet, {"email": mail_named("new_sender").decode(), "to": "x@y.example"}).status_code == 202
    assert sender(account) == JONAS
    parsed = {
        "headers": "From: Ada King <ada@b.example>\nSubject: Desk\nMessage-ID: <1@b.example>",
        "text": "Hello",
        "attachments": "1",
        "attachment-info": json.dumps({"attachment1": {"filename": "a.txt", "type": "text/plain"}}),
        "attachment1": SimpleUploadedFile("a.txt", b"text"),
    }
    assert post(inlet, parsed).status_code == 202
    with scope(account):
        assert set(Lead.objects.values_list("contact__email", "message")) >= {("ada@b.example", "Desk\n\nHello")}


def test_postmarks_mail(account: Account) -> None:
    inlet = an_inlet(account, Protocol.EMAIL, provider="postmark")
    body = {
        "FromFull": {"Email": JONAS[1], "Name": JONAS[0]},
        "ToFull": [{"Email": "in@acme.example", "Name": ""}],
        "CcFull": [],
        "BccFull": [],
        "Subject": "Backup",
        "TextBody": "Hello",
        "HtmlBody": "",
        "Headers": [],
        "Attachments": [],
    }
    assert post(inlet, json.dumps(body), content_type="application/json").status_code == 202
    assert sender(account) == JONAS


def mailgun(token: str = "t" * 50, key: str = KEY) -> dict[str, str]:
    at = str(int(clock.now().timestamp()))
    signature = hmac.digest(key.encode(), f"{at}{token}".encode(), "sha256").hex()
    raw = mail_named("new_sender").decode()
    return {"timestamp": at, "token": token, "signature": signature, "body-mime": raw, "recipient": "in@acme.example"}


def test_mailguns_signed_mail(account: Account) -> None:
    inlet = an_inlet(account, Protocol.EMAIL, provider="mailgun", secret=KEY)
    assert post(inlet, mailgun(key="forged")).status_code == 401
    assert post(inlet, mailgun()).status_code == 202
    assert sender(account) == JONAS


@pytest.mark.parametrize("provider", ["mailgun", "postmark", "sendgrid"])
@pytest.mark.parametrize(
    ("data", "extra"),
    [
        ({}, {}),
        ({"email": ""}, {}),
        (b"{", {"content_type": "application/json"}),
        (b"[1]", {"content_type": "application/json"}),
        (b"[" * 100_000, {"content_type": "application/json"}),
        (b'{"FromFull": 7, "Headers": {}}', {"content_type": "application/json"}),
        (b"--x\r\nbroken", {"content_type": "multipart/form-data; boundary=x"}),
        ({"headers": "x", "attachments": "many"}, {}),
        ({"body-mime": "x", "attachment-count": "-1"}, {}),
    ],
)
def test_what_is_no_mail_never_breaks(account: Account, provider: str, data: Any, extra: dict[str, Any]) -> None:
    inlet = an_inlet(account, Protocol.EMAIL, provider=provider)
    assert post(inlet, data, **extra).status_code in (202, 400)
