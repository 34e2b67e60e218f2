"""Real files beside the repository, in ../shared/data: a pytest plugin.

They may not be in it, so a clean checkout has none: tests marked `shared_data` are left out there, and the first lines
of the run say so. Skipped they are not: nobody could do anything about it.
"""

from __future__ import annotations

from pathlib import Path

import pytest

FOLDER = next((found for up in Path(__file__).parents if (found := up / "shared" / "data").is_dir()), None)


def shared(name: str) -> Path:
    """The path of a file; only for tests marked `shared_data`."""
    assert FOLDER
    return FOLDER / name


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "shared_data: reads ../shared/data; left out where that is not there")


def pytest_report_header() -> str | None:
    return None if FOLDER else "*** Tests of the real files are left out: there is no ../shared/data ***"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if FOLDER is None and (without := [item for item in items if item.get_closest_marker("shared_data")]):
        config.hook.pytest_deselected(items=without)
        items[:] = [item for item in items if item not in without]
