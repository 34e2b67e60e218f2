"""The way in for those who bring a secret instead of a session: an API key, a form's link, an inbound token."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from uuid import UUID

from tenancy.models import Account, Door
from tenancy.scope import scope

# A key is looked at again behind its door, so that remembering where it leads lets nobody in who was shut out.
REMEMBERED, SECONDS, MOST = frozenset({"key"}), 5.0, 10_000
_kept: dict[bytes, tuple[Account, float]] = {}


class NoDoor(Exception):
    """The secret opens nothing."""


def digest(kind: str, secret: str) -> bytes:
    """SHA-256 of a secret with its kind (`key`, `form`, `token`, `user`), so that no two kinds can be mistaken."""
    return sha256(f"{kind}:{secret}".encode()).digest()


def open_door(kind: str, secret: str, account: Account) -> None:
    """Let `secret` lead to `account` from now on. Safe to repeat."""
    Door.objects.get_or_create(digest=digest(kind, secret), account=account)


def close_door(kind: str, secret: str, account: Account) -> None:
    Door.objects.filter(digest=digest(kind, secret), account=account).delete()


def behind(kind: str, secret: str) -> Account:
    """The account a secret leads to. Raises NoDoor."""
    sha = digest(kind, secret)
    kept = _kept.get(sha)
    if kept and kept[1] > time.monotonic():
        return kept[0]
    door = Door.objects.select_related("account").filter(digest=sha).first()
    if door is None:
        raise NoDoor
    if kind in REMEMBERED:
        if len(_kept) > MOST:
            _kept.clear()
        _kept[sha] = (door.account, time.monotonic() + SECONDS)
    return door.account


@contextmanager
def through_door(kind: str, secret: str) -> Iterator[Account]:
    """Work in the scope of the account behind a secret. Raises NoDoor."""
    with scope(behind(kind, secret)) as account:
        yield account


def accounts_of_user(user_id: int | UUID) -> list[Account]:
    """The accounts in which a user is a member, by name."""
    return list(Account.objects.filter(doors__digest=digest("user", str(user_id))).order_by("name"))
