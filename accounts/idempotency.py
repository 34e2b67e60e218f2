"""The same Idempotency-Key with the same body gets the same answer, for 24 hours."""

import json
from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from hashlib import sha256
from typing import Any

from django.db import OperationalError
from rest_framework.response import Response
from rest_framework.utils.encoders import JSONEncoder

from accounts.models import IdempotentAnswer
from accounts.problems import Problem
from tenancy import clock
from tenancy.ids import uuid7
from tenancy.prepared import prepared
from tenancy.scope import current_account

KEPT = timedelta(hours=24)
TWIN_PATIENCE = "10s"

View = Callable[..., Response]

# One statement: between asking and reserving, a twin could do the same. The unique key makes the second wait for the
# first's transaction, and then either finds its answer or, if that was rolled back, takes its place.
_TAKE = """
    WITH patience AS (SELECT set_config('lock_timeout', %s, true))
    INSERT INTO idempotent_answer (id, account_id, key, digest, created_at)
    SELECT %s, %s, %s, %s, %s FROM patience
    ON CONFLICT (account_id, key) DO UPDATE
       SET digest = excluded.digest, created_at = excluded.created_at, status = NULL, body = NULL
     WHERE idempotent_answer.created_at < %s
"""
_KEEP = "UPDATE idempotent_answer SET status = %s, body = %s WHERE account_id = %s AND key = %s"


def idempotent(view: View) -> View:
    """Answer a repeated POST from memory. A twin still running is waited for, 10 s at most (409)."""

    @wraps(view)
    def once(request: Any, *args: Any, **kwargs: Any) -> Response:
        key = request.headers.get("Idempotency-Key", "")
        if not key or request.method != "POST":
            return view(request, *args, **kwargs)
        if len(key) > 255 or "\x00" in key:
            raise Problem(400, "Malformed", "An Idempotency-Key has at most 255 characters.")
        digest = digest_of(request)
        if not take(key, digest):
            return replay(key, digest)
        response = view(request, *args, **kwargs)
        if response.status_code < 400:
            remember(key, response)
        return response

    return once


def digest_of(request: Any) -> bytes:
    """Of what was asked, and where. Uploads are read piece by piece: they need not fit into memory."""
    said = sha256(f"{request.method} {request.path}\n".encode())
    if not (request.content_type or "").startswith("multipart/"):
        said.update(request._request.body)
        return said.digest()
    for name in sorted(request.data):
        for value in request.data.getlist(name):
            said.update(f"\n{name}\n".encode())
            for piece in value.chunks() if hasattr(value, "chunks") else [str(value).encode()]:
                said.update(piece)
    return said.digest()


def take(key: str, digest: bytes) -> bool:
    """Reserve the key for this transaction; False if it was answered before. Raises 409 while a twin still runs."""
    account, now = current_account(), clock.now()
    try:
        cursor = prepared()
        cursor.execute(_TAKE, [TWIN_PATIENCE, uuid7(), account.pk, key, digest, now, now - KEPT])
        return bool(cursor.rowcount)
    except OperationalError:
        raise Problem(409, "Conflict", "The same request is still running. Ask again in a moment.") from None


def replay(key: str, digest: bytes) -> Response:
    before = IdempotentAnswer.objects.get(key=key)
    if bytes(before.digest) != digest:
        raise Problem(
            422,
            "Understood and refused",
            "This Idempotency-Key was used with another body. Use a new key for a new request.",
        )
    return Response(before.body, status=before.status, headers={"Idempotent-Replayed": "true"})


def remember(key: str, response: Response) -> None:
    # The body may hold dates and ids: keep exactly what the renderer will send.
    body = json.dumps(response.data, cls=JSONEncoder)
    prepared().execute(_KEEP, [response.status_code, body, current_account().pk, key])
