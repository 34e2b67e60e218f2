"""A mail of ours came back (RFC 3464): which address, and for good?"""

from __future__ import annotations

import re
from dataclasses import dataclass
from email.message import Message

from leads.inbound import mime

# Permanent, yet not the address's fault: a full mailbox, a letter too large, a filter that did not like it.
_NOT_THE_ADDRESS = re.compile(r"5\.(?:2\.[23]|3\.4|7\.\d+)")
_DAEMON = re.compile(r"^(?:mailer-daemon|postmaster|mail-daemon)@", re.I)
_SAYS_SO = re.compile(
    r"undeliver|delivery (?:status|failure|has failed)|returned mail|unzustellbar|non remis|failure notice", re.I
)
_STATUS = re.compile(r"\b([245]\.\d{1,3}\.\d{1,3})\b")
_ADDRESS = re.compile(r"[\w.+%'-]{1,64}@[\w.-]{1,200}\.[a-z]{2,24}", re.I)


@dataclass(frozen=True)
class Bounce:
    """`address` in lower case, "" where it is not said; `hard` when no mail will ever arrive there.

    `thread` is what is left of our mail's head: its Message-ID names the lead.
    """

    address: str
    hard: bool
    status: str = ""
    why: str = ""
    thread: str = ""


def bounce(parts: mime.Parts) -> Bounce | None:
    """What a delivery report says; None when it is none, or only says that the mail arrived."""
    returned = " ".join(
        mime.heading(mail, name) for mail in parts.mails[:3] for name in ("Message-ID", "Reply-To", "References")
    )
    failed = [block for block in parts.reports if mime.heading(block, "Action").lower() in ("failed", "delayed")]
    if failed:
        return _reported(failed[0], returned)
    if parts.reports:
        return None
    return _guessed(parts, returned)


def _reported(block: Message[str, str], thread: str) -> Bounce:
    status = mime.heading(block, "Status")[:20]
    whom = mime.heading(block, "Original-Recipient") or mime.heading(block, "Final-Recipient")
    found = _ADDRESS.search(whom)
    failed = mime.heading(block, "Action").lower() == "failed"
    why = mime.heading(block, "Diagnostic-Code").partition(";")[2].strip() or status
    return Bounce(found[0].lower() if found else "", failed and is_hard(status), status, why[:300], thread)


def is_hard(status: str) -> bool:
    return status.startswith("5.") and not _NOT_THE_ADDRESS.match(status)


def _guessed(parts: mime.Parts, thread: str) -> Bounce | None:
    """From a server that writes no report: a daemon that says so in its subject."""
    senders = mime.addresses(parts.head, "From")
    if not (senders and _DAEMON.match(senders[0][1]) and _SAYS_SO.search(mime.heading(parts.head, "Subject"))):
        return None
    text = "\n".join(parts.plain)[:20_000]
    status = _STATUS.search(text)
    address = mime.heading(parts.head, "X-Failed-Recipients") or next(iter(_ADDRESS.findall(text)), "")
    code = status[1] if status else ""
    return Bounce(address.partition(",")[0].strip().lower(), is_hard(code), code, code, f"{thread} {text[-8000:]}")
