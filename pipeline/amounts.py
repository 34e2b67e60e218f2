"""Money on cards and heads: short, in the account's own way of counting."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from leads.money import major

SIGNS = {"EUR": "€", "GBP": "£", "USD": "$", "JPY": "¥", "INR": "₹"}
# Size, letter, and to how much the next smaller step rounds: €999,999 is €1.00M, not €1000k.
STEPS = (
    (Decimal(1_000_000_000), "B", Decimal(1_000_000)),
    (Decimal(1_000_000), "M", Decimal(1_000)),
    (Decimal(1_000), "k", Decimal(1)),
)


def short(minor: int | None, currency: str) -> str:
    """€84k, €2.62M, €950; empty where no value is known."""
    if minor is None:
        return ""
    amount = major(minor, currency)
    sign = SIGNS.get(currency, f"{currency} " if currency else "")
    for size, letter, grain in STEPS:
        if abs(round(amount / grain)) * grain >= size:
            scaled = amount / size
            digits = 2 if letter != "k" and abs(round(scaled, 2)) < 100 else 0
            return f"{sign}{scaled:.{digits}f}{letter}"
    return f"{sign}{amount:.0f}"


def sums(by_currency: Mapping[str, int], home: str) -> str:
    """The sum of each currency, the account's own first: “€492k”, “€492k and $12k”, “€0”."""
    order = sorted(by_currency, key=lambda currency: (currency != home, currency))
    return " and ".join(short(by_currency[currency], currency) for currency in order if by_currency[currency]) or short(
        0, home
    )
