"""What somebody pasted, modestly read: a signature, a LinkedIn message or a phone note, in four languages.

What is not clear is left out: an empty field costs a rep a second, a wrong one costs a customer.
"""

from __future__ import annotations

import re

import phonenumbers

from leads import names, titles

MOST = 20_000
EMAIL = re.compile(r"[\w.+%-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+")
WEBSITE = re.compile(r"(?:https?://|www\.)\S+", re.I)
GREETING = re.compile(
    r"^(?:(?:kind|best|warm|many)?\s*regards|best(?: wishes)?|cheers|sincerely|thanks|thank you|"
    r"mit (?:freundlichen|besten) gr(?:ü|ue)(?:ß|ss)en|(?:viele|beste|liebe|freundliche) gr(?:ü|ue)(?:ß|ss)e|mfg|"
    r"(?:bien )?cordialement|bien à vous|salutations|un (?:cordial )?saludo|saludos(?: cordiales)?|atentamente|--)"
    r"[,.! ]*$",
    re.I,
)
_WHO = r"(?:(?:mr|mrs|ms|dr|herrn?|frau|m\.|mme|monsieur|madame|sr|sra|señora?)\.? )*"
_NAME = r"(?P<name>[A-ZÀ-Þ][\w'’-]+(?: [A-ZÀ-Þ][\w'’.-]*){0,3})"
_MATTER = "about|regarding|re|wants?|needs?|wegen|will|möchte|braucht|au sujet|à propos|veut|sobre|quiere"
_FIRM = (
    r"(?:,? (?:from|of|at|with|von|bei|der firma|aus|chez|de|de la société|en) "
    rf"(?P<company>[A-ZÀ-Þ0-9][^,.;:\n]{{1,60}}?)(?=[,.;:\n]|\s+(?:{_MATTER})\b|$))?"
)
_DEED = (
    r"(?:called(?: by)?|call (?:by|from|with)|phone call with|spoke (?:to|with)|met|"
    r"anruf von|telefonat mit|gespräch mit|rückruf (?:von|für)|"
    r"appel de|appelé par|parlé (?:à|avec)|llamada de|llamó|hablé con)"
)
NOTE = re.compile(rf"(?i:\b{_DEED}) (?i:{_WHO}){_NAME}{_FIRM}")
NAMED = re.compile(rf"^(?i:{_WHO}){_NAME} (?i:called|rang|hat angerufen|rief an|a appelé|ha llamado)\b")
INTRODUCED = re.compile(
    rf"\b(?i:i am|i['’]m|my name is|ich bin|mein name ist|je suis|je m['’]appelle|me llamo|mi nombre es) "
    rf"(?i:{_WHO}){_NAME}(?:, (?P<title>[^,.;:!?\n]{{2,80}}))?"
)
AND = re.compile(r"\s(?:and|und|et|y)\s", re.I)
PARTICLES = frozenset("de del la le von van der den zu".split())
AT = re.compile(r"\s+(?:at|bei|chez|@)\s+")
BETWEEN = re.compile(r"\s*[|•·]\s*|\s+[-–]\s+|,\s+")
LABEL = re.compile(
    r"^(?:tel|phone|mobile?|cell|fax|office|direct|telefon|mobil|tél|téléphone|móvil|e-?mail|mail|web)\b", re.I
)


FAX = re.compile(r"^\s*(?:tele)?fax\b.*$", re.I | re.M)  # nobody's phone


def facts_in(text: str, country: str = "") -> dict[str, str]:
    """The facts of a new lead that `text` gives away, as capture takes them. `country` (ISO) reads local numbers."""
    text = text.replace("\x00", "").replace("\r\n", "\n")[:MOST]
    lines = [" ".join(line.split()) for line in text.split("\n")]
    said, signature = _parted(lines)
    found = {"email": _email(text), "phone": _phone(text, country)} | (_note(text) or _introduced(text))
    for name, value in _signature(signature).items():
        found.setdefault(name, value)
    found["message"] = "\n".join(said).strip()
    return {name: value for name, value in found.items() if value}


def _parted(lines: list[str]) -> tuple[list[str], list[str]]:
    """What was written, and the signature below it. A few short lines are a signature alone."""
    at = next((number for number, line in enumerate(lines) if GREETING.match(line)), None)
    if at is not None:
        return lines[:at], lines[at + 1 :]
    if any(_introduced(line) or _is_told(line) for line in lines):
        return lines, []
    filled = [line for line in lines if line]
    alone = len(filled) <= 9 and all(len(line) <= 70 and not line.endswith((".", "?", "!")) for line in filled)
    return ([], lines) if alone and len(filled) > 1 else (lines, [])


def _is_told(line: str) -> bool:
    """A line of what somebody noted: a deed, or words that begin small and are neither an address nor a title."""
    if NOTE.search(line) or NAMED.search(line):
        return True
    return line[:1].islower() and not (
        EMAIL.search(line) or WEBSITE.search(line) or LABEL.match(line) or _is_title(line)
    )


def _email(text: str) -> str:
    found = EMAIL.search(text)
    return found[0].rstrip(".") if found else ""


def _phone(text: str, country: str) -> str:
    bare = EMAIL.sub(" ", WEBSITE.sub(" ", FAX.sub(" ", text)))
    found = next(iter(phonenumbers.PhoneNumberMatcher(bare, country or None)), None)
    return found.raw_string if found else ""


def _note(text: str) -> dict[str, str]:
    found = NOTE.search(text) or NAMED.search(text)
    return {name: value.strip() for name, value in found.groupdict().items() if value} if found else {}


def _introduced(text: str) -> dict[str, str]:
    """`I am Jane Holm, CTO at Fjell Systems`: who says so, and what is plainly a title and a firm."""
    found = INTRODUCED.search(text)
    if not found or not _is_name(found["name"]) or _is_title(found["name"]):
        return {}
    said = _title(found["title"]) if found["title"] and _is_title(found["title"]) else {}
    clear = {fact: words for fact, words in said.items() if fact != "company" or not AND.search(words)}
    return clear | {"name": found["name"]}


def _signature(lines: list[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for line in lines[:12]:
        if not line or EMAIL.search(line) or WEBSITE.search(line) or LABEL.match(line) or re.search(r"\d{3}", line):
            continue
        if "job_title" not in found and _is_title(line):
            found |= _title(line)
        elif "company" not in found and names.without_legal_suffix(line) != line:
            found["company"] = line
        elif "name" not in found and _is_name(line):
            found["name"] = line
        elif "company" not in found and "job_title" in found and len(line.split()) <= 5:
            found["company"] = line
    return found


def _is_title(line: str) -> bool:
    return len(line) <= 100 and (
        titles.seniority(line) not in ("", "specialist") or titles.department(line) not in ("", "other")
    )


def _title(line: str) -> dict[str, str]:
    """`Head of IT at Kestrel`, `Leiterin Einkauf, Kestrel GmbH`: the title, and the firm behind it."""
    title, *firm = AT.split(line, maxsplit=1)
    if firm:
        return {"job_title": title, "company": BETWEEN.split(firm[0])[0]}
    parts = [part for part in BETWEEN.split(line) if part] or [line]
    titled = next(number for number in range(len(parts), 0, -1) if number == 1 or _is_title(parts[number - 1]))
    title, rest = ", ".join(parts[:titled]), parts[titled:]
    if titled == len(parts) > 1 and not _is_title(parts[0]) and _is_name(parts[0]):
        return {"name": parts[0], "job_title": ", ".join(parts[1:])}
    return {"job_title": title} | ({"company": rest[0]} if rest else {})


def _is_name(line: str) -> bool:
    words = line.split()
    return 2 <= len(words) <= 4 and all(
        word[0].isupper() or word in ("de", "von", "van", "der", "la") for word in words
    )
