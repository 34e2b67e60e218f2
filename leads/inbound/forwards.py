"""A mail that somebody passed on: who wrote it first, and what."""

from __future__ import annotations

import re
from dataclasses import dataclass
from email.message import Message

from leads.inbound import mime, words

_SUBJECT = re.compile(r"^\s*(?:fwd?|wg|tr|rv|doorst|i|enc)\s*:", re.I)
_MARK = re.compile(
    r"^[ \t>]*(?:-{3,}\s*(?:Forwarded message|Weitergeleitete Nachricht|Message transféré|Mensaje reenviado|"
    r"Original Message|Ursprüngliche Nachricht|Message d'origine)\s*-{3,}|"
    r"Begin forwarded message\s*:|Anfang der weitergeleiteten Nachricht\s*:|Début du message réexpédié\s*:)[ \t]*$",
    re.M | re.I,
)
_FROM = re.compile(r"^[ \t>*]*(?:From|Von|De|Da|Van)\s?:\*?[ \t]*(?P<who>[^\n]{3,400})$", re.M | re.I)
_SUBJECT_LINE = re.compile(
    r"^[ \t>*]*(?:Subject|Betreff|Objet|Asunto|Oggetto)\s?:\*?[ \t]*(?P<what>[^\n]{0,400})$", re.M | re.I
)
_HEAD_LINE = re.compile(r"^[ \t>]*\*?[\wÀ-ÿ -]{1,20}\s?:")
_ADDRESS = re.compile(r"[\w.+%'-]{1,64}@[\w.-]{1,200}\.[a-z]{2,24}", re.I)


@dataclass(frozen=True)
class Original:
    name: str
    address: str
    subject: str
    text: str


def is_forward(subject: str, text: str, mails: list[Message[str, str]]) -> bool:
    return bool(_SUBJECT.match(subject) or _MARK.search(text[: words.MOST * 3]) or mails)


def original(subject: str, text: str, mails: list[Message[str, str]]) -> Original | None:
    """Who wrote what was passed on, from an attached mail or from the lines that mail programs put above; else None."""
    if mails:
        return _attached(mails[0])
    text = text[: words.MOST * 3]
    mark = _MARK.search(text)
    below = text[mark.end() :] if mark else text
    said = _FROM.search(below)
    found = _ADDRESS.search(said["who"]) if said else None
    if said is None or found is None or not is_forward(subject, text, mails):
        return None
    name = re.sub(r"[<\[(]?\s*(?:mailto:)?$", "", said["who"][: found.start()]).strip(" \"'*")
    about = _SUBJECT_LINE.search(below)
    return Original(name, found[0], about["what"].strip(" *") if about else subject, _body(below[said.start() :]))


def _body(below: str) -> str:
    """What stands below the lines of the head, without the marks of quoting."""
    lines = below.split("\n")
    start = next(
        (n for n, line in enumerate(lines) if not line.strip(" >\t") or not _HEAD_LINE.match(line)), len(lines)
    )
    return "\n".join(re.sub(r"^[ \t]*(?:> ?)+", "", line) for line in lines[start:]).strip()


def _attached(mail: Message[str, str]) -> Original | None:
    senders = mime.addresses(mail, "From", "Reply-To")
    if not senders:
        return None
    try:
        parts = mime.parse(mail.as_bytes())
    except (ValueError, LookupError, TypeError, AttributeError, KeyError):
        return None
    text = "\n".join(parts.plain) or "\n".join(words.plain(one) for one in parts.html)
    return Original(*senders[0], mime.heading(parts.head, "Subject"), text)
