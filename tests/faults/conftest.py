"""One installation for all faults of a file."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.faults.ground import Ground
    from tests.faults.sender import Sender


@pytest.fixture(scope="module")
def ground() -> Iterator[Ground]:
    from config.embedded.stack import Stack
    from tests.environment import of_the_machine
    from tests.faults.ground import Ground

    with tempfile.TemporaryDirectory() as place:  # short enough a path for sockets, and open to the servers' user
        Path(place).chmod(0o755)
        with Stack(Path(place) / "var", outside=of_the_machine()) as stack:
            yield Ground(stack)


@pytest.fixture
def new_sender(ground: Ground, tmp_path: Path) -> Callable[[], Sender]:
    """A sender with an empty ledger."""
    from tests.faults.sender import Sender

    return lambda: Sender(ground, tmp_path)
