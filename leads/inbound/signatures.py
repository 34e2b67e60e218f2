"""Is it theirs, is it of today, did we have it already? Each protocol's seal on what it sends, from its documentation.

- Standard Webhooks: HMAC-SHA256 over `id.timestamp.body`, base64, in `webhook-signature` (`v1,...`, several allowed).
- Meta: HMAC-SHA256 over the body with the app's secret, hex, in `X-Hub-Signature-256` (`sha256=...`).
- LinkedIn: HMAC-SHA256 over `hmacsha256=` and the body with the client's secret, hex, in `X-LI-Signature`; its
  challenge is answered by the HMAC-SHA256 of the code alone.

https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
https://developers.facebook.com/docs/graph-api/webhooks/getting-started/
https://learn.microsoft.com/en-us/linkedin/shared/api-guide/webhook-validation
"""

from __future__ import annotations

import base64
import binascii
import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

from leads.models import Inlet, Protocol

TOLERANCE = timedelta(minutes=5)  # of Standard Webhooks, both ways
AD_TOLERANCE = timedelta(days=3)  # Meta and LinkedIn try again for a day and a half; their time is in the body


class Refused(Exception):
    """Not sealed by who we know, or not now."""


@dataclass(frozen=True)
class Sealed:
    """`delivery_id` is the sender's name for it (the same when it is sent again), `seal` this one signature."""

    delivery_id: str = ""
    seal: str = ""


def check(inlet: Inlet, headers: Mapping[str, str], body: bytes, now: datetime) -> Sealed:
    """Check what arrived at `now` (aware). An inlet without a secret trusts its address alone; Raises Refused."""
    sent_id = headers.get("webhook-id") or headers.get("Idempotency-Key") or ""
    if not inlet.secret:
        if inlet.protocol in CHECKS:
            raise Refused("The secret that it is signed with is not set yet.")
        return Sealed(delivery_id=_named(inlet, sent_id))
    return CHECKS.get(inlet.protocol, _standard)(inlet, headers, body, now)


def too_old(payload: Any, now: datetime) -> bool:
    """Whether a signed notice of Meta or LinkedIn was made longer ago than they go on trying."""
    times = [_moment(value) for value in _times(payload)]
    return any(at is not None and abs(now - at) > AD_TOLERANCE for at in times)


def _standard(inlet: Inlet, headers: Mapping[str, str], body: bytes, now: datetime) -> Sealed:
    sent_id, sent_at = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    given = headers.get("webhook-signature", "")
    if not (sent_id and sent_at and given):
        raise Refused("It has no signature.")
    at = _moment(sent_at)
    if at is None or abs(now - at) > TOLERANCE:
        raise Refused("Its time is more than five minutes from now.")
    expected = base64.b64encode(_hmac(_standard_key(inlet.secret), f"{sent_id}.{sent_at}.".encode() + body)).decode()
    versions = (part.partition(",") for part in given.split()[:20])
    if not any(version == "v1" and _same(value, expected) for version, _, value in versions):
        raise Refused("Its signature is not right.")
    return Sealed(_named(inlet, sent_id), f"{sent_at}:{expected}")


def _standard_key(secret: str) -> bytes:
    try:
        return base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    except (binascii.Error, ValueError):
        return secret.encode()


def _meta(inlet: Inlet, headers: Mapping[str, str], body: bytes, now: datetime) -> Sealed:
    return _hex_seal(headers.get("X-Hub-Signature-256", "").removeprefix("sha256="), inlet.secret, body)


def _linkedin(inlet: Inlet, headers: Mapping[str, str], body: bytes, now: datetime) -> Sealed:
    given = headers.get("X-LI-Signature", "").removeprefix("hmacsha256=")
    return _hex_seal(given, inlet.secret, b"hmacsha256=" + body)


def _hex_seal(given: str, secret: str, signed: bytes) -> Sealed:
    expected = _hmac(secret.encode(), signed).hex()
    if not given:
        raise Refused("It has no signature.")
    if not _same(given.lower(), expected):
        raise Refused("Its signature is not right.")
    return Sealed(expected, expected)  # the same notice has the same body, and so the same signature


def challenge_response(secret: str, code: str) -> str:
    """What LinkedIn wants to hear to its `challengeCode`, hex."""
    return _hmac(secret.encode(), code.encode()).hex()


def _hmac(key: bytes, message: bytes) -> bytes:
    return hmac.digest(key, message, sha256)


def _same(given: str, expected: str) -> bool:
    return hmac.compare_digest(given.encode("utf-8", "replace"), expected.encode())


def _named(inlet: Inlet, sent_id: str) -> str:
    """A sender's name for a message; another sender of the same source may use it, too."""
    # Long names are not refused, only shortened; a digest keeps them apart.
    short = sent_id if len(sent_id) <= 80 else sha256(sent_id.encode("utf-8", "replace")).hexdigest()
    return f"{short} {inlet.public_id}" if sent_id else ""


def _times(payload: Any) -> list[Any]:
    if not isinstance(payload, dict):
        return []
    entries = payload.get("entry")
    entries = entries if isinstance(entries, list) else []
    return [payload.get("occurredAt"), *(entry.get("time") for entry in entries if isinstance(entry, dict))]


def _moment(value: Any) -> datetime | None:
    """A Unix time in seconds, or milliseconds where it is too large for that."""
    try:
        seconds = int(value)
        return datetime.fromtimestamp(seconds / 1000 if seconds > 10**11 else seconds, UTC)
    except (TypeError, ValueError, OverflowError, OSError):
        return None


Check = Callable[[Inlet, Mapping[str, str], bytes, datetime], Sealed]
CHECKS: dict[str, Check] = {Protocol.STANDARD: _standard, Protocol.META: _meta, Protocol.LINKEDIN: _linkedin}
