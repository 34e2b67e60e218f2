"""The whole product as processes, on a copy of this run's migrated database: up in seconds instead of half a minute."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from itertools import count
from pathlib import Path

from config.embedded.stack import Stack
from tests import environment

_numbers = count(1)


@contextmanager
def installed(settings: Mapping[str, str] | None = None) -> Iterator[Stack]:
    """A running Stack; `settings` are further variables for its processes."""
    name = f"test_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}_stack_{next(_numbers)}"
    environment.clone(name)
    urls = environment.role_urls(name)
    outside = environment.of_the_machine() | {
        "DATABASE_URL": urls["app"],
        "OWNER_DATABASE_URL": urls["owner"],
        "WORKER_DATABASE_URL": urls["worker"],
    }
    # Short enough a path for Valkey's socket.
    with (
        tempfile.TemporaryDirectory() as place,
        Stack(Path(place) / "var", outside=outside, settings=settings) as stack,
    ):
        stack.urls |= urls
        yield stack
    environment.drop(name)
