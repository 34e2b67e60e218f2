"""A proof of work of our own: the sender's browser counts until a hash fits, which costs a flood more than a person.

The puzzle is signed and comes back with its answer; only those that have counted are stored. No other host is asked.
"""

from __future__ import annotations

import secrets
from datetime import UTC, datetime
from hashlib import sha256

from django.core.signing import BadSignature, Signer
from django.db import IntegrityError, transaction

from leads.models import SpentPuzzle
from leads.spam import OLDEST

PUZZLE = "puzzle"  # the field of the answer
HARDEST = 60_000  # a second of a slow telephone
LASTS = OLDEST  # as long as the page may stand open
SEPARATOR = "~"
SWEPT = 20  # old ones at once: more than come in, and never a long wait


def puzzle(form_id: str, now: datetime) -> str:
    """A fresh puzzle: `signed` holds salt and hash; the answer is the number below HARDEST that makes the hash."""
    salt, number = secrets.token_hex(8), secrets.randbelow(HARDEST)
    ends = int((now + LASTS).timestamp())
    return _signer(form_id).sign(f"{salt}.{_hash(salt, number)}.{ends}")


def why_unsolved(answer: object, form_id: str, now: datetime) -> str:
    """The reason to put aside what came with `answer` (`signed~number`), or "".

    Each puzzle counts once, in the transaction of what came with it: if that fails, it may be sent again.
    """
    signed, _, number = str(answer or "").rpartition(SEPARATOR)
    try:
        salt, wanted, ends = _signer(form_id).unsign(signed).split(".")
    except (BadSignature, ValueError):
        return "The puzzle against machines was not solved."
    if not (number.isascii() and number.isdigit() and len(number) < 7 and _hash(salt, int(number)) == wanted):
        return "The puzzle against machines was solved wrong."
    if now.timestamp() > int(ends):
        return "The puzzle against machines was too old."
    _forget_old(now)
    return (
        "" if _spend(salt, datetime.fromtimestamp(int(ends), UTC)) else "The puzzle against machines was used before."
    )


def _spend(salt: str, ends_at: datetime) -> bool:
    """False if it has counted before; of two at the same moment the second waits for the first."""
    try:
        with transaction.atomic():
            SpentPuzzle.objects.create(salt=salt, ends_at=ends_at)
    except IntegrityError:
        return False
    return True


def _forget_old(now: datetime) -> None:
    # Those that another process is removing are skipped: nobody's form waits for a broom.
    old = SpentPuzzle.objects.filter(ends_at__lt=now).order_by("ends_at").select_for_update(skip_locked=True)
    SpentPuzzle.objects.filter(pk__in=list(old.values_list("pk", flat=True)[:SWEPT])).delete()


def _hash(salt: str, number: int) -> str:
    return sha256(f"{salt}{number}".encode()).hexdigest()


def _signer(form_id: str) -> Signer:
    return Signer(salt=f"puzzle {form_id}", sep=":")
