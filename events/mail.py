"""Mail transport: hand one mail to SMTP, and know afterwards whether it went, was refused, or nobody can tell.

Our Message-IDs and reply addresses carry the signed id of the lead, so that an answer finds it without any table.
"""

from __future__ import annotations

import base64
import binascii
import contextlib
import hmac
import re
from dataclasses import dataclass
from email.utils import formataddr, parseaddr
from smtplib import SMTPException, SMTPRecipientsRefused, SMTPResponseException
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.utils.crypto import salted_hmac

from events.jobs import Later
from tenancy.models import Account

SIGNATURE_BYTES = 8  # with the id 39 letters: a reply address fits the 64 that RFC 5321 allows before the @
_ADDRESS = re.compile(r"[^\s,;:<>]+@[^\s,;:<>@]+")
_TOKEN = re.compile(r"[a-z2-7]{39}")


class NotNow(Later):
    """Surely not sent, and worth another try: a refusal with a 4xx code, or no server at all."""


class Refused(Exception):
    """Surely not sent, and never will be."""


class Unconfirmed(Exception):
    """The connection broke after the handing over had begun: nobody knows whether the mail went."""


@dataclass(frozen=True)
class Mail:
    """One mail. `automatic` is the value of Auto-Submitted (`auto-replied`, `auto-generated`), empty for a person's."""

    recipient: str
    subject: str
    text: str
    message_id: str
    html: str = ""
    sender_name: str = ""
    reply_to: str = ""
    unsubscribe_url: str = ""
    automatic: str = ""
    calendar: str = ""  # an invitation, as iCalendar text, with its method
    calendar_method: str = ""


def send(mail: Mail) -> None:
    """Hand `mail` to SMTP. Raises NotNow, Refused or Unconfirmed; returns only after the server's 250."""
    if not _ADDRESS.fullmatch(mail.recipient):
        raise Refused("This is not an address.")
    connection = get_connection()
    try:
        connection.open()
    except (SMTPException, OSError) as error:
        raise NotNow(f"No mail server: {error}") from error
    try:
        connection.send_messages([compose(mail)])
    except ValueError as error:  # a header that Django refuses to write
        raise Refused(str(error)) from error
    except SMTPRecipientsRefused as error:
        raise _refusal(*next(iter(error.recipients.values()))) from error
    except SMTPResponseException as error:
        raise _refusal(error.smtp_code, error.smtp_error) from error
    except (SMTPException, OSError) as error:
        raise Unconfirmed(f"The connection broke: {error}") from error
    finally:
        with contextlib.suppress(SMTPException, OSError):  # saying goodbye may fail; the mail went
            connection.close()


def compose(mail: Mail) -> EmailMultiAlternatives:
    """The message with all its headers. No value can add a header of its own."""
    headers = {"Message-ID": one_line(mail.message_id)}
    if mail.unsubscribe_url:
        headers["List-Unsubscribe"] = f"<{one_line(mail.unsubscribe_url)}>"
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"  # RFC 8058
    if mail.automatic:
        headers["Auto-Submitted"] = mail.automatic
    name, address = sender()
    message = EmailMultiAlternatives(
        subject=one_line(mail.subject),
        body=mail.text,
        from_email=formataddr((one_line(mail.sender_name) or name, address)),
        to=[one_line(mail.recipient)],
        reply_to=[one_line(mail.reply_to)] if mail.reply_to else None,
        headers=headers,
    )
    if mail.html:
        message.attach_alternative(mail.html, "text/html")
    if mail.calendar:
        message.attach_alternative(mail.calendar, f"text/calendar; method={mail.calendar_method or 'REQUEST'}")
    return message


def sender() -> tuple[str, str]:
    """Name and address that all mail of this installation comes from."""
    return parseaddr(settings.DEFAULT_FROM_EMAIL)


def one_line(text: str) -> str:
    """`text` as a header may hold it: control characters and runs of space become one space."""
    return re.sub(r"[\x00-\x20\x7f-\x9f\u2028\u2029]+", " ", text).strip()


def message_id(account: Account, lead_id: UUID, row_id: UUID) -> str:
    """The Message-ID of one message row, the same however often it is asked for."""
    return f"<{_encoded(row_id.bytes)}.{signed(account, lead_id)}@{_domain()}>"


def reply_address(account: Account, lead_id: UUID) -> str:
    """Where answers go."""
    return f"reply+{signed(account, lead_id)}@{_domain()}"


def signed(account: Account, lead_id: UUID) -> str:
    """A lead's id and our signature, in letters that survive any mail server: 39 of them, a to z and 2 to 7."""
    return _encoded(lead_id.bytes + _signature(account, lead_id))


def lead_in(account: Account, header: str) -> UUID | None:
    """The id of the lead of `account` that a Message-ID, reply address or References header names, if we signed it."""
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]  # letters are answered after a change of keys, too
    for token in _TOKEN.findall(header.lower()):
        with contextlib.suppress(binascii.Error):
            raw = base64.b32decode(token.upper() + "=")
            lead_id = UUID(bytes=raw[:16])
            if any(hmac.compare_digest(raw[16:], _signature(account, lead_id, key)) for key in keys):
                return lead_id
    return None


def _signature(account: Account, lead_id: UUID, key: str | None = None) -> bytes:
    signed_bytes = account.pk.bytes + lead_id.bytes
    return salted_hmac("events.mail", signed_bytes, secret=key, algorithm="sha256").digest()[:SIGNATURE_BYTES]


def _encoded(raw: bytes) -> str:
    return base64.b32encode(raw).decode().rstrip("=").lower()


def _domain() -> str:
    return sender()[1].rpartition("@")[2]


def _refusal(code: int, answer: bytes | str) -> NotNow | Refused:
    said = one_line(answer.decode("utf-8", "replace") if isinstance(answer, bytes) else answer)
    return (NotNow if 400 <= code < 500 else Refused)(f"{code} {said}")
