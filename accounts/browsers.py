"""Browsers on other websites, with a key that everybody can read (`tgp_...`): they may send, from its origins only."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

from django.http import HttpResponse

HEADERS = "Authorization, Content-Type, Idempotency-Key"
REMEMBERED = "7200"  # seconds; no browser keeps a preflight's answer longer


def origin(text: str) -> str:
    """An origin as browsers write it: `https://www.example.com`, with a port where it is not the usual one.

    Raises ValueError for anything else, a path included.
    """
    written = text.strip().rstrip("/").lower()
    parts = urlsplit(written)
    if parts.scheme not in ("http", "https") or not parts.hostname or written != f"{parts.scheme}://{parts.netloc}":
        raise ValueError(f"“{text[:100]}” is no origin: such as https://www.example.com is wanted.")
    if not re.fullmatch(r"[a-z0-9.-]+(:\d{1,5})?", parts.netloc):
        raise ValueError(f"“{text[:100]}” is no origin: letters, digits, dots and hyphens are wanted.")
    return written


def is_preflight(request: Any) -> bool:
    """Whether a browser asks if it may ask. That question carries no key."""
    return request.method == "OPTIONS" and "Access-Control-Request-Method" in request.headers


def preflight(request: Any) -> HttpResponse:
    """Let it ask: the key that comes with the real request decides, and no cookie counts below /api/v1/."""
    response = HttpResponse(status=204)
    response["Access-Control-Allow-Methods"] = "POST"
    response["Access-Control-Allow-Headers"] = HEADERS
    response["Access-Control-Max-Age"] = REMEMBERED
    return _readable(request, response)


def is_at_home(request: Any) -> bool:
    """Whether the browser is on one of the key's websites."""
    return request.headers.get("Origin", "").lower() in request.api_key.origins


def with_origin(request: Any, response: HttpResponse) -> HttpResponse:
    """Let a page of the key's own websites read the answer."""
    key = request.api_key
    return _readable(request, response) if key and key.is_for_browsers and is_at_home(request) else response


def _readable(request: Any, response: HttpResponse) -> HttpResponse:
    response["Access-Control-Allow-Origin"] = request.headers.get("Origin", "")
    response["Vary"] = "Origin"
    return response
