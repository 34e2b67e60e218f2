"""What every test has at hand."""

import os
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

pytest_plugins = ["tests.database", "tests.stage", "tests.skips", "tests.shared_data"]

LONG = ("test_api_schema.py", "test_faults.py", "test_week.py", "test_run.py", "test_demo.py")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[Any]) -> None:
    """What takes a minute comes first: at the end one process would be at it while the others have nothing to do."""
    items.sort(key=lambda item: item.path.name not in LONG)


# Machines are shared and noisy: how long an example takes says nothing about the code. And a run judges one change:
# its examples are those of the run before.
settings.register_profile("shared", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
# For hours of looking, elsewhere each time: HYPOTHESIS_PROFILE=long bin/test tests/fuzz
settings.register_profile("long", settings.get_profile("shared"), derandomize=False, max_examples=6000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "shared"))
