"""Calendars as text (RFC 5545). Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

OCTETS = 75


@dataclass(frozen=True)
class Entry:
    """One appointment. `uid` stays the same when it moves and `sequence` grows; times are aware.

    `organizer` and `attendee` are (name, address), for an invitation.
    """

    uid: str
    title: str
    starts_at: datetime
    minutes: int
    stamp: datetime
    sequence: int = 0
    place: str = ""
    text: str = ""
    url: str = ""
    cancelled: bool = False
    organizer: tuple[str, str] | None = None
    attendee: tuple[str, str] | None = None


def calendar(entries: Iterable[Entry], *, name: str = "", method: str = "") -> str:
    """A VCALENDAR with CRLF line ends. `method` is REQUEST or CANCEL of an invitation, PUBLISH of a feed."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Tollgate//Tollgate//EN", "CALSCALE:GREGORIAN"]
    lines += [f"METHOD:{method}"] if method else []
    lines += [f"X-WR-CALNAME:{_text(name)}"] if name else []
    lines += [line for entry in entries for line in _event(entry)]
    return "".join(f"{_folded(line)}\r\n" for line in [*lines, "END:VCALENDAR"])


def _event(entry: Entry) -> Iterator[str]:
    yield "BEGIN:VEVENT"
    yield f"UID:{entry.uid}"
    yield f"DTSTAMP:{_moment(entry.stamp)}"
    yield f"DTSTART:{_moment(entry.starts_at)}"
    yield f"DTEND:{_moment(entry.starts_at + timedelta(minutes=entry.minutes))}"
    yield f"SEQUENCE:{entry.sequence}"
    yield f"SUMMARY:{_text(entry.title)}"
    if entry.place:
        yield f"LOCATION:{_text(entry.place)}"
    if entry.text:
        yield f"DESCRIPTION:{_text(entry.text)}"
    if entry.url:
        yield f"URL:{entry.url}"
    if entry.organizer:
        yield f"ORGANIZER;CN={_parameter(entry.organizer[0])}:mailto:{_address(entry.organizer[1])}"
    if entry.attendee:
        role = "ROLE=REQ-PARTICIPANT;PARTSTAT=NEEDS-ACTION;RSVP=TRUE"
        yield f"ATTENDEE;CN={_parameter(entry.attendee[0])};{role}:mailto:{_address(entry.attendee[1])}"
    yield f"STATUS:{'CANCELLED' if entry.cancelled else 'CONFIRMED'}"
    yield "END:VEVENT"


def _moment(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _text(value: str) -> str:
    """`value` as a text property; no letter of it can begin a property of its own."""
    escaped = value.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    return _printable(escaped.replace("\r\n", "\n").replace("\r", "\n")).replace("\n", "\\n")


def _parameter(value: str) -> str:
    plain = _printable(value.replace("\n", " ")).replace('"', "'")
    return f'"{plain}"'


def _address(value: str) -> str:
    return "".join(letter for letter in value if letter.isprintable() and not letter.isspace())


def _printable(value: str) -> str:
    return "".join(letter for letter in value if letter == "\n" or letter.isprintable())


def _folded(line: str) -> str:
    """At most 75 octets a line, never inside of a letter."""
    pieces: list[str] = []
    piece, size = "", 0
    for letter in line:
        width = len(letter.encode())
        if size + width > OCTETS - bool(pieces):
            pieces.append(piece)
            piece, size = "", 0
        piece, size = piece + letter, size + width
    return "\r\n ".join([*pieces, piece])
