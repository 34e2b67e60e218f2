"""Inlets, and how their senders sign."""

from __future__ import annotations

import base64
import hmac
import json
from typing import Any

from django.test import Client

from leads.models import Inlet, Protocol
from tenancy import clock
from tenancy.models import Account
from tenancy.scope import scope
from tests.factories import a_source

SECRET = "whsec_" + base64.b64encode(b"a secret of 24 bytes or so").decode()


def an_inlet(account: Account, protocol: str = Protocol.GENERIC, **columns: Any) -> Inlet:
    with scope(account):
        source = a_source("Partner", "webhook")
        inlet: Inlet = Inlet.objects.create(name=f"Door {protocol}", source=source, protocol=protocol, **columns)
        inlet.publish()
    return inlet


def send(inlet: Inlet, body: Any, **headers: str) -> Any:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Client().post(f"/in/{inlet.token}/", raw, content_type="application/json", headers=headers)


def sealed(body: bytes, message_id: str = "msg_1", at: int | None = None, secret: str = SECRET) -> dict[str, str]:
    """Headers of Standard Webhooks."""
    stamp = str(at if at is not None else int(clock.now().timestamp()))
    key = base64.b64decode(secret.removeprefix("whsec_"))
    mac = hmac.digest(key, f"{message_id}.{stamp}.".encode() + body, "sha256")
    return {
        "webhook-id": message_id,
        "webhook-timestamp": stamp,
        "webhook-signature": f"v1,{base64.b64encode(mac).decode()}",
    }


def meta_sealed(body: bytes, secret: str = SECRET) -> dict[str, str]:
    return {"X-Hub-Signature-256": "sha256=" + hmac.digest(secret.encode(), body, "sha256").hex()}


def linkedin_sealed(body: bytes, secret: str = SECRET) -> dict[str, str]:
    return {"X-LI-Signature": hmac.digest(secret.encode(), b"hmacsha256=" + body, "sha256").hex()}
