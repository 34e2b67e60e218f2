from __future__ import annotations

from dataclasses import replace
from email import message_from_bytes
from typing import Any
from uuid import UUID

import pytest

from events import mail
from tenancy.models import Account

ACME, GLOBEX = Account(name="Acme", slug="acme"), Account(name="Globex", slug="globex")
LEAD, ROW = UUID(int=1 << 100), UUID(int=2 << 100)
PLAIN = mail.Mail(
    recipient="ada@example.com", subject="Hello", text="Text", message_id=mail.message_id(ACME, LEAD, ROW)
)
INJECTION = "Hello\r\nBcc: eve@example.com\n\nNew body\x0b\x00\x85\u2028X: y"


def test_message_ids_are_the_same_each_time_and_name_the_lead() -> None:
    assert mail.message_id(ACME, LEAD, ROW) == PLAIN.message_id
    assert mail.message_id(ACME, LEAD, UUID(int=3)) != PLAIN.message_id
    assert mail.lead_in(ACME, f"<x@y.z> {PLAIN.message_id}") == LEAD


def test_reply_addresses_survive_capitals_and_stay_short_enough() -> None:
    address = mail.reply_address(ACME, LEAD)
    assert mail.lead_in(ACME, address.upper()) == LEAD
    assert len(address.partition("@")[0]) <= 64


def test_a_forged_or_foreign_id_names_nobody() -> None:
    token = mail.signed(ACME, LEAD)
    assert mail.lead_in(GLOBEX, token) is None
    assert mail.lead_in(ACME, ("b" if token[0] != "b" else "c") + token[1:]) is None
    assert mail.lead_in(ACME, "reply+nothing@tollgate.localhost") is None


def test_a_letter_from_before_a_change_of_keys_is_still_answered(settings: Any) -> None:
    address, before = mail.reply_address(ACME, LEAD), settings.SECRET_KEY
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "a new one", [before]
    assert mail.lead_in(ACME, address) == LEAD
    settings.SECRET_KEY_FALLBACKS = []
    assert mail.lead_in(ACME, address) is None


@pytest.mark.parametrize("field", ["subject", "sender_name", "recipient", "reply_to", "unsubscribe_url", "message_id"])
def test_no_value_can_add_a_header(field: str) -> None:
    try:
        raw = mail.compose(replace(PLAIN, **{field: INJECTION})).message().as_bytes()
    except ValueError:
        return  # Django refuses to write an address like that: send() raises Refused
    message = message_from_bytes(raw)
    assert "Bcc" not in message
    assert "X" not in message
    assert message.get_payload(decode=True) == b"Text"


def test_an_address_that_cannot_be_written_is_refused() -> None:
    with pytest.raises(mail.Refused):
        mail.send(replace(PLAIN, recipient="ada@example.com\r\nBcc: eve@example.com"))


def test_one_click_unsubscribe_is_offered() -> None:
    message = mail.compose(replace(PLAIN, unsubscribe_url="https://t.example/u/x/")).message()
    assert message["List-Unsubscribe"] == "<https://t.example/u/x/>"
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def test_automatic_mail_says_so() -> None:
    assert mail.compose(replace(PLAIN, automatic="auto-replied")).message()["Auto-Submitted"] == "auto-replied"
    assert "Auto-Submitted" not in mail.compose(PLAIN).message()
