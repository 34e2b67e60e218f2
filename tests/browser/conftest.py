"""A real browser: `page` is a fresh one. checks.py says what every page must keep."""

import os
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
expect.set_options(timeout=20_000)  # a machine that is shared may do nothing for seconds
# Playwright's loop runs in this thread, so Django believes itself in an async context.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")


def chromium_path() -> str | None:
    names = ("chromium", "chromium-browser", "google-chrome")
    return next((path for name in names if (path := shutil.which(name))), None)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    path = chromium_path()
    if path is None:
        pytest.skip("There is no Chromium. As root: apt-get install chromium fonts-liberation")
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield running
        running.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page of its own context; an error on its console fails the test."""
    context = browser.new_context(viewport={"width": 1440, "height": 900}, reduced_motion="reduce")
    opened = context.new_page()
    errors: list[str] = []
    opened.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    opened.on("pageerror", lambda error: errors.append(str(error)))
    yield opened
    context.close()
    unexpected = [error for error in whole(errors) if "status of 4" not in error]  # a refused move is a 422 by contract
    assert not unexpected, unexpected


def whole(errors: list[str]) -> list[str]:
    """Without those of requests that ended because somebody went to another page: htmx says so in two lines."""
    kept: list[str] = []
    for error in errors:
        if not error.startswith("htmx:sendAbort"):
            kept.append(error)
        elif kept and kept[-1].startswith("htmx:afterRequest"):
            kept.pop()
    return kept
