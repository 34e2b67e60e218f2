"""A proof of work of our own: the sender's browser counts until a hash fits, which costs a flood more than a person.

Nothing is stored: the puzzle is signed, and comes back with its answer. No other host is asked.
"""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from hashlib import sha256

from django.core.cache import cache
from django.core.signing import BadSignature, Signer

PUZZLE = "puzzle"  # the field of the answer
HARDEST = 60_000  # a second of a slow telephone
LASTS = timedelta(hours=2)
SEPARATOR = "~"


def puzzle(form_id: str, now: datetime) -> str:
    """A fresh puzzle: `signed` holds salt and hash; the answer is the number below HARDEST that makes the hash."""
    salt, number = secrets.token_hex(8), secrets.randbelow(HARDEST)
    ends = int((now + LASTS).timestamp())
    return _signer(form_id).sign(f"{salt}.{_hash(salt, number)}.{ends}")


def why_unsolved(answer: object, form_id: str, now: datetime) -> str:
    """The reason to put aside what came with `answer` (`signed~number`), or "". Each puzzle counts once."""
    signed, _, number = str(answer or "").rpartition(SEPARATOR)
    try:
        salt, wanted, ends = _signer(form_id).unsign(signed).split(".")
    except (BadSignature, ValueError):
        return "The puzzle against machines was not solved."
    if not (number.isascii() and number.isdigit() and len(number) < 7 and _hash(salt, int(number)) == wanted):
        return "The puzzle against machines was solved wrong."
    if now.timestamp() > int(ends):
        return "The puzzle against machines was too old."
    if not cache.add(f"puzzle-{salt}", True, LASTS.total_seconds()):
        return "The puzzle against machines was used before."
    return ""


def _hash(salt: str, number: int) -> str:
    return sha256(f"{salt}{number}".encode()).hexdigest()


def _signer(form_id: str) -> Signer:
    return Signer(salt=f"puzzle {form_id}", sep=":")
