"""Leads in a pipeline, an account with the default cadences, and mails that go nowhere."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tenancy.models import Account

MONDAY = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)  # 10:00 in London, a working day


@pytest.fixture
def cadences(in_scope: Account) -> Account:
    from followups.defaults import install

    install()
    return in_scope


@pytest.fixture
def monday() -> Any:
    from tenancy import clock

    with clock.at(MONDAY):
        yield MONDAY
