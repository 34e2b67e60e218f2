"""A mail's bytes, taken apart within bounds. Whatever the bytes are: there is an answer, and it comes soon.

The old (compat32) parser is used on purpose: the newer one parses headers while they are read, and raises on some.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import header, message_from_bytes, parser, utils
from email.errors import MessageError
from email.message import Message

from leads.vocabulary import storable

DEEPEST, MOST_PARTS, MOST_BOUNDARIES = 20, 200, 50
MOST_TEXT = 200_000  # characters of one text part
LONGEST_HEADER = 8000
CARELESS = frozenset({"us-ascii", "ascii", "iso-8859-1", "latin-1", "windows-1252"})
OF_DOMAINS = frozenset({"punycode", "idna"})  # of names, not of texts: a long one takes minutes
_CONTAINER = re.compile(rb"content-type:\s*(?:multipart|message)/", re.I)
_HALVES = re.compile("[\ud800-\udc7f\udd00-\udfff]")
_ENDLESS = re.compile(
    rb"(?:^|[\r\n])content-(?:type|disposition):(?:[^\r\n]|(?:\r\n|\r|\n)[ \t]){%d}" % LONGEST_HEADER, re.I
)
_BOUNDARY = re.compile(rb'boundary\s*=\s*"?([^";\r\n]{1,200})', re.I)


@dataclass(frozen=True)
class Attachment:
    name: str
    type: str
    content: bytes


@dataclass(frozen=True)
class Parts:
    """`plain` and `html` texts in their order; `calendar`s; `reports` of a bounce; whole `mails` in it."""

    head: Message[str, str]
    plain: list[str]
    html: list[str]
    calendar: list[str]
    reports: list[Message[str, str]]
    mails: list[Message[str, str]]
    attachments: list[Attachment]
    too_much: bool = False


def parse(body: bytes) -> Parts:
    """Take a mail apart; of one with too many or too deep parts the head alone. Never raises."""
    if is_bomb(body):
        return _headed(body)
    try:
        mail = message_from_bytes(body)
        return _sorted(mail, list(_walk(mail)))
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError, AssertionError):
        return _headed(body)


def is_bomb(body: bytes) -> bool:
    """Told from the bytes, before a parser works on them: of a header's parameters it is slow at many."""
    if _ENDLESS.search(body):
        return True
    containers = sum(1 for _ in zip(_CONTAINER.finditer(body), range(DEEPEST + 1), strict=False))
    boundaries: set[bytes] = set()
    for found in _BOUNDARY.finditer(body) if containers <= DEEPEST else ():
        boundaries |= {found[1].strip()} - {b""}
        if len(boundaries) > MOST_BOUNDARIES:  # each is looked for in the whole mail
            return True
    return containers > DEEPEST or sum(body.count(b"--" + one) for one in boundaries) > MOST_PARTS


def _headed(body: bytes) -> Parts:
    top = body[:64_000].split(b"\n\n", 1)[0].split(b"\r\n\r\n", 1)[0]
    try:
        head = parser.BytesHeaderParser().parsebytes(top)
    except (ValueError, LookupError, TypeError, AttributeError):
        head = Message()
    return Parts(head, [], [], [], [], [], [], too_much=True)


def _walk(mail: Message[str, str], depth: int = 0) -> Iterator[Message[str, str]]:
    """Every part that holds something; a mail within the mail is one part, not looked into."""
    inner = mail.get_payload()
    if not isinstance(inner, list) or mail.get_content_maintype() != "multipart":
        yield mail
        return
    for part in inner if depth < DEEPEST else []:
        if isinstance(part, Message):
            yield from _walk(part, depth + 1)


def _sorted(head: Message[str, str], leaves: list[Message[str, str]]) -> Parts:
    parts = Parts(head, [], [], [], [], [], [])
    for leaf in leaves[:MOST_PARTS]:
        kind, inner = leaf.get_content_type(), leaf.get_payload()
        if kind in ("message/delivery-status", "message/rfc822", "text/rfc822-headers", "message/global"):
            found = [part for part in inner if isinstance(part, Message)] if isinstance(inner, list) else []
            (parts.reports if kind == "message/delivery-status" else parts.mails).extend(found or _reread(leaf))
        elif leaf.get_filename() or leaf.get_content_disposition() == "attachment":
            if kind == "text/calendar":
                parts.calendar.append(text_of(leaf))
            parts.attachments.append(_attachment(leaf))
        elif kind in ("text/plain", "text/html", "text/calendar"):
            {"text/plain": parts.plain, "text/html": parts.html}.get(kind, parts.calendar).append(text_of(leaf))
        elif leaf.get_content_maintype() != "text":
            parts.attachments.append(_attachment(leaf))
    return parts


def _reread(leaf: Message[str, str]) -> list[Message[str, str]]:
    return [message_from_bytes(content(leaf)[:100_000])]


def _attachment(leaf: Message[str, str]) -> Attachment:
    name = decoded(leaf.get_filename() or "").replace("\\", "/").rpartition("/")[2]
    return Attachment(name[:150] or "unnamed", leaf.get_content_type()[:100], content(leaf))


def content(leaf: Message[str, str]) -> bytes:
    try:
        found = leaf.get_payload(decode=True)
    except (ValueError, LookupError, TypeError, AttributeError):
        return b""
    return found if isinstance(found, bytes) else b""


def text_of(leaf: Message[str, str]) -> str:
    """A part's text. Its charset is believed only as far as the bytes agree."""
    raw = content(leaf)[: MOST_TEXT * 4]
    try:
        said = str(leaf.get_content_charset() or "utf-8")
    except (LookupError, ValueError):
        said = "utf-8"
    return cleaned(_text(raw, said))[:MOST_TEXT]


def _text(raw: bytes, said: str) -> str:
    # ASCII and Latin-1 are what careless programs say; then UTF-8 that fits is UTF-8, and the rest is Windows'.
    tries = [said] if said not in CARELESS | OF_DOMAINS else []
    for charset in [*tries, "utf-8", "cp1252"]:
        try:
            return raw.decode(charset)
        except (LookupError, ValueError):
            continue
    return raw.decode("latin-1")


def heading(mail: Message[str, str], name: str, most: int = LONGEST_HEADER) -> str:
    """A header, decoded, in one line; "" when it is missing."""
    try:
        return decoded(next(iter(raw_values(mail, name)), "")[:most])
    except (ValueError, LookupError, TypeError, AttributeError):
        return ""


def raw_values(mail: Message[str, str], name: str) -> list[str]:
    """A header's values as they came; `Message.get` would put question marks for what is not ASCII."""
    return [str(value) for key, value in mail.raw_items() if key.lower() == name.lower()]


def decoded(raw: str) -> str:
    """Encoded words (RFC 2047) read; what can't be read stays as it was."""
    try:
        pieces = header.decode_header(raw)
        read = "".join(
            _text(piece, charset or "utf-8") if isinstance(piece, bytes) else piece for piece, charset in pieces
        )
    except (ValueError, LookupError, TypeError, AttributeError, MessageError):  # the last of broken base64
        read = raw
    # What came as raw bytes in a header stands there as surrogates; it is UTF-8 more often than not. Other surrogates
    # are no bytes of anything: UTF-7 and its like can spell them.
    if _has_surrogates(read):
        read = _text(_HALVES.sub("", read).encode("utf-8", "surrogateescape"), "utf-8")
    return " ".join(cleaned(read).split())


def _has_surrogates(text: str) -> bool:
    return any("\ud800" <= letter <= "\udfff" for letter in text)


def cleaned(text: str) -> str:
    """As PostgreSQL can keep it: no NUL, no halves of surrogate pairs, plain line ends."""
    stored: str = storable(text)
    return stored.replace("\r\n", "\n").replace("\r", "\n")


def addresses(mail: Message[str, str], *names: str) -> list[tuple[str, str]]:
    """Names and addresses in the headers `names`, in their order; at most a hundred."""
    raw = [value[:LONGEST_HEADER] for name in names for value in raw_values(mail, name)]
    try:
        found = utils.getaddresses(raw[:10])
    except (ValueError, TypeError, IndexError, AttributeError, RecursionError):  # the last of comments in comments
        found = []
    return [(decoded(name), cleaned(address).strip()) for name, address in found[:100] if "@" in address]
