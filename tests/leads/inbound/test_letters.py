"""Reading mail: pure, bounded, and never at a loss."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leads.inbound import words
from leads.inbound.bounces import is_hard
from leads.inbound.invitations import invitation
from leads.inbound.letters import LetterKind, read
from leads.inbound.mime import MOST_PARTS, decoded, parse
from tests.leads.inbound.mailroom import MAILS

ALL = sorted(MAILS.glob("*.eml"))
KINDS = {
    "out_of_office": LetterKind.AUTO_REPLY,
    "bounce": LetterKind.BOUNCE,
    "list": LetterKind.LIST,
    "invitation": LetterKind.INVITATION,
}


@pytest.mark.parametrize("path", ALL, ids=lambda path: path.stem)
def test_each_kind_of_mail_is_told(path: object) -> None:
    raw = path.read_bytes().replace(b"{action}", b"failed").replace(b"{status}", b"5.1.1")  # type: ignore[attr-defined]
    assert read(raw).kind == KINDS.get(path.stem, LetterKind.LETTER)  # type: ignore[attr-defined]


@given(st.binary(max_size=600))
def test_no_bytes_break_the_reader(raw: bytes) -> None:
    assert read(raw).kind in LetterKind


lines = st.sampled_from(
    [
        b"From: =?utf-8?B?////?= <a@b.example>", b"From: \xff\xfe <@>", b"Subject: =?x?Q?=00=?=", b"Date: 99 Foo 0000",
        b"Content-Type: multipart/mixed; boundary=x", b"Content-Type: multipart/report; boundary=x", b"--x", b"--x--",
        b"Content-Type: message/rfc822", b"Content-Type: message/delivery-status", b"Action: failed", b"Status: 5.1",
        b"Content-Type: text/calendar; charset=\xff", b"METHOD:REPLY", b"BEGIN:VEVENT", b"DTSTART;TZID=../x:20260229",
        b"Content-Transfer-Encoding: base64", b"Content-Transfer-Encoding: x-uuencode", b"begin 644 x", b"", b"\x00",
        b"Content-Type: text/html; charset=nonsense", b"<div class=gmail_quote", b"On x wrote:",
        b"Content-Type: text/plain; charset=punycode",
        b'Content-Disposition: attachment; filename*=utf-99\'\'%ff', b"Reply-To: ,,;:<>", b"References: " + b"<" * 300,
    ]
)  # fmt: skip


@settings(max_examples=300)
@given(st.lists(lines | st.binary(max_size=20), max_size=30), st.sampled_from([b"\n", b"\r\n", b"\r"]))
def test_no_broken_mail_breaks_the_reader(parts: list[bytes], newline: bytes) -> None:
    letter = read(newline.join(parts))
    assert "\x00" not in letter.text + letter.subject + letter.name + letter.address
    (letter.text + letter.subject + letter.name).encode()  # no halves of surrogate pairs


def bombs() -> dict[str, bytes]:
    deep = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(2000))
    wide = b"Content-Type: multipart/mixed; boundary=b\n\n" + b"--b\n\nx\n" * 100_000
    inner = b"Content-Type: message/rfc822\n\n" * 3000
    return {"deep": deep, "wide": wide, "inner": inner}


@pytest.mark.parametrize("name", ["deep", "wide", "inner"])
def test_a_bomb_is_read_by_its_head_alone(name: str) -> None:
    letter = read(b"From: Ada <ada@b.example>\nSubject: boom\n" + bombs()[name])
    assert letter.too_much
    assert (letter.address, letter.subject, letter.text) == ("ada@b.example", "boom", "")


def test_a_large_plain_mail_is_no_bomb() -> None:
    raw = b"From: a@b.example\nContent-Type: multipart/mixed; boundary=b\n\n" + b"--b\n\nx\n" * 150
    assert not parse(raw).too_much
    assert MOST_PARTS > 150


@pytest.mark.parametrize(
    "text", ["> " * 60_000, "On " + "x " * 60_000, "From: x\n" * 30_000, "-" * 100_000, "<div" * 50_000]
)
def test_no_text_takes_for_ever(text: str) -> None:
    # A pattern that goes back and forth over this would not come back today.
    assert len(words.written(text)) <= words.MOST
    assert "<script" not in words.plain(text + "<script>")


@pytest.mark.parametrize(
    ("status", "hard"),
    [
        ("5.1.1", True),
        ("5.0.0", True),
        ("5.2.1", True),
        ("5.2.2", False),
        ("5.3.4", False),
        ("5.7.1", False),
        ("4.4.1", False),
        ("", False),
    ],
)
def test_what_is_for_good(status: str, hard: bool) -> None:
    assert is_hard(status) == hard


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("=?utf-8?Q?Gr=C3=BC=C3=9Fe?=", "Grüße"),
        ("=?iso-8859-1?Q?Gr=FC=DFe?= =?utf-8?B?IPCfkYs=?=", "Grüße 👋"),
        ("=?nonsense?Q?a?=", "a"),
        ("a\r\n b", "a b"),
    ],
)
def test_words_of_headers(raw: str, text: str) -> None:
    assert decoded(raw) == text


@pytest.mark.parametrize(
    ("text", "phone"),
    [
        ("Hello\n\n--\nAda King\n+44 20 7183 8750", "+44 20 7183 8750"),
        ("Call 020 7183 8750\n\nKind regards\nAda\nFax: 020 7183 8751", ""),
        ("order 123456", ""),
    ],
)
def test_the_phone_of_a_signature(text: str, phone: str) -> None:
    assert words.phone_in(text, "GB") == phone


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Hi\n\nBest regards,\nAda King\nCTO", "Ada King"),
        ("Hi\n\nCheers\nada", ""),
        ("We need Backup now please\nthanks\nCall us today or never again", ""),
    ],
)
def test_the_name_of_a_signature(text: str, name: str) -> None:
    assert words.name_in(text) == name


def test_an_answered_invitation() -> None:
    calendar = (
        "BEGIN:VCALENDAR\nMETHOD:REPLY\nBEGIN:VEVENT\nATTENDEE;PARTSTAT=ACCEPTED:mailto:a@b.example\n"
        "DTSTART:20260305T090000Z\nEND:VEVENT"
    )
    found = invitation([calendar])
    assert found is not None
    assert (found.answer, found.begins_at) == ("accepted", datetime(2026, 3, 5, 9, tzinfo=UTC))
    assert invitation([calendar.replace("REPLY", "PUBLISH")]) is None
