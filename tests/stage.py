"""Fixtures: an account, its cast, a stranger. A pytest plugin, so models are imported late."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from accounts.models import Member
    from tenancy.models import Account


@pytest.fixture
def account(db: None) -> Account:
    from tests.factories import an_account

    return an_account()


@pytest.fixture
def cast(account: Account) -> SimpleNamespace:
    """Ada, Max, Rita, Raj and Mo of the account."""
    from tests.factories import the_cast

    return the_cast(account)


@pytest.fixture
def in_scope(account: Account) -> Iterator[Account]:
    """The test runs inside the account's scope."""
    from tenancy.scope import scope

    with scope(account):
        yield account


@pytest.fixture
def eve(db: None) -> Member:
    """The admin of another account, Globex."""
    from accounts.roles import Role
    from tenancy.scope import scope
    from tests.factories import a_member, an_account

    with scope(an_account("globex")):
        return a_member("Eve", Role.ADMIN)
