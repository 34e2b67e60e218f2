"""Which column means what: guessed from what it is called and what stands in it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

from leads.imports.dates import DAY_FIRST, is_date, order_of
from leads.imports.dictionary import BLANKS, HEADERS, WITHIN, fold
from leads.imports.rejects import ADDED
from leads.labels import fact_label
from leads.vocabulary import FACTS

# Told apart from the facts of a lead: what the row says about the lead's way here.
OURS = {
    "source": "Source",
    "created_at": "Created",
    "owner": "Owner",
    "stage": "Stage",
    "closed_at": "Closed",
}
CLICKS = ("utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content", "gclid", "fbclid", "msclkid")
NOT_OFFERED = frozenset({"domain"})
TARGETS: dict[str, str] = (
    {name: fact_label(name) for name in FACTS if name not in NOT_OFFERED} | OURS | {name: name for name in CLICKS}
)
EMAIL = re.compile(r"[^@\s,;]+@[^@\s,;]+\.[A-Za-z]{2,}")
PHONE = re.compile(r"(p:)?[+(]?\d[\d\s().\-/+]{5,18}\d")
WEBSITE = re.compile(r"(https?://|www\.)\S+\.\S+", re.IGNORECASE)


@dataclass(frozen=True)
class Guess:
    """Header -> fact for the columns that are understood, and header -> order of day and month where dates stand."""

    mapping: dict[str, str]
    dates: dict[str, str]


def guess(headers: Sequence[str], rows: Sequence[Sequence[str]], custom: Mapping[str, str], country: str) -> Guess:
    """Understand a table by its headers and some of its rows (texts).

    `custom` has label by key of the account's own fields; `country` decides about 3/4/2026 where no row does.
    """
    columns = {header: _filled(rows, index) for index, header in enumerate(headers)}
    own = {fold(word): f"custom.{key}" for key, label in custom.items() for word in (key, label)}
    offers = [
        (rank, index, header, fact)
        for index, header in enumerate(headers)
        for rank, fact in _offers(header, columns[header], own)
    ]
    found: dict[str, str] = {}
    for _, _, header, fact in sorted(offers):
        if header not in found and fact not in found.values():
            found[header] = fact
    found = _without_a_second_name(_last_names(found, headers, rows))
    dates = {header: order_of(columns[header], country) for header, fact in found.items() if fact in DATED}
    return Guess({header: found[header] for header in headers if header in found}, dates)


DATED = frozenset({"created_at", "closed_at"})


def _filled(rows: Sequence[Sequence[str]], index: int) -> list[str]:
    cells = (row[index].strip() for row in rows if index < len(row))
    return [cell for cell in cells if cell.casefold() not in BLANKS and cell]


def _offers(header: str, values: list[str], own: Mapping[str, str]) -> list[tuple[int, str]]:
    """What this column could mean, the likeliest with the smallest rank."""
    word = fold(header)
    offers = [(0, own[word])] if word in own else []
    if word in HEADERS and _bears_out(HEADERS[word][0], values):
        fact, rank = HEADERS[word]
        offers.append((rank + 1, fact))
    within = next((fact for part, fact in WITHIN if part in word and _bears_out(fact, values)), None)
    if within and word not in HEADERS:
        offers.append((200, within))
    offers += [(300, fact) for fact in _by_values(values) if word not in HEADERS]
    return offers


ENOUGH = 5  # values that may overrule what a column is called


def _bears_out(fact: str, values: list[str]) -> bool:
    """Whether what stands in a column is at odds with its name: `Date` without dates, `Phone` with words."""
    if not values:
        return True
    checks = {"email": EMAIL.fullmatch, "phone": PHONE.fullmatch}
    if fact in checks and len(values) >= ENOUGH:
        return _share(values, lambda value: bool(checks[fact](value))) >= 0.3
    if fact in DATED:
        return _share(values, is_date) >= 0.5
    if fact == "stage":  # what an ad platform says of every lead it hands over
        return bool({value.casefold() for value in values} - {"created", "complete", "completed", "new"})
    if fact in ("headcount", "value"):
        return _share(values, lambda value: bool(re.search(r"\d", value))) >= 0.5
    return not (fact in ("name", "company") and _share(values, str.isdigit) > 0.5)


def _by_values(values: list[str]) -> list[str]:
    if not values:
        return []
    if _share(values, lambda value: bool(EMAIL.fullmatch(value))) >= 0.8:
        return ["email"]
    if _share(values, lambda value: bool(PHONE.fullmatch(value)) and value[0] in "+0p(") >= 0.8:
        return ["phone"]
    return ["website"] if _share(values, lambda value: bool(WEBSITE.match(value))) >= 0.8 else []


def _share(values: Sequence[object], holds: object) -> float:
    assert callable(holds)
    return sum(bool(holds(value)) for value in values) / len(values)


def _last_names(found: dict[str, str], headers: Sequence[str], rows: Sequence[Sequence[str]]) -> dict[str, str]:
    """`Name` beside first names alone is the last name, as Germans and French write, unless the first stands in it."""
    header = {fact: name for name, fact in found.items()}
    if "last_name" in header or not {"first_name", "name"} <= header.keys():
        return found
    first, name = (headers.index(header[fact]) for fact in ("first_name", "name"))
    pairs = [(row[first].strip(), row[name].strip()) for row in rows if len(row) > max(first, name)]
    pairs = [pair for pair in pairs if all(pair)]
    if pairs and _share([one in whole for one, whole in pairs], bool) >= 0.5:
        return found
    return found | {header["name"]: "last_name"}


def _without_a_second_name(found: dict[str, str]) -> dict[str, str]:
    """`Name` beside first and last names is the lead's title in that system, or says the same once more."""
    if {"first_name", "last_name"} <= set(found.values()):
        return {header: fact for header, fact in found.items() if fact != "name"}
    return found


def header_key(headers: Sequence[str]) -> str:
    """The same for the same set of headers, in whatever order."""
    return sha256("\0".join(sorted(fold(header) for header in headers if header not in ADDED)).encode()).hexdigest()


def is_migration(mapping: Mapping[str, str]) -> bool:
    """Whether these columns tell of leads that were worked elsewhere."""
    return bool({"owner", "stage"} & set(mapping.values()))


__all__ = ["DAY_FIRST", "TARGETS", "Guess", "guess", "header_key", "is_migration"]
