"""From which address does a stranger call?"""

from __future__ import annotations

from ipaddress import ip_address

from django.conf import settings
from django.http import HttpRequest


def address_of(request: HttpRequest) -> str | None:
    """The caller's IP address, or None where there is none (a socket).

    `X-Forwarded-For` is what callers like to make up: only the entry that our own outermost proxy wrote counts, and
    only when settings.TRUSTED_PROXIES says that there is one.
    """
    hops = settings.TRUSTED_PROXIES
    chain = [part.strip() for part in request.headers.get("X-Forwarded-For", "").split(",")]
    said = chain[-hops] if 0 < hops <= len(chain) else ""
    return _valid(said) or _valid(request.META.get("REMOTE_ADDR", ""))


def _valid(text: str) -> str | None:
    try:
        return str(ip_address(text.partition("%")[0]))
    except ValueError:
        return None
