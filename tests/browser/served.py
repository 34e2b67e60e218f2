"""A page of the running application, seen by somebody who is signed in."""

from __future__ import annotations

from typing import Any

from django.test import Client
from playwright.sync_api import Page


def sign_in(page: Page, server: Any, user: Any) -> None:
    """Give the browser the session that `user` would have after the login page."""
    client = Client()
    client.force_login(user)
    cookie = client.cookies["sessionid"]
    page.context.add_cookies([{"name": "sessionid", "value": cookie.value, "url": server.url}])
