from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tenancy.models import Account
    from tests.reports.golden import World

# This file may be read before Django's settings are: the models come in with the fixtures.


@pytest.fixture
def account(db: None) -> Account:
    from tenancy.models import Account

    return Account.objects.create(name="Golden", slug="golden", time_zone="UTC", currency="EUR")


@pytest.fixture
def golden(account: Account) -> Iterator[World]:
    """The worked data, looked at on 1 April."""
    from tests.reports.golden import at_work, golden_world

    with at_work(account):
        yield golden_world(account)


@pytest.fixture
def world(account: Account) -> Iterator[World]:
    """No deal yet, on 1 April."""
    from tests.reports.golden import at_work, empty_world

    with at_work(account):
        yield empty_world(account)
