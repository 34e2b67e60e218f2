"""What was received, byte by byte: a person's words in it, also where a mail hides them in an encoding."""

from __future__ import annotations

import quopri
import re
from base64 import b64encode, encodebytes
from collections.abc import Iterator, Sequence
from email import message_from_bytes
from email.header import Header
from email.message import Message
from uuid import UUID

from django.db import connection

from leads.inbound.mime import decoded, is_bomb
from leads.models import Payload, Protocol
from leads.privacy.needles import Needles, pattern
from tenancy.scope import current_account

MARK = "erased"
PARTS = "0123456789abcdef"  # the last digits of ids: a sixteenth of all mails is searched at once
# Ends of lines cut an encoded text wherever they like; a mail is searched without them.
WITHOUT_LINES = r"replace(replace(replace(encode(body, 'escape'), E'\r', ''), E'=\n', ''), E'\n', '')"


def clear_received(part: str, needles: Needles) -> None:
    """What became nobody's lead goes; in that of others only the words do. `part`: of payloads with that last digit."""
    whole = re.compile(pattern(needles.words).pattern.encode(), re.IGNORECASE)
    for one in Payload.objects.filter(pk__in=_candidates(part, needles.words)):
        body = bytes(one.body)
        marked = cleaned_mail(body, whole) if one.protocol == Protocol.EMAIL else whole.sub(MARK.encode(), body)
        if marked == body:
            continue
        mine = {"body": b"", "delivery_id": "", "seal": "", "ip": None, "why": "The person was erased."}
        Payload.objects.filter(pk=one.pk).update(**({"body": marked} if one.lead_id else mine))


def _candidates(part: str, words: Sequence[str]) -> list[UUID]:
    hidden = [text for word in words for text in (*in_quotes(word), *in_base64(word.encode()))]
    plain = " OR ".join(["position(%s::bytea in body) > 0"] * len(words)) or "false"
    encoded = " OR ".join(["position(%s in mail.text) > 0"] * len(hidden)) or "false"
    text = f"SELECT CASE WHEN protocol = %s THEN {WITHOUT_LINES} ELSE '' END OFFSET 0"  # once for each mail
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT id FROM payload CROSS JOIN LATERAL ({text}) AS mail(text)"  # noqa: S608  (placeholders only)
            f" WHERE account_id = %s AND right(id::text, 1) = %s AND ({plain} OR {encoded})",
            [Protocol.EMAIL, current_account().pk, part, *(word.encode() for word in words), *hidden],
        )
        return [row[0] for row in cursor.fetchall()]


def in_quotes(word: str) -> Iterator[str]:
    """How it may stand in a quoted-printable text or header."""
    yield word
    yield word.replace("@", "=40")
    yield word.replace("@", "=40").replace(".", "=2E")


def in_base64(word: bytes) -> Iterator[str]:
    """How a word may stand in a longer text in base64: three bytes are four letters, and it begins at any of them."""
    for before in range(3):
        text = b64encode(b"\x00" * before + word).decode()
        # The letters that it shares with what stands before and behind it could be any.
        yield text[(0, 2, 3)[before] : len(text) - (0, 3, 2)[(before + len(word)) % 3]]


def cleaned_mail(body: bytes, whole: re.Pattern[bytes]) -> bytes:
    """A mail without the words, as it was otherwise; empty where it can't be taken apart to get at them."""
    body = whole.sub(MARK.encode(), body)
    try:
        if is_bomb(body):
            return b""
        mail = message_from_bytes(body)
        if not sum(_clean(part, whole) for part in mail.walk()):
            return body
        return mail.as_bytes()
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError, AssertionError):
        return b""


def _clean(part: Message[str, str], whole: re.Pattern[bytes]) -> bool:
    """Whether anything was hidden in this part of a mail, in its headers or its content."""
    found = False
    for name, value in [(name, decoded(str(value))) for name, value in part.items() if "=?" in str(value)]:
        clean = whole.sub(MARK.encode(), value.encode()).decode()
        if clean != value:
            part.replace_header(name, Header(clean, "utf-8").encode())
            found = True
    encoding = str(part.get("Content-Transfer-Encoding", "")).strip().lower()
    if part.is_multipart() or encoding not in ("base64", "quoted-printable"):
        return found
    said = part.get_payload(decode=True)
    clean_said = whole.sub(MARK.encode(), said) if isinstance(said, bytes) else said
    if isinstance(clean_said, bytes) and clean_said != said:
        encode = encodebytes if encoding == "base64" else quopri.encodestring
        part.set_payload(encode(clean_said).decode("ascii"))
        return True
    return found
