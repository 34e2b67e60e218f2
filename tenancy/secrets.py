"""Secrets of others that we must be able to use again: encrypted in the database, plain only in memory.

Fernet (AES-128-CBC with HMAC-SHA256) under keys derived from settings.SECRET_KEY and, for reading only, from
settings.SECRET_KEY_FALLBACKS. Who has a copy of the database alone has none of them.
"""

from __future__ import annotations

import base64
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.db import models

PURPOSE = b"tollgate secrets at rest"


class SecretLost(Exception):
    """It was encrypted with a key that is neither SECRET_KEY nor among SECRET_KEY_FALLBACKS."""


def encrypted(plain: str) -> str:
    """Under the newest key. "" stays "": that there is no secret is none."""
    return _fernet().encrypt(plain.encode()).decode() if plain else ""


def decrypted(kept: str) -> str:
    """Raises SecretLost."""
    try:
        return _fernet().decrypt(kept.encode()).decode() if kept else ""
    except InvalidToken:
        raise SecretLost("A secret can't be read. Is the former SECRET_KEY in SECRET_KEY_FALLBACKS?") from None


def _fernet() -> MultiFernet:
    return _fernet_of(str(settings.SECRET_KEY), *map(str, settings.SECRET_KEY_FALLBACKS))


@lru_cache(maxsize=8)
def _fernet_of(*keys: str) -> MultiFernet:
    # Its own derivation: what is signed elsewhere with the same SECRET_KEY says nothing about this key.
    derived = (HKDF(algorithm=SHA256(), length=32, salt=None, info=PURPOSE).derive(key.encode()) for key in keys)
    return MultiFernet([Fernet(base64.urlsafe_b64encode(key)) for key in derived])


if TYPE_CHECKING:
    Text = models.CharField[str, str]
else:
    Text = models.CharField  # it takes no types at run time


class SecretField(Text):
    """A text that is kept encrypted. `max_length` is of the plain text. Nothing can be looked up by it."""

    def get_internal_type(self) -> str:
        return "TextField"

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> str | None:
        return None if value is None else decrypted(value)

    def get_db_prep_save(self, value: Any, connection: Any) -> Any:
        return encrypted(value) if isinstance(value, str) else super().get_db_prep_save(value, connection)

    def get_lookup(self, lookup_name: str) -> Any:
        # The same secret is encrypted differently each time: a comparison would be wrong without a word.
        raise TypeError(f"Nothing can be looked up by {self.name}.")
