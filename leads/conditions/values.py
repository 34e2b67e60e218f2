"""What a stored value counts as, in memory; `columns` says the same in SQL. Change them together."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from leads.money import digits

# What people type into a field they do not want to fill.
PLACEHOLDERS = frozenset(
    "- -- --- . .. ... ? ?? ??? / // x xx xxx xxxx n/a na n.a. n.a n/k k.a. k.a none null nil nan tbd tba tbc "
    "unknown unbekannt".split()
) | {"not known", "not applicable", "keine angabe", "no idea", "k. a.", "n. a."}
BLANKS = " \t\n\r\f\v"


def fold(text: str) -> str:
    """Small letters, one by one, as lower() in the collation tollgate_letters does: none becomes two."""
    if text.isascii():
        return text.lower()
    return "".join(_fold_letter(letter) for letter in text)


def _fold_letter(letter: str) -> str:
    small = letter.lower()
    return small if len(small) == 1 else small[0]


def is_placeholder(text: str) -> bool:
    """Whether `text` says nothing: empty, or a word such as n/a."""
    stripped = fold(text.strip(BLANKS))
    return not stripped or stripped in PLACEHOLDERS


def seen_text(value: Any) -> str | None:
    """A text, or a date as its ISO text; None for what is neither, and for the empty text."""
    if isinstance(value, date) and not isinstance(value, datetime):
        return value.isoformat()
    return value if isinstance(value, str) and value else None


def seen_number(value: Any) -> int | Decimal | None:
    """A number, or an amount (`{"minor", "currency"}`) in major units; None for what is neither."""
    if value is None or isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value
    if isinstance(value, dict):
        return _amount(value)
    if isinstance(value, float):
        return Decimal(repr(value))
    return value if isinstance(value, Decimal) else None


def _amount(value: dict[str, Any]) -> Decimal | None:
    minor = value.get("minor")
    whole = None if isinstance(minor, dict) else seen_number(minor)
    return None if whole is None else Decimal(whole).scaleb(-digits(str(value.get("currency"))))


def seen_list(value: Any) -> list[str] | None:
    """The folded texts of a list."""
    return [fold(item) for item in value if isinstance(item, str)] if isinstance(value, list | tuple) else None


def days_ago(days: int, now: datetime) -> datetime:
    return now - timedelta(days=days)
