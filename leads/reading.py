"""A whole submission, from what was sent to the columns of person, firm and lead.

Nothing is lost: what makes no sense is a problem, what nobody knows is ignored; both stay in the raw submission.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any

from leads import names
from leads.normalise import Malformed, currency, text
from leads.vocabulary import FACTS, Fact, Reader, custom_value

OURS = frozenset({"source", "campaign", "consent", "custom", "visitor"})  # read apart from the facts
REACHABLE = ("email", "phone", "name", "first_name", "last_name", "external_id")
CLICK_IDS = frozenset("utm_source utm_medium utm_campaign utm_term utm_content gclid fbclid msclkid".split())
NAMES = FACTS.keys() | OURS | CLICK_IDS
OF_FACTS = NAMES - {"custom"}
SEVERAL = "One value is wanted here; the first that makes sense is kept."
Problem = dict[str, str]


@dataclass
class Reading:
    """Columns by table (`person`, `firm`, `lead`), and what did not fit."""

    person: dict[str, Any] = field(default_factory=dict)
    firm: dict[str, Any] = field(default_factory=dict)
    lead: dict[str, Any] = field(default_factory=dict)
    hint: dict[str, Any] = field(default_factory=dict)
    custom: dict[str, Any] = field(default_factory=dict)
    campaign: dict[str, str] = field(default_factory=dict)
    consent: dict[str, Any] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)

    def put(self, places: Iterable[tuple[str, str]], values: Iterable[Any]) -> None:
        """Write values into columns, each of a table."""
        tables = self.__dict__
        for (table, name), value in zip(places, values, strict=False):
            tables[table][name] = value

    def missing(self, required: Iterable[str]) -> list[str]:
        """Those of the facts (`custom.x` too) that are not known."""
        return [name for name in required if not self._knows(name)]

    def _knows(self, name: str) -> bool:
        if name.startswith("custom."):
            return name.removeprefix("custom.") in self.custom
        if name not in FACTS:
            return True  # a requirement that nothing could ever meet holds nobody up
        table, _, column = FACTS[name].columns[0].partition(".")
        return getattr(self, table).get(column) not in (None, "", [])


def read(payload: Mapping[str, Any], reader: Reader) -> Reading:
    """Normalise `payload`. Never raises for a value."""
    reading, theirs = Reading(), _in_their_currency(payload, reader)
    for name in FACTS:
        if name in payload and not is_blank(payload[name]):
            _fact(reading, name, FACTS[name], payload[name], theirs)
    read_custom(reading, payload, reader)
    _attribution(reading, payload)
    _settle(reading)
    return reading


def _in_their_currency(payload: Mapping[str, Any], reader: Reader) -> Reader:
    """An amount that names no currency is in the one that was sent beside it."""
    if is_blank(payload.get("currency")):
        return reader
    with suppress(Malformed):
        return replace(reader, currency=currency(payload["currency"]))
    return reader


def is_reachable(payload: Mapping[str, Any]) -> bool:
    """Whether somebody could be found by what `payload` says."""
    return any(not is_blank(payload.get(name)) for name in REACHABLE)


def is_blank(value: Any) -> bool:
    return value is None or value in ([], {}) or (isinstance(value, str) and not value.strip())


def _fact(reading: Reading, name: str, fact: Fact, value: Any, reader: Reader) -> None:
    try:
        reading.put(fact.places, fact.read(value, reader))
    except Malformed as error:
        first = _first_of(value, fact, reader)
        reading.problems.append(problem(f"/{name}", Malformed(SEVERAL) if first else error))
        reading.put(fact.places, first or fact.salvage(value))


def _first_of(value: Any, fact: Fact, reader: Reader) -> tuple[Any, ...]:
    """What the first that makes sense in a list or object says; () if none does."""
    items = value.values() if isinstance(value, Mapping) else value if isinstance(value, list) else ()
    for item in items:
        if isinstance(item, list | Mapping):
            if found := _first_of(item, fact, reader):
                return found
        elif not is_blank(item):
            with suppress(Malformed):
                return fact.read(item, reader)
    return ()


def problem(pointer: str, error: Malformed) -> Problem:
    return {"pointer": pointer, "code": error.code, "detail": str(error)}


def read_custom(reading: Reading, payload: Mapping[str, Any], reader: Reader) -> None:
    """Unknown keys are custom fields where the account has such; `custom` holds them by their name.

    Safe to call again, once the account's custom fields are known.
    """
    reading.ignored.clear()
    if payload.keys() <= OF_FACTS:  # as nearly always
        return
    nested = payload.get("custom")
    nested = nested if isinstance(nested, Mapping) else {}
    loose = {key: value for key, value in payload.items() if key not in NAMES}
    for prefix, values in (("/", loose), ("/custom/", nested)):
        for key, value in values.items():
            if key not in reader.custom:
                reading.ignored.append(f"{prefix}{key}".lstrip("/").replace("/", ".")[:200])
            elif not is_blank(value):
                _custom_value(reading, prefix, key, value, reader)


def _custom_value(reading: Reading, prefix: str, key: str, value: Any, reader: Reader) -> None:
    try:
        reading.custom[key] = custom_value(reader.custom[key], value, reader)
    except Malformed as error:
        reading.problems.append(problem(f"{prefix}{key}", error))


def _attribution(reading: Reading, payload: Mapping[str, Any]) -> None:
    campaign, consent = payload.get("campaign"), payload.get("consent")
    if not campaign and not consent and CLICK_IDS.isdisjoint(payload):
        return
    loose = {key: payload[key] for key in CLICK_IDS if key in payload}
    merged = {**(campaign if isinstance(campaign, Mapping) else {}), **loose}
    reading.campaign = {_short(key, 60): _short(value, 300) for key, value in merged.items() if not is_blank(value)}
    if isinstance(consent, Mapping):
        reading.consent = {_short(key, 60): _short(value, 2000) for key, value in consent.items()}


def _short(value: Any, most: int) -> str:
    return text(str(value)[:most], most)


def _settle(reading: Reading) -> None:
    """What one value says about others."""
    person, firm = reading.person, reading.firm
    whole = " ".join(filter(None, (person.get("first_name"), person.get("last_name"))))
    if whole and not person.get("name"):
        person["name"] = whole[:200]
    if "name" in person:
        person["name_norm"] = names.fold(person["name"])[:200]
    if not person.get("country") and reading.hint.get("country"):
        person["country"] = reading.hint["country"]
    if not firm.get("domain") and reading.hint.get("domain"):
        firm["domain"] = reading.hint["domain"]
    if "name" in firm:
        firm["name_norm"] = names.fold(firm["name"])[:200]
    reading.lead["custom"] = reading.custom
