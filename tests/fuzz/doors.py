"""Every URL that takes something in, with what works there: the seed that fuzzing starts from."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

from accounts.roles import Function, Scope
from leads.models import CustomField, FieldType, Import, Inlet, MailProvider, Protocol
from tenancy import clock
from tenancy.models import Account
from tenancy.scope import scope
from tests.factories import a_key, a_source
from tests.isolation.urls import Url, urls_of
from tests.leads.forms import FIELDS, a_form
from tests.leads.inbound.stage import SECRET, linkedin_sealed, meta_sealed, sealed

SHOP = "https://shop.example"
PERSON: dict[str, Any] = {
    "name": "Ada King",
    "email": "ada@kestrel.example",
    "phone": "+442071838750",
    "company": "Kestrel Ltd",
    "website": "kestrel.example",
    "headcount": "11-50",
    "timeline_days": "2 weeks",
    "tech_stack": ["Azure"],
    "it_decision": "in_house",
    "value": {"amount": "25000.00", "currency": "EUR"},
    "source": "Website",
    "external_id": "e-1",
    "campaign": {"utm_source": "google", "gclid": "x"},
    "referrer": "https://a.example",
    "consent": {"text": "Yes", "version": 1, "given": "yes", "at": "2026-03-02T09:00:00Z"},
    "custom": {"text": "t", "number": 3, "money": "3 EUR", "date": "2026-03-02", "choices": ["a"], "boolean": True},
}
SIGNAL = {"kind": "page_view", "visitor": "v1", "url": "https://a.example/", "id": "1", "seconds": 3, "bot": False}
PERIOD = {"from": "2026-03-01T00:00:00Z", "to": "2026-03-02T00:00:00Z", "count": 3, "external_ids": ["e-1"]}
CALL = {"from": "+442071838750", "direction": "in", "status": "answered", "duration": "1:35", "start": 1772442000}
MAIL = (
    b"From: Ada King <ada@kestrel.example>\r\nTo: in@acme.example\r\nSubject: Desk\r\nDate: Mon, 2 Mar 2026 09:00:00"
    b" +0000\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\nContent-Type: text/html;"
    b" charset=utf-8\r\n\r\n<p>Hello</p>\r\n--x\r\nContent-Type: text/calendar\r\n\r\nMETHOD:REQUEST\r\n"
    b"BEGIN:VEVENT\r\nDTSTART;TZID=Europe/Berlin:20260302T090000\r\n--x\r\nContent-Type: application/pdf\r\n"
    b'Content-Disposition: attachment; filename="a.pdf"\r\nContent-Transfer-Encoding: base64\r\n\r\nJVBERg=='
    b"\r\n--x--\r\n"
)
POSTMARK = {
    "FromFull": {"Email": "ada@kestrel.example", "Name": "Ada"},
    "ToFull": [{"Email": "in@acme.example", "Name": ""}],
    "CcFull": [],
    "BccFull": [],
    "Subject": "Desk",
    "TextBody": "Hello",
    "HtmlBody": "",
    "Headers": [{"Name": "Message-ID", "Value": "<1@a.example>"}],
    "Attachments": [{"Name": "a.txt", "Content": "YQ==", "ContentType": "text/plain", "ContentLength": 1}],
}
SENDGRID = {
    "headers": "From: Ada <ada@kestrel.example>\nSubject: Desk",
    "text": "Hello",
    "attachments": "1",
    "attachment-info": json.dumps({"attachment1": {"filename": "a.txt", "type": "text/plain"}}),
    "envelope": json.dumps({"from": "ada@kestrel.example", "to": ["in@acme.example"]}),
}
MAILGUN = {"body-mime": MAIL.decode(), "recipient": "in@acme.example", "timestamp": "1", "token": "t", "signature": "s"}
UPLOAD = (
    b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\nContent-Type: text/csv\r\n\r\n'
    b'Name;E-mail\r\nAda;ada@kestrel.example\r\n--x\r\nContent-Disposition: form-data; name="mapping"\r\n\r\n'
    b'{"Name": "name"}\r\n--x\r\nContent-Disposition: form-data; name="source"\r\n\r\nWebsite\r\n--x--\r\n'
)
LINKEDIN_ID = "urn:li:leadGenFormResponse:abc-1"

Sealing = Callable[[bytes], Mapping[str, str]]


def unsealed(_: bytes) -> Mapping[str, str]:
    return {}


@dataclass(frozen=True)
class Door:
    """`url` names a pattern; `kind` is the content type that its `seed` has."""

    url: str
    seed: Any
    kind: str = "application/json"
    variant: str = ""
    values: Mapping[str, str] = field(default_factory=dict)
    seal: Sealing = unsealed
    headers: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.url} {self.variant}".strip()


def url_table() -> dict[str, Url]:
    return {url.name: url for url in urls_of("config.urls")}


PUBLIC = ("f/", "in/", "t/")
TAKING = {Function.CAPTURE, Function.MANAGE_CAPTURE}


def capture_urls() -> set[str]:
    """The names of all URLs that strangers, websites and partners send to, told from the code."""
    public = {name for name, url in url_table().items() if url.route.startswith(PUBLIC)}
    return public | {name for name, need in _needs() if need.function in TAKING and need.scope != Scope.LEADS_READ}


def _needs() -> list[tuple[str, Any]]:
    from django.urls import get_resolver

    def views(patterns: Any) -> Any:
        for pattern in patterns:
            yield from views(pattern.url_patterns) if hasattr(pattern, "url_patterns") else [pattern]

    return [
        (pattern.name, need)
        for pattern in views(get_resolver("config.urls").url_patterns)
        for need in getattr(getattr(pattern.callback, "cls", None), "needs", {}).values()
    ]


def build(account: Account) -> SimpleNamespace:
    """What stands behind the doors."""
    with scope(account):
        for kind in FieldType.values:
            CustomField.objects.create(key=kind, label=kind, type=kind, choices=["a", "b"])
        world = SimpleNamespace(
            account=account,
            key=a_key(),
            browser=a_key(Scope.LEADS_WRITE, Scope.SIGNALS_WRITE, origins=[SHOP]),
            source=a_source(),
        )
        world.table = Import.objects.create(name="a.csv", source=world.source)
    own = [{"field": f"custom.{kind}"} for kind in FieldType.values]
    world.form = a_form(account, fields=[*FIELDS, *own], puzzle=True, consent_text="Yes?", origins=[SHOP])
    return world


def doors(world: SimpleNamespace) -> list[Door]:
    """The table. Whoever adds a URL that takes something in adds a line."""
    return [*_rest(world), *_forms(world), *_inlets(world.account)]


def _rest(world: SimpleNamespace) -> list[Door]:
    key = {"Authorization": f"Bearer {world.key}"}
    browser = {"Authorization": f"Bearer {world.browser}", "Origin": SHOP}
    source, table = {"source_id": world.source.public_id}, {"import_id": world.table.public_id}
    return [
        Door("api-leads", PERSON, headers=key),
        Door("api-leads", PERSON, variant="browser", headers=browser),
        Door("api-leads-batch", {"leads": [PERSON, PERSON]}, headers=key),
        Door("api-signals", {"signals": [SIGNAL]}, headers=key),
        Door("api-signals", [SIGNAL], variant="browser", headers=browser),
        Door("api-imports", UPLOAD, kind="multipart/form-data; boundary=x", headers=key),
        Door("api-import", {}, values=table, headers=key),
        Door("api-sources", {"name": "Fair", "kind": "event", "mapping": {"a": "name"}}, headers=key),
        Door("api-source", {"name": "Fair", "required": ["email"]}, values=source, headers=key),
        Door("api-reconciliation", PERIOD, values=source, headers=key),
        Door(
            "api-forms", {"name": "Fair", "source": world.source.public_id, "fields": [{"field": "email"}]}, headers=key
        ),
        Door("api-form", {"name": "Fair"}, values={"form_id": world.form.public_id}, headers=key),
    ]


def _forms(world: SimpleNamespace) -> list[Door]:
    form, key = {"form_id": world.form.public_id}, {"key": world.browser}
    encoded = "application/x-www-form-urlencoded"
    return [
        Door("hosted-form", PERSON, values=form, headers={"Origin": SHOP}),
        Door("hosted-form", PERSON | {"t": "x", "puzzle": "a~1"}, kind=encoded, variant="plain", values=form),
        Door("hosted-form-thanks", {}, values=form),
        Door("form-embed", {}, values=form),
        Door("track-script", {}, values=key),
        Door("track-signals", [SIGNAL], kind="text/plain", values=key, headers={"Origin": SHOP}),
    ]


def _inlets(account: Account) -> list[Door]:
    now = int(clock.now().timestamp())
    value = {"leadgen_id": "444", "page_id": "1", "form_id": "777", "created_time": now}
    meta = {"object": "page", "entry": [{"id": "1", "time": now, "changes": [{"field": "leadgen", "value": value}]}]}
    linkedin = {"type": "LEAD_ACTION", "leadGenFormResponse": LINKEDIN_ID, "leadAction": "CREATED", "occurredAt": now}
    mapping = {"email": "a[0].email", "name": "a[0].name", "custom.number": "n"}
    signed: dict[str, Any] = {"secret": SECRET}
    return [
        _inlet(account, Protocol.GENERIC, [PERSON, PERSON]),
        _inlet(account, Protocol.GENERIC, {"a": [PERSON], "n": 3}, variant="mapped", mapping=mapping),
        _inlet(account, Protocol.STANDARD, PERSON, seal=sealed, **signed),
        _inlet(account, Protocol.META, meta, seal=meta_sealed, verify_token="verify-me", **signed),
        _inlet(account, Protocol.LINKEDIN, linkedin, seal=linkedin_sealed, **signed),
        _inlet(account, Protocol.STANDARD, PERSON, variant="unsigned", **signed),
        _inlet(account, Protocol.CALLS, CALL),
        _inlet(account, Protocol.EMAIL, MAIL, kind="message/rfc822"),
        _inlet(account, Protocol.EMAIL, POSTMARK, provider=MailProvider.POSTMARK),
        _inlet(account, Protocol.EMAIL, SENDGRID, kind=FORM, provider=MailProvider.SENDGRID),
        _inlet(account, Protocol.EMAIL, MAILGUN, kind=FORM, provider=MailProvider.MAILGUN),
    ]


FORM = "application/x-www-form-urlencoded"


def _inlet(
    account: Account,
    protocol: str,
    seed: Any,
    *,
    kind: str = "application/json",
    seal: Sealing = unsealed,
    variant: str = "",
    **columns: Any,
) -> Door:
    called = " ".join(filter(None, (protocol, variant, columns.get("provider", ""))))
    with scope(account):
        inlet = Inlet.objects.create(name=called, source=a_source(called, "webhook"), protocol=protocol, **columns)
        inlet.publish()
    url = "inlet-email" if protocol == Protocol.EMAIL else "inlet"
    return Door(url, seed, kind=kind, variant=called, values={"token": inlet.token}, seal=seal)
