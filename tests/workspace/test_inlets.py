"""Webhooks, mailboxes and what they received, as the people who manage capture see them."""

from __future__ import annotations

import json
import re
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client

from events import drain
from events.models import Job
from leads.models import CustomField, Inlet, Lead, Mailbox, Payload, Protocol, Submission
from tenancy import clock
from tenancy.scope import scope
from tests.factories import a_source
from tests.leads.inbound.stage import an_inlet, send
from workspace.opening import Opened, open_account

pytestmark = pytest.mark.django_db
NESTED = {"data": {"person": [{"email": "ada@kestrel.example", "full": "Ada King"}], "sites": 3}}
XSS = "<script>alert(1)</script>"


@pytest.fixture
def opened() -> Opened:
    return open_account("Acme", "ada@acme.example", "correct-horse-7-battery")


@pytest.fixture
def ada(client: Client, opened: Opened) -> Client:
    client.force_login(opened.user)
    return client


def page(ada: Client, path: str) -> str:
    answered = ada.get(f"/acme/settings/{path}")
    assert answered.status_code == 200
    body: str = answered.content.decode()
    return body


def make(ada: Client, opened: Opened, protocol: str = "generic") -> Inlet:
    with scope(opened.account):
        source = a_source("Partner", "webhook")
    ada.post("/acme/settings/inlets/", {"name": "Partner", "protocol": protocol, "source": source.pk})
    with scope(opened.account):
        inlet: Inlet = Inlet.objects.get()
        return inlet


def the_payload(opened: Opened) -> Payload:
    with scope(opened.account):
        found: Payload = Payload.objects.get()
        return found


@pytest.mark.parametrize(("who", "status"), [("mo", 200), ("rita", 403), ("max", 403)])
def test_who_manages_capture_may_see_them(client: Client, cast: SimpleNamespace, who: str, status: int) -> None:
    client.force_login(getattr(cast, who).user)
    pages = ("inlets/", "mailboxes/", "received/")
    assert {client.get(f"/acme/settings/{path}").status_code for path in pages} == {status}


def test_an_address_is_made_and_takes_leads(ada: Client, opened: Opened) -> None:
    inlet = make(ada, opened)
    shown = re.search(r'id="address">[^<]*(/in/[^<]+)<', page(ada, f"inlets/{inlet.public_id}/"))
    assert shown
    assert Client().post(shown[1], {"email": "a@b.example"}, content_type="application/json").status_code == 202
    assert "Partner" in page(ada, "inlets/")


def test_a_name_twice_is_said_beside_the_field(ada: Client, opened: Opened) -> None:
    inlet = make(ada, opened)
    again = {"name": "Partner", "protocol": "calls", "source": inlet.source_id}
    assert "already" in ada.post("/acme/settings/inlets/", again).content.decode()


def test_a_closed_address_takes_nothing(ada: Client, opened: Opened) -> None:
    inlet = make(ada, opened)
    ada.post(f"/acme/settings/inlets/{inlet.public_id}/withdrawal/")
    assert send(inlet, {"email": "a@b.example"}).status_code == 404
    assert "closed" in page(ada, f"inlets/{inlet.public_id}/")


def mapped(ada: Client, inlet: Inlet, **chosen: str) -> Any:
    numbered = enumerate(chosen.items())
    data = {key: value for n, (fact, path) in numbered for key, value in ((f"path-{n}", path), (f"fact-{n}", fact))}
    return ada.post(f"/acme/settings/inlets/{inlet.public_id}/mapping/", data, follow=True)


def test_a_mapping_is_made_from_an_example_and_the_example_taken_again(ada: Client, opened: Opened) -> None:
    inlet = make(ada, opened)
    with scope(opened.account):
        CustomField.objects.create(key="sites", label="Sites", type="number")
    send(inlet, NESTED)
    shown = page(ada, f"inlets/{inlet.public_id}/")
    assert "data.person[0].email" in shown
    assert re.search(r'<option value="email" selected>', shown)  # guessed by its last name

    paths = {"email": "data.person[0].email", "name": "data.person[0].full", "custom.sites": "data.sites"}
    assert "The mapping is used from now on." in mapped(ada, inlet, **paths).content.decode()
    assert "Ada King" in page(ada, f"inlets/{inlet.public_id}/").partition("reads-as")[2]

    waiting = the_payload(opened)
    assert "Take it again" in page(ada, f"received/{waiting.public_id}/")
    for _ in range(2):  # once too often, as people do
        ada.post(f"/acme/settings/received/{waiting.public_id}/replay/")
        drain.drain()
    with scope(opened.account):
        lead = Lead.objects.with_people().get()
        assert Submission.objects.count() == 1
    assert (lead.contact.name, lead.custom) == ("Ada King", {"sites": 3})


@pytest.mark.parametrize(
    ("facts", "paths", "words"),
    [
        (["email", "email"], ["a", "b"], "is chosen twice"),
        (["owner"], ["a"], "There is no fact"),
        (["email"], ["a[?(x)]"], "is no part of a path"),
    ],
)
def test_a_bad_mapping_changes_nothing(
    ada: Client, opened: Opened, facts: list[str], paths: list[str], words: str
) -> None:
    inlet = make(ada, opened)
    data = {f"fact-{n}": fact for n, fact in enumerate(facts)} | {f"path-{n}": path for n, path in enumerate(paths)}
    answered = ada.post(f"/acme/settings/inlets/{inlet.public_id}/mapping/", data, follow=True)
    assert words in answered.content.decode()
    with scope(opened.account):
        assert Inlet.objects.get().mapping == {}


def test_secrets_are_kept_and_never_shown(ada: Client, opened: Opened) -> None:
    inlet = make(ada, opened, Protocol.META)
    url = f"/acme/settings/inlets/{inlet.public_id}/"
    settings = {"name": "Ads", "source": inlet.source_id, "secret": "s3cret-x", "access_token": "EAAB-x"}
    assert ada.post(url, settings).status_code == 302
    ada.post(url, settings | {"secret": "", "access_token": "", "verify_token": "hello"})
    with scope(opened.account):
        kept = Inlet.objects.get()
    assert (kept.name, kept.secret, kept.access_token, kept.verify_token) == ("Ads", "s3cret-x", "EAAB-x", "hello")
    assert "s3cret-x" not in page(ada, f"inlets/{inlet.public_id}/")
    assert "EAAB-x" not in page(ada, f"inlets/{inlet.public_id}/")


def test_an_ending_token_is_told_on_every_page_until_there_is_another(ada: Client, opened: Opened) -> None:
    inlet = make(ada, opened, Protocol.META)
    with scope(opened.account):
        Inlet.objects.update(token_refused_at=clock.now())
    for path in ("", "jobs/", "inlets/"):
        assert "no longer accepted" in page(ada, path)
    ada.post(
        f"/acme/settings/inlets/{inlet.public_id}/", {"name": "A", "source": inlet.source_id, "access_token": "new"}
    )
    assert "no longer accepted" not in page(ada, "")


def test_the_inbox_filters_and_says_why(ada: Client, opened: Opened) -> None:
    inlet = make(ada, opened)
    send(inlet, {"email": "ada@kestrel.example"})
    send(inlet, {"note": XSS})
    everything, failed = page(ada, "received/"), page(ada, "received/?state=failed")
    assert everything.count("Partner</td>") == 2
    assert failed.count("Partner</td>") == 1
    assert "There is nobody in it" in failed
    assert page(ada, "received/?state=nonsense&inlet=x&cursor=y").count("Partner</td>") == 2
    with scope(opened.account):
        other = an_inlet(opened.account, Protocol.CALLS)
    assert "Nothing here" in page(ada, f"received/?inlet={other.public_id}")


def test_long_values_are_cut_and_the_chosen_filter_is_marked(ada: Client, opened: Opened) -> None:
    inlet = make(ada, opened)
    send(inlet, {"note": "x" * 400})
    assert "x" * 41 not in page(ada, f"inlets/{inlet.public_id}/")
    chosen = re.findall(r'chip-on[^>]*aria-current="true"[^>]*>\s*([A-Za-z ]+)', page(ada, "received/?state=failed"))
    assert [words.strip() for words in chosen] == ["Failed"]


@pytest.mark.parametrize("body", [json.dumps({"note": XSS}).encode(), XSS.encode(), b"\xff\x00\xfe", b""])
def test_a_payload_is_shown_and_never_runs(ada: Client, opened: Opened, body: bytes) -> None:
    inlet = make(ada, opened)
    send(inlet, body)
    shown = page(ada, f"received/{the_payload(opened).public_id}/")
    assert XSS not in shown
    assert XSS not in page(ada, f"inlets/{inlet.public_id}/")


def test_a_mailbox_is_added_and_stopped(ada: Client, opened: Opened) -> None:
    with scope(opened.account):
        source = a_source("Inbox", "email")
    facts = {
        "host": "imap.example",
        "port": 993,
        "tls": "on",
        "username": "sales",
        "password": "pw-x",
        "folder": "INBOX",
    }
    ada.post("/acme/settings/mailboxes/", facts | {"source": source.pk, "every_minutes": 2})
    shown = page(ada, "mailboxes/")
    assert "sales at imap.example" in shown
    assert "pw-x" not in shown
    with scope(opened.account):
        mailbox = Mailbox.objects.get()
        assert Job.objects.filter(kind="leads.poll_mailbox", state="pending").count() == 1
    ada.post(f"/acme/settings/mailboxes/{mailbox.public_id}/withdrawal/")
    assert "left alone" in page(ada, "mailboxes/")
    with scope(opened.account):
        assert not Job.objects.filter(kind="leads.poll_mailbox", state="pending").exists()


@pytest.mark.parametrize("stopped", [True, False])
def test_a_mailbox_added_again_has_its_new_password(ada: Client, opened: Opened, stopped: bool) -> None:
    with scope(opened.account):
        source = a_source("Inbox", "email")
        columns = {"host": "imap.acme.example", "username": "sales", "folder": "INBOX"}
        old = Mailbox.objects.create(source=source, password="old", last_uid=7, active=not stopped, **columns)
    said = columns | {"port": 993, "tls": "on", "password": "new", "source": source.pk, "every_minutes": 2}
    assert ada.post("/acme/settings/mailboxes/", said).status_code == 302
    with scope(opened.account):
        mailbox = Mailbox.objects.get()
        assert (mailbox.pk, mailbox.password, mailbox.active, mailbox.last_uid) == (old.pk, "new", True, 7)
        assert Job.objects.filter(kind="leads.poll_mailbox", state="pending").count() == 1
    assert ada.post("/acme/settings/mailboxes/", said | {"host": "\x00"}).status_code == 200


def test_a_token_goes_to_no_other_host_than_it_was_given_for(ada: Client, opened: Opened) -> None:
    with scope(opened.account):
        source = a_source("Ads", "advert")
        inlet = Inlet.objects.create(name="Meta", source=source, protocol=Protocol.META, access_token="hers")
    url, said = f"/acme/settings/inlets/{inlet.public_id}/", {"name": "Meta", "source": source.pk}
    elsewhere = said | {"base_url": "https://evil.example"}
    refused = ada.post(url, elsewhere | {"access_token": " "})
    assert "Give it again" in refused.content.decode()
    assert ada.post(url, said | {"token_expires_on": "2099-01-01"}).status_code == 302
    assert ada.post(url, elsewhere | {"access_token": "mine"}).status_code == 302
    with scope(opened.account):
        kept = Inlet.objects.get()
        assert (kept.base_url, kept.access_token) == ("https://evil.example", "mine")
