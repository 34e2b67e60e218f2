"""The same Idempotency-Key with the same body gets the same answer, for 24 hours."""

import json
from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from hashlib import sha256
from typing import Any

from django.db import OperationalError
from rest_framework.response import Response

from accounts.problems import Problem
from accounts.rendering import as_json
from tenancy import clock
from tenancy.ids import uuid7
from tenancy.prepared import prepared
from tenancy.scope import current_account

KEPT = timedelta(hours=24)
TWIN_PATIENCE = "10s"

View = Callable[..., Response]

_BEFORE = "SELECT digest, status, body FROM answered_before(%s, %s, %s, %s)"
_KEEP = """
    INSERT INTO idempotent_answer (id, account_id, key, digest, status, body, created_at)
    VALUES (%s, %s, %s, %s, %s, %s, %s)
    ON CONFLICT (account_id, key) DO UPDATE
       SET digest = excluded.digest, status = excluded.status, body = excluded.body, created_at = excluded.created_at
"""


def idempotent(view: View) -> View:
    """Answer a repeated POST from memory. A twin still running is waited for, 10 s at most (409)."""

    @wraps(view)
    def once(request: Any, *args: Any, **kwargs: Any) -> Response:
        key = request.headers.get("Idempotency-Key", "")
        if not key or request.method != "POST":
            return view(request, *args, **kwargs)
        if len(key) > 255 or "\x00" in key:
            raise Problem(400, "Malformed", "An Idempotency-Key has at most 255 characters.")
        key, digest = kept_as(request, key), digest_of(request)
        if before := answered(key):
            return replay(digest, *before)
        response = view(request, *args, **kwargs)
        if response.status_code < 400:
            remember(key, digest, response)
        return response

    return once


def kept_as(request: Any, key: str) -> str:
    """Strangers read a browser's key: their names of requests must neither get nor hold up a partner's answer."""
    api_key = request._request.api_key
    return sha256(f"{api_key.pk} {key}".encode()).hexdigest() if api_key and api_key.is_for_browsers else key


def digest_of(request: Any) -> bytes:
    """Of what was asked, where, and by which member: another may not see what this one was told. Uploads are read piece
    by piece: they need not fit into memory."""
    member = request._request.member
    said = sha256(f"{request.method} {request.path} {member.pk if member else ''}\n".encode())
    if not (request.content_type or "").startswith("multipart/"):
        said.update(request._request.body)
        return said.digest()
    for name in sorted(request.data):
        for value in request.data.getlist(name):
            said.update(f"\n{name}\n".encode())
            for piece in value.chunks() if hasattr(value, "chunks") else [str(value).encode()]:
                said.update(piece)
    return said.digest()


def answered(key: str) -> tuple[bytes, int, str] | None:
    """The digest, status and body of the key's answer, or None; from now on a twin waits for this transaction.

    Raises 409 while one that came before still runs.
    """
    try:
        cursor = prepared()
        cursor.execute(_BEFORE, [current_account().pk, key, clock.now() - KEPT, TWIN_PATIENCE])
        found: tuple[bytes, int, str] | None = cursor.fetchone()
        return found
    except OperationalError:
        raise Problem(409, "Conflict", "The same request is still running. Ask again in a moment.") from None


def replay(digest: bytes, asked: bytes, status: int, body: str) -> Response:
    if bytes(asked) != digest:
        raise Problem(
            422,
            "Understood and refused",
            "This Idempotency-Key was used with another body. Use a new key for a new request.",
        )
    return Response(json.loads(body), status=status, headers={"Idempotent-Replayed": "true"})


def remember(key: str, digest: bytes, response: Response) -> None:
    # The body may hold dates and ids: keep exactly what will be sent.
    body, account = as_json(response.data).decode(), current_account()
    prepared().execute(_KEEP, [uuid7(), account.pk, key, digest, response.status_code, body, clock.now()])
