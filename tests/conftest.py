"""What every test has at hand."""

from hypothesis import HealthCheck, settings

pytest_plugins = ["tests.database", "tests.stage", "tests.skips"]

# Machines are shared and noisy: how long an example takes says nothing about the code.
settings.register_profile("shared", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("shared")
