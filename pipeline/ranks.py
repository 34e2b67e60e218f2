"""Places in a column that people put in order by hand: texts in the order of their bytes.

A rank is a fraction between 0 and 1 in hexadecimal digits, without its last zeros, so that there is always another one
between two.
"""

from __future__ import annotations

import secrets

from tenancy import clock

LAST_MICROSECOND = 1 << 52  # since 1970: the year 2112
LONGEST = 400


def fresh_rank() -> str:
    """The top of a column for who comes now: the later, the smaller."""
    microseconds = int(clock.now().timestamp() * 1_000_000)
    return f"{LAST_MICROSECOND - microseconds:013x}{secrets.token_hex(3)}8"


def between(above: str, beneath: str) -> str:
    """A rank after `above` ("": the top) and before `beneath` ("": the bottom). Raises ValueError if that is before."""
    digits = max(len(above), len(beneath)) + 1
    low = int(above.ljust(digits, "0"), 16)
    high = int(beneath.ljust(digits, "0"), 16) if beneath else 16**digits
    if low >= high:
        raise ValueError(f"There is nothing between {above!r} and {beneath!r}.")
    return f"{(low + high) // 2:0{digits}x}".rstrip("0")
