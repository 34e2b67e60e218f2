"""Where TOLLGATE_NO_SKIPS is set (CI), a skipped test fails the run: a pytest plugin."""

import os

import pytest


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """The terminal's reporter knows the results of all xdist workers."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("TOLLGATE_NO_SKIPS") and reporter and reporter.stats.get("skipped") and not session.exitstatus:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
