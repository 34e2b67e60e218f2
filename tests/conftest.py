"""What every test has at hand."""

import os

from hypothesis import HealthCheck, settings

pytest_plugins = ["tests.database", "tests.stage", "tests.skips", "tests.shared_data"]

# Machines are shared and noisy: how long an example takes says nothing about the code. And a run judges one change:
# its examples are those of the run before.
settings.register_profile("shared", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
# For hours of looking, elsewhere each time: HYPOTHESIS_PROFILE=long bin/test tests/fuzz
settings.register_profile("long", settings.get_profile("shared"), derandomize=False, max_examples=6000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "shared"))
