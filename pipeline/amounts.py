"""Money on cards and heads: short, in the account's own way of counting."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from leads.money import major

SIGNS = {"EUR": "€", "GBP": "£", "USD": "$", "JPY": "¥", "INR": "₹"}
STEPS = ((Decimal(1_000_000_000), "B"), (Decimal(1_000_000), "M"), (Decimal(1_000), "k"))


def short(minor: int | None, currency: str) -> str:
    """€84k, €2.62M, €950; empty where no value is known."""
    if minor is None:
        return ""
    amount = major(minor, currency)
    sign = SIGNS.get(currency, f"{currency} " if currency else "")
    for size, letter in STEPS:
        if abs(amount) >= size:
            scaled = amount / size
            digits = 2 if letter != "k" and scaled < 100 else 0
            return f"{sign}{scaled:.{digits}f}{letter}"
    return f"{sign}{amount:.0f}"


def sums(by_currency: Mapping[str, int], home: str) -> str:
    """The sum of each currency, the account's own first: “€492k”, “€492k and $12k”, “€0”."""
    order = sorted(by_currency, key=lambda currency: (currency != home, currency))
    return " and ".join(short(by_currency[currency], currency) for currency in order if by_currency[currency]) or short(
        0, home
    )
