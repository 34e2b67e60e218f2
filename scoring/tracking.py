"""The tracking script of a website, `/t/<browser key>.js`, and the door its signals come in by.

Signals come as plain text, so that no browser asks first and a page that is being left can still send.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from accounts.models import ApiKey
from accounts.parsers import MOST
from accounts.roles import Scope
from leads.spam import is_listed
from scoring.engagement import Sent, introduce, receive
from scoring.signals_api import SignalIn
from scoring.tickets import lead_on
from tenancy import clock, door
from tenancy.scope import current_account, scope

AT_ONCE = 20


@require_safe
def script(request: HttpRequest, key: str) -> HttpResponse:
    """The script: it does nothing at all until the page says `tollgate("consent")`."""
    with _browser_key(key):
        told = {"to": request.build_absolute_uri(reverse("track-signals", args=[key]))}
        body = f"(() => {{\nconst given = {json.dumps(told)};\n{_code()}}})();\n"
    response = HttpResponse(body, content_type="text/javascript; charset=utf-8")
    response["Cache-Control"] = "public, max-age=300"
    response["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


@csrf_exempt  # strangers have no session to ride on
@require_POST
def take(request: HttpRequest, key: str) -> HttpResponse:
    """Signals of a visitor, from a page of the key's origins; anything else is passed over."""
    with _browser_key(key) as found:
        if is_listed(request.headers.get("Origin", ""), found.origins):
            rows = [SignalIn(data=row) for row in _rows(request) if isinstance(row, dict)]
            good = [row.validated_data for row in rows if row.is_valid() and row.validated_data.get("visitor")]
            _introduce([row.initial_data for row in rows if row.is_valid()])
            agent = request.headers.get("User-Agent", "")[:1000]
            receive([_sent(row | {"user_agent": agent}) for row in good], by=found.by)
    return HttpResponse(status=204)


def _introduce(rows: list[dict[str, Any]]) -> None:
    """Visitors who came by a link in our mail, with the ticket that says whose browser it is."""
    account, now = current_account(), clock.now()
    named = {str(row.get("visitor", "")): lead_on(account, row.get("ticket"), now) for row in rows if "ticket" in row}
    who = {visitor: lead_id for visitor, lead_id in named.items() if visitor and lead_id}
    if who:
        introduce(who)


def _sent(row: dict[str, Any]) -> Sent:
    """A page may speak of its own visitor only: to whom it belongs is not for a stranger to say."""
    said = {name: value for name, value in row.items() if name not in ("lead", "email")}
    return Sent(**{"occurred_at": clock.now()} | said)


@contextmanager
def _browser_key(secret: str) -> Iterator[ApiKey]:
    """The live browser's key that may send signals, inside its account. Raises Http404."""
    try:
        account = door.behind("key", secret)
    except door.NoDoor:
        raise Http404 from None
    with scope(account):
        key = ApiKey.live(account, secret)
        if key is None or not key.is_for_browsers or Scope.SIGNALS_WRITE not in key.scopes:
            raise Http404
        yield key


def _rows(request: HttpRequest) -> list[Any]:
    if int(request.META.get("CONTENT_LENGTH") or 0) > MOST:
        return []
    try:
        rows = json.loads(request.body)
    except (ValueError, RecursionError):
        return []
    return rows[:AT_ONCE] if isinstance(rows, list) else []


@cache
def _code() -> str:
    return str((settings.BASE_DIR / "static/js/embed/track.js").read_text())
