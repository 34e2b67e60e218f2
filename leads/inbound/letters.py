"""What kind of mail is this, who wrote it, and what does it say? Pure: bytes in, a Letter out; never raises."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.message import Message
from email.utils import parsedate_to_datetime
from enum import StrEnum

from leads.inbound import bounces, mime, words
from leads.inbound.bounces import Bounce
from leads.inbound.invitations import Invitation, invitation


class LetterKind(StrEnum):
    LETTER = "letter"
    AUTO_REPLY = "auto_reply"
    BOUNCE = "bounce"
    LIST = "list"
    INVITATION = "invitation"


@dataclass(frozen=True)
class Letter:
    """One mail. `text` is all that it says, `said` without the letters quoted below; `sent_at` is aware or None.

    `thread` holds whatever may name the lead it belongs to; `recipients` are addresses in lower case.
    """

    kind: LetterKind
    head: Message[str, str]
    name: str
    address: str
    subject: str
    text: str
    said: str
    thread: str
    recipients: tuple[str, ...] = ()
    sent_at: datetime | None = None
    mails: list[Message[str, str]] = field(default_factory=list)
    attachments: list[mime.Attachment] = field(default_factory=list)
    bounce: Bounce | None = None
    invitation: Invitation | None = None
    too_much: bool = False


_AUTOMATIC = re.compile(
    r"^\s*(?:auto(?:matic|matische|matisch|-)?[ -]?(?:reply|response|antwort|antwoord)|out of (?:the )?office|"
    r"abwesenheits?(?:notiz|nachricht)|abwesend|r[ée]ponse automatique|absence du bureau|absent du bureau|"
    r"respuesta autom[áa]tica|fuera de la oficina|risposta automatica|afwezig)",
    re.I,
)
_NOBODY = re.compile(
    r"^(?:no-?reply|do-?not-?reply|noreply[\w.+-]*|nobody|mailer|wordpress|www-data|form(?:s)?)@", re.I
)
THREAD = ("In-Reply-To", "References", "To", "Cc", "Delivered-To", "X-Original-To", "Envelope-To", "Resent-To")


def read(body: bytes) -> Letter:
    """Read a mail as it came over the wire."""
    parts = mime.parse(body)
    head = parts.head
    text = "\n\n".join(parts.plain).strip() or "\n\n".join(words.plain(one) for one in parts.html).strip()
    name, address = _sender(head)
    bounce, invited = bounces.bounce(parts), invitation(parts.calendar)
    return Letter(
        kind=_kind(head, bounce, invited),
        head=head,
        name=name,
        address=address,
        subject=mime.heading(head, "Subject", 1000)[:300],
        text=text,
        said=words.written(text),
        thread=" ".join(mime.heading(head, header) for header in THREAD),
        recipients=tuple(one.lower() for _, one in mime.addresses(head, "To", "Cc")),
        sent_at=_date(head),
        mails=[] if bounce else parts.mails,
        attachments=parts.attachments,
        bounce=bounce,
        invitation=invited,
        too_much=parts.too_much,
    )


def _kind(head: Message[str, str], bounce: Bounce | None, invited: Invitation | None) -> LetterKind:
    if bounce:
        return LetterKind.BOUNCE
    if invited:  # calendars say of their own mail that it is automatic; the invitation is a person's
        return LetterKind.INVITATION
    if is_automatic(head):
        return LetterKind.AUTO_REPLY
    return LetterKind.LIST if is_list(head) else LetterKind.LETTER


def is_automatic(head: Message[str, str]) -> bool:
    """A machine answered (RFC 3834, and what programs did before there was one)."""
    said = mime.heading(head, "Auto-Submitted").lower().partition(";")[0].strip()
    older = any(head.get(name) for name in ("X-Autoreply", "X-Autorespond", "X-Auto-Reply"))
    by_precedence = mime.heading(head, "Precedence").lower() in ("auto_reply", "auto-reply")
    return said not in ("", "no") or older or by_precedence or bool(_AUTOMATIC.match(mime.heading(head, "Subject")))


def is_list(head: Message[str, str]) -> bool:
    """Sent to many (RFC 2369, RFC 2919)."""
    by_header = any(head.get(name) for name in ("List-Id", "List-Post", "List-Unsubscribe", "X-Mailman-Version"))
    return by_header or mime.heading(head, "Precedence").lower() in ("list", "bulk", "junk")


def _sender(head: Message[str, str]) -> tuple[str, str]:
    """Who wrote it; where a machine sent it for somebody, whom it says to answer."""
    senders, answers = mime.addresses(head, "From"), mime.addresses(head, "Reply-To")
    if answers and (not senders or _NOBODY.match(senders[0][1])):
        return answers[0]
    return senders[0] if senders else ("", "")


def _date(head: Message[str, str]) -> datetime | None:
    try:
        at = parsedate_to_datetime(mime.heading(head, "Date"))
        return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, TypeError, OverflowError, IndexError, AttributeError):
        return None
