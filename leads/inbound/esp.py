"""The mails in a request: raw MIME as its body, or what a mail provider's inbound webhook makes of it (anymail)."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from anymail.exceptions import AnymailError, AnymailWebhookValidationFailure
from anymail.webhooks.mailgun import MailgunInboundWebhookView
from anymail.webhooks.postmark import PostmarkInboundWebhookView
from anymail.webhooks.sendgrid import SendGridInboundWebhookView
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest

from leads.inbound.vouching import as_header
from leads.models import Inlet, MailProvider


class NoMail(Exception):
    """There is no mail in the request."""


class Unsigned(Exception):
    """The provider signs, and this was not signed by it."""


def mails_in(inlet: Inlet, request: HttpRequest, body: bytes) -> list[bytes]:
    """Raw MIME of each mail in a request whose `body` was read already. Raises NoMail or Unsigned."""
    if not inlet.provider:
        if not body.strip():
            raise NoMail("The body must be a mail as it came over the wire.")
        return [body]
    request._body = body  # read within our own limit; anymail asks the request
    try:
        events = READERS[MailProvider(inlet.provider)](inlet, request)
        return [_verdict(inlet, request) + _raw(event.message) for event in events]
    except AnymailWebhookValidationFailure as error:
        raise Unsigned(str(error)[:200]) from None
    except (AnymailError, ImproperlyConfigured) as error:  # such as the events of another webhook
        raise NoMail(str(error)[:200]) from None
    except Exception:  # parsers of others, fed by strangers: what they raise on nonsense is nobody's list
        raise NoMail(f"{inlet.get_provider_display()} sends a mail in another form.") from None


def _verdict(inlet: Inlet, request: HttpRequest) -> bytes:
    """What the provider itself found out about the sender; SendGrid says it beside the mail, others do not."""
    if inlet.provider != MailProvider.SENDGRID:
        return b""
    sender = str(json.loads(request.POST.get("envelope") or "{}").get("from", ""))
    return as_header(request.POST.get("SPF", ""), request.POST.get("dkim", ""), sender.rpartition("@")[2])


def _raw(message: Any) -> bytes:
    found: bytes = message.as_bytes()
    return found


def _mailgun(inlet: Inlet, request: HttpRequest) -> list[Any]:
    view = MailgunInboundWebhookView(webhook_signing_key=inlet.secret or "unset")
    if inlet.secret:
        view.validate_request(request)
    return list(view.parse_events(request))


# The address is the secret; told one, anymail does not warn that there is none.
def _postmark(inlet: Inlet, request: HttpRequest) -> list[Any]:
    return list(PostmarkInboundWebhookView(webhook_secret=inlet.token).parse_events(request))


def _sendgrid(inlet: Inlet, request: HttpRequest) -> list[Any]:
    return list(SendGridInboundWebhookView(webhook_secret=inlet.token).parse_events(request))


READERS: dict[MailProvider, Callable[[Inlet, HttpRequest], list[Any]]] = {
    MailProvider.MAILGUN: _mailgun,
    MailProvider.POSTMARK: _postmark,
    MailProvider.SENDGRID: _sendgrid,
}
