"""What routing's tests begin with. Models are imported late: Django isn't set up yet when this is read."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tenancy.models import Account


@pytest.fixture(autouse=True)
def working_hours() -> Iterator[None]:
    """It is Tuesday morning, whenever the tests run: at night nobody would be there. Threads have their own clock."""
    from tenancy import clock

    with clock.at(datetime(2026, 3, 17, 9, 42, tzinfo=UTC)):
        yield


@pytest.fixture
def rules(account: Account, cast: SimpleNamespace) -> SimpleNamespace:
    """An account with its cast and the default rules; gives the cast."""
    from routing.defaults import publish_default_rules
    from tenancy.scope import scope

    with scope(account):
        publish_default_rules()
    return cast
