"""What every test has at hand."""

pytest_plugins = ["tests.database", "tests.stage", "tests.skips"]
