"""A calendar invitation (RFC 5546): what for, when, and what is asked or answered."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from zoneinfo import ZoneInfo

_FOLDED = re.compile(r"\n[ \t]")
_WORDS = {"REQUEST": "Invitation", "CANCEL": "Meeting cancelled", "REPLY": "Answer to the invitation"}
_ANSWERS = {"ACCEPTED": "accepted", "DECLINED": "declined", "TENTATIVE": "perhaps"}


@dataclass(frozen=True)
class Invitation:
    """`method` is REQUEST, REPLY or CANCEL; `begins_at` (aware) or None where it makes no sense."""

    method: str
    title: str
    begins_at: datetime | None
    answer: str = ""

    def __str__(self) -> str:
        when = f", {self.begins_at:%-d %B %Y %H:%M %Z}" if self.begins_at else ""
        answer = f", {self.answer}" if self.answer else ""
        return f"{_WORDS[self.method]}: {self.title or 'no title'}{when}{answer}"


def invitation(calendars: Sequence[str]) -> Invitation | None:
    """The first one that asks, answers or cancels; a calendar that only informs (PUBLISH) is none."""
    for text in calendars:
        lines = _FOLDED.sub("", text[:100_000]).split("\n")
        method = next((line[7:].strip().upper() for line in lines if line.upper().startswith("METHOD:")), "")
        if method in _WORDS and any(line.strip().upper() == "BEGIN:VEVENT" for line in lines):
            return _read(method, lines)
    return None


def _read(method: str, lines: list[str]) -> Invitation:
    title = begins = None
    answer, inside = "", False
    for line in lines:
        inside = inside or line.strip().upper() == "BEGIN:VEVENT"
        name, _, value = line.partition(":")
        kind = name.partition(";")[0].upper()
        if inside and kind == "SUMMARY" and title is None:
            title = re.sub(r"\\([,;\\])", r"\1", value).replace("\\n", " ").strip()[:200]
        elif inside and kind == "DTSTART" and begins is None:
            begins = _moment(name, value.strip())
        elif kind == "ATTENDEE" and method == "REPLY":
            status = re.search(r"PARTSTAT=([A-Z-]+)", name.upper())
            answer = answer or (_ANSWERS.get(status[1], "") if status else "")
    return Invitation(method, title or "", begins, answer)


def _moment(name: str, value: str) -> datetime | None:
    zone: tzinfo = UTC
    if named := re.search(r'TZID="?([\w/+-]{1,60})', name):
        try:
            zone = ZoneInfo(named[1])
        except (ValueError, OSError, LookupError):  # Outlook's own names of zones
            zone = UTC
    for shape in ("%Y%m%dT%H%M%SZ", "%Y%m%dT%H%M%S", "%Y%m%d"):
        try:
            return datetime.strptime(value, shape).replace(tzinfo=UTC if shape.endswith("Z") else zone)
        except ValueError:
            continue
    return None
