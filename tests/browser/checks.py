"""What every page must keep in a browser: no axe violation, nothing wider than the screen; both themes, and phones."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page

Theme = Literal["light", "dark"]
SIZES = {"desk": (1440, 900), "phone": (390, 844), "narrow": (320, 640)}
# Colours change with the next frame after the theme.
PAINTED = "new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, 20))))"
THEMES: tuple[Theme, ...] = ("light", "dark")


def leave_by(control: Locator) -> None:
    """Click what asks for another page; back once that page is loaded."""
    with control.page.expect_navigation():
        control.click()


def looks(page: Page) -> Iterator[str]:
    """Show the page at every size in both themes; yields a name of each look."""
    for theme in THEMES:
        page.emulate_media(color_scheme=theme)
        for size, (width, height) in SIZES.items():
            page.set_viewport_size({"width": width, "height": height})
            yield f"{size}-{theme}"


def assert_accessible(page: Page, look: str = "") -> None:
    """WCAG 2.2 AA as far as axe can tell: no violation at all."""
    page.evaluate(PAINTED)
    found = Axe().run(page).response["violations"]
    if found:  # a busy machine may have painted half of the new theme: what is wrong stays wrong
        page.wait_for_timeout(500)
        found = Axe().run(page).response["violations"]
    assert not found, [(look, rule["id"], node["html"][:200]) for rule in found for node in rule["nodes"]]


def assert_fits(page: Page, look: str = "") -> None:
    """Nothing makes the page itself scroll sideways."""
    wide, seen = page.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
    assert wide <= seen, f"{look}: {wide} px of content on {seen} px"


def screenshot(page: Page, name: str) -> None:
    """Kept for the eye when TOLLGATE_SHOTS names a folder."""
    if folder := os.environ.get("TOLLGATE_SHOTS"):
        Path(folder).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=Path(folder) / f"{name}.png")


def assert_good(page: Page, name: str) -> None:
    """All of it, at every size and in both themes."""
    page.wait_for_load_state()
    for look in looks(page):
        assert_fits(page, look)
        assert_accessible(page, look)
        screenshot(page, f"{name}-{look}")
