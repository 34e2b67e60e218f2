"""Every fact that can be sent or changed: its name, how it is read, and the columns that keep it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from functools import cached_property
from math import isfinite
from typing import TYPE_CHECKING, Any

from leads import domains, names, titles
from leads import normalise as n

if TYPE_CHECKING:
    from tenancy.models import Account


_PLAIN = re.compile(r"[\x01-\ud7ff\ue000-\U0010ffff]*", re.DOTALL)


@dataclass(frozen=True)
class Kept:
    """What of a custom field matters for reading its values."""

    type: str
    choices: tuple[str, ...] = ()


@dataclass(frozen=True)
class Reader:
    """Who reads: the account's country and currency fill gaps, `now` (aware) is what `asap` counts from."""

    country: str
    currency: str
    now: datetime
    custom: Mapping[str, Kept] = field(default_factory=dict)

    @classmethod
    def of(cls, account: Account, now: datetime, custom: Mapping[str, Kept]) -> Reader:
        return cls(account.country, account.currency, now, custom)


@dataclass(frozen=True)
class Fact:
    """`read` turns a written value into one value per column, such as `person.email`, `firm.name`, `lead.product`."""

    columns: tuple[str, ...]
    read: Callable[[Any, Reader], tuple[Any, ...]]
    most: int = 0  # characters of a text that is cut rather than dropped when it is malformed

    @cached_property
    def places(self) -> tuple[tuple[str, str], ...]:
        """Table and name of each column."""
        return tuple((table, name) for table, _, name in (column.partition(".") for column in self.columns))

    def salvage(self, value: Any) -> tuple[Any, ...]:
        """What the first columns keep of a malformed value: the beginning of a text, and nothing else."""
        if not self.most or isinstance(value, dict):
            return ()
        return (n.text(str(value)[: self.most], self.most),)


def _text(column: str, most: int) -> Fact:
    return Fact((column,), lambda value, _: (n.text(value, most),), most)


def _one(column: str, read: Callable[[Any], Any]) -> Fact:
    return Fact((column,), lambda value, _: (read(value),))


def _email(value: Any, _: Reader) -> tuple[str, str, str]:
    address = n.email(value)
    return address, address, domains.of_email(address)


def _phone(value: Any, reader: Reader) -> tuple[str, str, str]:
    e164, country = n.phone(value, reader.country)
    return n.text(value, 60), e164, country if str(value).strip().startswith(("+", "00")) else ""


def _name(value: Any, _: Reader) -> tuple[str, str, str]:
    whole = " ".join(n.text(value, 200).split())
    first, last = names.split(whole)
    return " ".join(filter(None, (first, last))) if "," in whole else whole, first[:100], last[:100]


def _title(value: Any, _: Reader) -> tuple[str, str, str]:
    title = n.text(value, 200)
    return title, titles.seniority(title), titles.department(title)


def _website(value: Any, _: Reader) -> tuple[str]:
    domain = domains.of_website(n.text(value, 500))
    if not domain:
        raise n.Malformed("No website has such an address.")
    return ("" if domains.is_free_mail(domain) else domain,)


FACTS: dict[str, Fact] = {
    "name": Fact(("person.name", "person.first_name", "person.last_name"), _name, 200),
    "first_name": _text("person.first_name", 100),
    "last_name": _text("person.last_name", 100),
    "email": Fact(("person.email", "person.email_norm", "hint.domain"), _email, 320),
    "phone": Fact(("person.phone", "person.phone_e164", "hint.country"), _phone, 60),
    "job_title": Fact(("person.job_title", "person.seniority", "person.department"), _title, 200),
    "seniority": _one("person.seniority", n.seniority),
    "country": _one("person.country", n.country),
    "language": _one("person.language", n.language),
    "company": Fact(("firm.name",), lambda value, _: (names.without_legal_suffix(n.text(value, 200)),), 200),
    "website": Fact(("firm.domain",), _website),
    "domain": Fact(("firm.domain",), _website),
    "headcount": _one("firm.headcount", n.count),
    "industry": _one("firm.industry", n.slug),
    "message": _text("lead.message", 20_000),
    "product": _text("lead.product", 80),
    "territory": _text("lead.territory", 80),
    "budget": _text("lead.budget", 120),
    "timeline_days": Fact(
        ("lead.timeline_days",), lambda value, reader: (n.days(value, reader.now.date(), reader.country),)
    ),
    "business_problem": _text("lead.business_problem", 20_000),
    "tech_stack": _one("lead.tech_stack", n.words),
    "it_decision": _one("lead.it_decision", n.it_decision),
    "currency": _one("lead.currency", n.currency),
    "value": Fact(("lead.value_minor", "lead.currency"), lambda value, reader: n.money(value, reader.currency)),
    "referrer": _text("lead.referrer", 500),
    "external_id": _text("lead.external_id", 200),
}
UNCHANGEABLE = frozenset({"external_id", "referrer"})


def custom_value(kept: Kept, value: Any, reader: Reader) -> Any:
    """A custom field's value as JSON. Raises Malformed."""
    plain: dict[str, Callable[[], Any]] = {
        "text": lambda: n.text(value, 2000),
        "number": lambda: _plain_number(n.number(value)),
        "money": lambda: dict(zip(("minor", "currency"), n.money(value, reader.currency), strict=True)),
        "date": lambda: n.day(value, reader.country).isoformat(),
        "boolean": lambda: n.boolean(value),
        "url": lambda: n.link(value),
        "choice": lambda: _chosen(n.text(value, 200), kept.choices),
        "choices": lambda: [_chosen(word, kept.choices) for word in n.words(value)],
    }
    return plain[kept.type]()


def _chosen(word: str, choices: tuple[str, ...]) -> str:
    found = next((choice for choice in choices if choice.casefold() == word.casefold()), None)
    if found is None:
        raise n.Malformed(f"One of these is wanted: {', '.join(choices)}.")
    return found


def _plain_number(value: Decimal) -> int | float:
    return int(value) if value == value.to_integral_value() else float(value)


def depth(value: Any) -> int:
    """How deeply lists and objects are nested; a plain value is 0."""
    if isinstance(value, dict):
        return 1 + max(map(depth, value.values()), default=0)
    return 1 + max(map(depth, value), default=0) if isinstance(value, list) else 0


def storable(value: Any) -> Any:
    """JSON as PostgreSQL can keep it: without NUL, halves of surrogate pairs and infinite numbers."""
    if isinstance(value, str):
        is_plain = value.isprintable() or _PLAIN.fullmatch(value)
        return value if is_plain else value.replace("\x00", "").encode("utf-8", "ignore").decode()
    if isinstance(value, dict):
        return {storable(key): storable(item) for key, item in value.items()}
    if isinstance(value, float) and not isfinite(value):
        return str(value)
    return [storable(item) for item in value] if isinstance(value, list) else value
