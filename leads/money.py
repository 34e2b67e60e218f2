"""Money is whole minor units of a currency; people write major ones."""

from decimal import Decimal

import pycountry

WITHOUT_MINOR = frozenset("BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF".split())
SHARED_SIGNS = {"$": ("Dollar", "Peso"), "£": ("Pound",), "¥": ("Yen", "Yuan")}  # in the names of who has the sign
WITH_THREE_DIGITS = frozenset("BHD IQD JOD KWD LYD OMR TND".split())


def digits(currency: str) -> int:
    """How many decimals a currency has (ISO 4217)."""
    if currency in WITHOUT_MINOR:
        return 0
    return 3 if currency in WITH_THREE_DIGITS else 2


def minor(amount: Decimal, currency: str) -> int:
    """Whole minor units of `amount`, rounded half to even."""
    return int((amount * 10 ** digits(currency)).to_integral_value())


def major(amount: int, currency: str) -> Decimal:
    return Decimal(amount).scaleb(-digits(currency))


def is_currency(code: str) -> bool:
    return pycountry.currencies.get(alpha_3=code) is not None


def has_sign(code: str, sign: str) -> bool:
    """Whether this currency, among others, is written with `sign`."""
    found = pycountry.currencies.get(alpha_3=code)
    return found is not None and any(word in found.name for word in SHARED_SIGNS.get(sign, ()))
