"""What a person is found by in rows that do not say whose they are."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import quote

from leads.models import Contact, Lead, Submission
from leads.names import fold
from leads.privacy.holdings import Holdings
from tenancy.ids import public_id

SHORTEST = 6  # what is shorter is found in words that have nothing to do with anybody
# ann@x.example is no part of joann@x.example, jo.ann@x.example, or ann@x.example.org; nor is a number of a longer one.
# JSON as text and links have their own beginnings of words: \n and %3A. PostgreSQL reads these patterns, too.
ADDRESS = (r"(?:(?<!\w)(?<!\w[+.-])|(?<=%[0-9A-F]{2})|(?<=\\[bfnrt]))", r"(?!\w)(?![.-]\w)")
NUMBER = (r"(?:(?<!\d)|(?<=00))", r"(?![-/]?\d)")


@dataclass(frozen=True)
class Needles:
    """`words` (addresses, numbers) count wherever they stand; `names` only as a whole cell of a table, for two people
    may share one; `ids` are the public ids that our answers carry."""

    words: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    ids: tuple[str, ...] = ()

    @classmethod
    def of(cls, found: Holdings) -> Needles:
        people = list(Contact.objects.filter(pk__in=found[Contact]))
        # What is no address may be any word: it would be taken out of everything that everybody wrote.
        addresses = [value for one in people if one.email_norm for value in (one.email, one.email_norm)]
        # In links and in what forms send an @ is %40.
        words = addresses + [quote(address) for address in addresses]
        words += [number for one in people for number in _numbers(one, found[Contact])]
        ids = [public_id(model.PREFIX, pk) for model in (Contact, Lead, Submission) for pk in found.get(model, set())]
        names = [fold(one.name) for one in people]
        return cls(_distinct(words), _distinct(names), _distinct(ids))

    @classmethod
    def kept(cls, stored: dict[str, Any]) -> Needles:
        """As an erasure keeps them while it searches."""
        return cls(**{name: tuple(values) for name, values in stored.items()})

    def store(self) -> dict[str, Any]:
        return {name: list(values) for name, values in asdict(self).items()}

    def in_text(self, text: str) -> bool:
        return bool(pattern(self.words).search(text))

    def in_cells(self, cells: Iterable[Any]) -> bool:
        """Whether a row of a table is about this person."""
        texts = [str(cell) for cell in cells]
        return any(self.in_text(text) or fold(text) in self.names or _digits(text) in self.words for text in texts)


def expressions(words: Iterable[str]) -> list[str]:
    """Regular expressions, of Python and of PostgreSQL, that find each word where it is whole; the longest first."""
    found = []
    for word in sorted(words, key=len, reverse=True):
        before, after = ADDRESS if "@" in word or "%40" in word else NUMBER
        found.append(before + re.sub(r"([^\w\s@])", r"\\\1", word) + after)
    return found


@lru_cache(maxsize=16)
def pattern(words: tuple[str, ...]) -> re.Pattern[str]:
    """Any of the words."""
    return re.compile("|".join(expressions(words)) or r"(?!)", re.IGNORECASE)


def _numbers(contact: Contact, people: Iterable[Any]) -> list[str]:
    """A switchboard's number is nobody's own: it is looked for only when no colleague has it."""
    others = Contact.objects.filter(phone_e164=contact.phone_e164).exclude(pk__in=people)
    if not contact.phone_e164 or others.exists():
        return []
    return [contact.phone, contact.phone_e164, contact.phone_e164[1:]]


def _digits(text: str) -> str:
    """Of a number however it is written: `p:+49 (40) 36 11 10`."""
    return "".join(letter for letter in text if letter.isdigit())


def _distinct(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted({value for value in values if len(value) >= SHORTEST}))
