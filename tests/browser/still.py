"""Pages without a server: a template with sample data, our static files, and the content security policy on top."""

import mimetypes
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.template.backends.django import DjangoTemplates
from playwright.sync_api import Page, Route

HOST = "http://tollgate.test"
POLICY = "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'"
HERE = Path(__file__).parent / "templates"


@cache
def engine() -> DjangoTemplates:
    """As the product has it, and the templates beside this file."""
    chosen: dict[str, Any] = {name: value for name, value in settings.TEMPLATES[0].items() if name != "BACKEND"}
    return DjangoTemplates({**chosen, "NAME": "still", "DIRS": [*chosen["DIRS"], HERE]})


def render(template: str, **context: Any) -> str:
    return str(engine().get_template(template).render({"frame": None, "csrf_token": "token", **context}))


def show(page: Page, html: str) -> None:
    """Open `html` in the browser; whatever it requests but static files is answered with 204."""
    page.route(f"{HOST}/**", lambda route: answer(route, html))
    page.goto(f"{HOST}/")


def answer(route: Route, html: str) -> None:
    path = route.request.url.removeprefix(HOST).split("?")[0]
    if path == "/":
        route.fulfill(body=html, content_type="text/html; charset=utf-8", headers={"Content-Security-Policy": POLICY})
    elif path.startswith(settings.STATIC_URL):
        file = Path(settings.STATICFILES_DIRS[0]) / path.removeprefix(settings.STATIC_URL)
        route.fulfill(path=file, content_type=mimetypes.guess_type(file.name)[0] or "font/woff2")
    else:
        route.fulfill(status=204)
