"""Does this look like a machine? A reason to put a submission aside for a person to look at, never to lose it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.core.signing import BadSignature, Signer

from leads.domains import is_disposable
from leads.models import Form

HONEYPOT = "homepage_2"  # people don't see it; machines fill everything
STAMP = "t"
FASTEST = timedelta(seconds=2)
OLDEST = timedelta(days=7)  # a page left open for longer is rarer than one that a machine recorded
LINKS = 4  # in what one person asks
LINK = re.compile(r"https?://|\bwww\.|\[url|<a\s", re.IGNORECASE)
LINKLESS = ("name", "first_name", "last_name", "job_title", "phone")
FLOOD, WHILE = 20, timedelta(minutes=1)  # more than that from one address is no person


def stamp(form_id: str, now: datetime) -> str:
    """When the page was shown, signed; comes back with the submission."""
    return Signer(salt=form_id).sign_object(int(now.timestamp()))


def why_spam(payload: dict[str, Any], form_id: str, now: datetime) -> str:
    """The reason to put a submission aside, or ""."""
    if payload.get(HONEYPOT):
        return "A field that people do not see was filled in."
    if STAMP not in payload:
        return ""  # from somebody's own website
    try:
        shown = int(Signer(salt=form_id).unsign_object(str(payload[STAMP])))
    except (BadSignature, ValueError, TypeError):
        return "The page's signature was forged."
    if now.timestamp() - shown < FASTEST.total_seconds():
        return "It was filled in faster than anybody types."
    if now.timestamp() - shown > OLDEST.total_seconds():
        return f"The page was opened more than {OLDEST.days} days before."
    return ""


def why_advert(payload: Mapping[str, Any]) -> str:
    """The reason to put aside what reads like advertising, or comes from an address that won't last, or ""."""
    if any(LINK.search(str(payload.get(name, ""))) for name in LINKLESS):
        return "There is a link where a name should be."
    if sum(len(LINK.findall(value)) for value in payload.values() if isinstance(value, str)) >= LINKS:
        return f"There are {LINKS} links in it, or more."
    if is_disposable(str(payload.get("email", "")).strip().rpartition("@")[2]):
        return "The e-mail address is one that is thrown away after use."
    return ""


def why_foreign(origin: str, allowed: list[str], host: str) -> str:
    """The reason to put aside what another website's page sent, or "". `host` is ours."""
    if not origin or not allowed or is_listed(origin, allowed) or origin.partition("://")[2] == host:
        return ""
    return f"It came from {origin[:100]}, which is not one of the form's websites."


def why_flood(form: Form, ip: str | None, now: datetime) -> str:
    """The reason to put aside what comes too often from one address, or "". Counts what is stored, so that every
    process of ours counts alike."""
    if ip is None:
        return ""
    recent = form.submissions.filter(ip=ip, received_at__gt=now - WHILE)
    if len(recent.values_list("id")[:FLOOD]) < FLOOD:
        return ""
    return f"More than {FLOOD} a minute came from one address."


def is_listed(origin: str, allowed: list[str]) -> bool:
    return "*" in allowed or origin.rstrip("/").lower() in {item.rstrip("/").lower() for item in allowed}
