"""Imported before Django is set up, so models come late."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tenancy.models import Account


@pytest.fixture
def scored_account(account: Account, cast: SimpleNamespace) -> SimpleNamespace:
    """Acme with its cast and the default model."""
    from scoring.defaults import publish_default_model
    from tenancy.scope import scope
    from tests.scoring.models import PROFILE

    with scope(account):
        cast.model = publish_default_model(account, PROFILE)
    return cast
