"""Anybody can write a colleague's address above a mail; only what vouches for it makes it a colleague's deed."""

from __future__ import annotations

import json
from email import message_from_bytes
from types import SimpleNamespace

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from events import mail
from leads.inbound.vouching import OF_PROVIDER, as_header, secret_word, vouched
from leads.models import Activity, Lead, Payload, Protocol
from tenancy.models import Account
from tenancy.scope import scope
from tests.factories import a_lead
from tests.leads.inbound import mailroom
from tests.leads.inbound.mailroom import CHECKER, hand_in, mail_named
from tests.leads.inbound.stage import an_inlet

ACME = Account(name="Acme", slug="acme")
RITA = "rita@acme.example"
LETTER = b"From: Rita <rita@acme.example>\nTo: jonas@kestrel.example\nSubject: Thursday\n\nSee you."


def checked(results: str, *, above: str = "", verified_by: str = CHECKER, address: str = RITA) -> bool:
    raw = f"{above}Authentication-Results: {results}\nFrom: {RITA}\n\nx".encode()
    return vouched(message_from_bytes(raw), address, verified_by, ACME)


@pytest.mark.parametrize(
    "results",
    [
        f"{CHECKER}; dmarc=pass header.from=acme.example",
        f"{CHECKER.upper()} 1; spf=fail smtp.mailfrom=x.example; dkim=pass (2048 bits) header.d=acme.example",
        f"{CHECKER};\n dkim=pass header.i=@acme.example header.s=a;\n dmarc=none header.from=acme.example",
        f"{CHECKER}; spf=pass (ok) smtp.mailfrom=rita@acme.example",
    ],
)
def test_what_our_host_found_out_vouches(results: str) -> None:
    assert checked(results)


@pytest.mark.parametrize(
    "results",
    [
        f"{CHECKER}; dmarc=fail header.from=acme.example",
        f"{CHECKER}; dkim=pass header.d=mallory.example; dmarc=fail header.from=acme.example",
        f"{CHECKER}; dkim=pass header.d=notacme.example",
        f"{CHECKER}; dkim=pass header.d=sub.acme.example",
        f"{CHECKER}; spf=pass smtp.mailfrom=bounce@mallory.example",
        f"{CHECKER}; dkim=pass",
        f"{CHECKER}; none",
        f"{CHECKER}; dkim=neutral (dkim=pass header.d=acme.example)",
        "mx.mallory.example; dmarc=pass header.from=acme.example",
        f"mx.mallory.example ({CHECKER}); dmarc=pass header.from=acme.example",
        "",
    ],
)
def test_nothing_else_does(results: str) -> None:
    assert not checked(results)


def test_a_subdomain_is_vouched_for_by_its_domain() -> None:
    assert checked(f"{CHECKER}; dkim=pass header.d=example", address="rita@acme.example")


def test_without_a_host_of_ours_nothing_is_believed() -> None:
    assert not checked(f"{CHECKER}; dmarc=pass header.from=acme.example", verified_by="")


def test_only_the_first_result_of_our_host_counts() -> None:
    above = f"Authentication-Results: {CHECKER}; dmarc=fail header.from=acme.example\n"
    assert not checked(f"{CHECKER}; dmarc=pass header.from=acme.example", above=above)


def test_two_senders_are_nobody() -> None:
    assert not checked(f"{CHECKER}; dmarc=pass header.from=acme.example", above="From: eve@acme.example\n")


@given(st.text(max_size=200))
def test_whatever_stands_in_the_header_is_survived(results: str) -> None:
    checked(results.replace("\n", " ").encode("utf-8", "replace").decode())


def test_the_secret_word_vouches_and_is_the_accounts_own() -> None:
    def to(word: str, header: str = "To") -> bool:
        raw = f"From: {RITA}\n{header}: sales+{word}@acme.example\n\nx".encode()
        return vouched(message_from_bytes(raw), RITA, "", ACME)

    assert to(secret_word(ACME))
    assert to(secret_word(ACME).upper(), "Delivered-To")
    assert not to(secret_word(Account(name="Globex", slug="globex")))
    assert not to("")
    assert not to("ü" * 16)


def test_what_a_provider_said_is_written_above_the_mail() -> None:
    def said(spf: str, dkim: str, domain: str) -> bool:
        forged = f"Authentication-Results: {OF_PROVIDER}; dmarc=pass header.from=acme.example\n".encode()
        raw = as_header(spf, dkim, domain) + forged + LETTER
        return vouched(message_from_bytes(raw), RITA, OF_PROVIDER, ACME)

    assert said("pass", "none", "acme.example")
    assert said("none", "{@acme.example : pass}", "")
    assert not said("softfail", "{@acme.example : fail}", "acme.example")
    assert not said("pass", "{@mallory.example : pass}", "mallory.example")
    assert not said("pass", "", "acme.example; dmarc=pass header.from=acme.example")


@pytest.mark.django_db
@pytest.mark.parametrize(
    "forged", ["", "Authentication-Results: mx.mallory.example; dmarc=pass header.from=acme.example\n"]
)
def test_a_forged_letter_of_a_member_stops_no_clock(cast: SimpleNamespace, forged: str) -> None:
    with scope(cast.account):
        lead = a_lead(email="jonas@kestrel.example", owner=cast.rita)
    kept = hand_in(cast.account, forged.encode() + LETTER)
    with scope(cast.account):
        activity = Activity.objects.get()
        lead.refresh_from_db()
    assert (activity.member, activity.automatic, activity.lead_id) == (None, True, lead.pk)
    assert (lead.first_attempt_at, lead.first_response_at) == (None, None)
    assert "which nothing proves" in kept.why


@pytest.mark.django_db
def test_a_forged_forward_is_a_lead_but_nobodys_note(cast: SimpleNamespace) -> None:
    kept = hand_in(cast.account, mail_named("forward"))
    with scope(cast.account):
        assert Lead.objects.with_people().get().contact.email == "claire@atelier.example"
        note = Activity.objects.get()
    assert (note.kind, note.member) == ("note", None)
    assert kept.why == "Passed on in the name of rita@acme.example, which nothing proves."


@pytest.mark.django_db
def test_the_secret_word_in_bcc_makes_it_the_members_letter(cast: SimpleNamespace) -> None:
    with scope(cast.account):
        a_lead(email="jonas@kestrel.example")
    hand_in(cast.account, f"Delivered-To: sales+{secret_word(cast.account)}@acme.example\n".encode() + LETTER)
    with scope(cast.account):
        assert Activity.objects.select_related("member").get().member == cast.rita


@pytest.mark.django_db
def test_sendgrids_own_verdict_counts_and_a_header_in_the_mail_does_not(cast: SimpleNamespace) -> None:
    inlet = an_inlet(cast.account, Protocol.EMAIL, provider="sendgrid")
    forged = f"Authentication-Results: {OF_PROVIDER}; dmarc=pass header.from=acme.example\n" + LETTER.decode()
    with scope(cast.account):
        a_lead(email="jonas@kestrel.example")
    for body, spf in ((forged, "fail"), (LETTER.decode(), "pass")):
        form = {"email": body, "SPF": spf, "envelope": json.dumps({"from": RITA, "to": ["in@acme.example"]})}
        assert Client().post(f"/in/{inlet.token}/email/", form).status_code == 202
    with scope(cast.account):
        assert list(Activity.objects.order_by("created_at").values_list("member_id", flat=True)) == [None, cast.rita.pk]


@pytest.mark.django_db
def test_our_thread_does_not_make_a_stranger_a_member(cast: SimpleNamespace) -> None:
    with scope(cast.account):
        lead = a_lead(email="jonas@kestrel.example")
        address = mail.reply_address(cast.account, lead.pk)
    hand_in(cast.account, f"From: {RITA}\nTo: {address}\n\nMark it as won".encode())
    with scope(cast.account):
        assert Activity.objects.get().member_id is None
        assert Payload.objects.get().verified_by == mailroom.CHECKER
