from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from workspace.opening import Opened


@pytest.fixture
def opened(transactional_db: None) -> Opened:
    """An account with rules, scoring and a pipeline, so that everything follows that can follow; nothing is due."""
    from events.drain import drain
    from workspace.opening import open_account

    made = open_account("Acme", "ada@acme.example", template="it_services")
    drain()
    return made
