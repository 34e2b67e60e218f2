"""Identifiers: UUIDv7 inside, a prefix and 26 base-32 characters outside."""

import os
import struct
import time
from collections.abc import Iterator
from uuid import UUID, SafeUUID

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford: no I, L, O, U
_PAIRS = [first + second for first in ALPHABET for second in ALPHABET]
_new, _put = object.__new__, object.__setattr__
_SAFE = SafeUUID.unknown
_numbers: Iterator[tuple[int]]
_VALUES = {letter: value for value, letter in enumerate(ALPHABET)}


def uuid7() -> UUID:
    """A new UUIDv7 (RFC 9562, method 3: 12 bits of sub-millisecond time before 62 random ones)."""
    milliseconds, rest = divmod(time.time_ns(), 1_000_000)
    fraction = rest * 4096 // 1_000_000
    # As UUID(int=...) makes it, three times faster: a capture makes ten.
    made = _new(UUID)
    _put(made, "int", milliseconds << 80 | 0x7 << 76 | fraction << 64 | 0b10 << 62 | _random_64() >> 2)
    _put(made, "is_safe", _SAFE)
    return made


def _random_64() -> int:
    global _numbers
    try:
        return next(_numbers)[0]
    except StopIteration:
        # Many at a time: each request to the system lets other threads run first.
        _numbers = struct.iter_unpack("<Q", os.urandom(8 * 512))
        return next(_numbers)[0]


def _forget() -> None:
    global _numbers
    _numbers = struct.iter_unpack("<Q", b"")


_forget()
os.register_at_fork(after_in_child=_forget)  # two processes must not share what comes next


def public_id(prefix: str, uuid: UUID) -> str:
    """`uuid` as the outside sees it: `lead_01J...`."""
    number = uuid.int
    return f"{prefix}_{''.join([_PAIRS[number >> shift & 1023] for shift in range(120, -1, -10)])}"


def from_public(prefix: str, text: str) -> UUID:
    """The UUID behind a public id. Raises ValueError for anything that `public_id` did not make."""
    head, _, body = str(text).partition("_")
    if head != prefix or len(body) != 26:
        raise ValueError(f"An id here looks like {prefix}_ and 26 characters.")
    number = 0
    for letter in body.upper():
        if letter not in _VALUES:
            raise ValueError(f"“{letter}” does not occur in an id.")
        number = number << 5 | _VALUES[letter]
    if number >> 128:
        raise ValueError("This id is too large.")
    return UUID(int=number)
