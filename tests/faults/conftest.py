"""One installation for all faults of a file."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.faults.ground import Ground
    from tests.faults.sender import Sender


@pytest.fixture(scope="module")
def ground() -> Iterator[Ground]:
    from tests.faults.ground import Ground
    from tests.installation import installed

    with installed() as stack:
        yield Ground(stack)


@pytest.fixture
def new_sender(ground: Ground, tmp_path: Path) -> Callable[[], Sender]:
    """A sender with an empty ledger."""
    from tests.faults.sender import Sender

    return lambda: Sender(ground, tmp_path)
