"""What was posted to a form, by a page of ours or of anybody's, as capture takes it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from django.core.signing import BadSignature, Signer
from django.http import HttpRequest
from rest_framework.exceptions import ValidationError

from accounts.parsers import MOST
from accounts.problems import Problem
from leads.models import Form
from leads.puzzle import PUZZLE
from leads.spam import HONEYPOT, STAMP
from leads.vocabulary import depth
from tenancy import clock

ENCODED = {"application/x-www-form-urlencoded", "multipart/form-data"}
CONSENT_SHOWN = "consent_shown"
NOT_FACTS = {HONEYPOT, STAMP, PUZZLE, CONSENT_SHOWN, "csrfmiddlewaretoken", "agreed", "landing_page"}
TOUCH = ("landing_page", "referrer")
OWN = "custom."


def posted(request: HttpRequest) -> dict[str, Any]:
    """The fields by name; several values of one name are a list. Raises Problem and ValidationError."""
    if int(request.META.get("CONTENT_LENGTH") or 0) > MOST:
        raise Problem(413, "Too large", "At most 64 KB fit into one submission.")
    if request.content_type == "application/json":
        return _json(request.body)
    if request.content_type in ENCODED:
        return {name: _single(name, request.POST.getlist(name)) for name in list(request.POST)[:100]}
    raise Problem(415, "Unsupported type", "Send application/json or a form.")


def facts_of(payload: Mapping[str, Any], form: Form) -> dict[str, Any]:
    """What capture is told: facts, the account's own ones, where the sender came from, what was agreed to."""
    facts = {name: value for name, value in payload.items() if name not in NOT_FACTS and not name.startswith(OWN)}
    if own := {name.removeprefix(OWN): value for name, value in payload.items() if name.startswith(OWN)}:
        nested = facts.get("custom")
        facts["custom"] = {**(nested if isinstance(nested, Mapping) else {}), **own}
    if touch := _touch(payload):
        campaign = facts.get("campaign")
        facts["campaign"] = {**(campaign if isinstance(campaign, Mapping) else {}), **touch}
    if "consent" not in facts and (consent := _consent(form, payload)):
        facts["consent"] = consent
    return facts


def consent_shown(form: Form) -> str:
    """The words beside the box of a page, signed: by the time it is sent the form may ask for something else."""
    return _signer(form).sign_object([form.consent_text, form.consent_version]) if form.consent_text else ""


def _touch(payload: Mapping[str, Any]) -> dict[str, Any]:
    """Where the sender came from and landed; the click ids beside them are read by capture itself."""
    if not payload.get("landing_page"):
        return {}
    return {name: payload[name] for name in TOUCH if payload.get(name)}


def _consent(form: Form, payload: Mapping[str, Any]) -> dict[str, Any]:
    """What was asked, and the answer; {} where nothing was."""
    try:
        text, version = _signer(form).unsign_object(str(payload.get(CONSENT_SHOWN)))
    except (BadSignature, ValueError):
        text, version = form.consent_text, form.consent_version
    if not text:
        return {}
    return {
        "text": text,
        "version": version,
        "given": "yes" if payload.get("agreed") else "no",
        "at": clock.now().isoformat(),
    }


def _signer(form: Form) -> Signer:
    return Signer(salt=f"consent {form.public_id}")


def _single(name: str, values: list[Any]) -> Any:
    if len(values) == 1:
        return values[0]
    return values if name.startswith(OWN) else ", ".join(values)


def _json(body: bytes) -> dict[str, Any]:
    try:
        payload = json.loads(body)
    except (ValueError, RecursionError):
        raise ValidationError("This is not JSON.", code="parse_error") from None
    if not isinstance(payload, dict) or depth(payload) > 5 or len(payload) > 100:
        raise ValidationError("An object of at most 100 fields, nested five deep at most, is wanted.")
    return payload
