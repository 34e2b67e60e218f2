"""Links in our mails: each leads over us to the address that stood in the mail, and to no other."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from html import escape, unescape
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit
from uuid import UUID

from django.conf import settings
from django.core.signing import BadSignature, Signer

from accounts.middleware import outside_url
from accounts.models import ApiKey
from events.record import SYSTEM
from followups.models import Message
from leads.spam import is_listed
from scoring.bots import is_at_once, is_scanner
from scoring.engagement import Sent, receive
from scoring.machines import traps_of
from scoring.tickets import TICKET, ticket
from tenancy import clock
from tenancy.models import Account
from tenancy.scope import current_account, scope

CLICK = "email_click"
TRAP = 0xFFFF  # the number of the link that no person sees
AGAIN = 10  # seconds in which a second click is the same one
_HREF = re.compile(r'href="(https?://[^"]+)"')
_signer = Signer(sep=".", salt="followups.links")


class NoSuchLink(LookupError):
    """Not signed by us, or gone with its message."""


@dataclass(frozen=True)
class Place:
    """The n-th link of one message."""

    account_id: UUID
    message_id: UUID
    number: int


def addresses_in(html: str) -> list[str]:
    """Where the links of a mail lead, in order, without those that go as they are."""
    return [address for found in _HREF.finditer(html) if _leads_elsewhere(address := unescape(found[1]))]


def over_us(message: Message) -> str:
    """The HTML of `message` as it is sent: each link that is not our own goes over us, and before all there is one
    without a word, the trap: people cannot see it, and whoever follows it is a machine."""
    account, number = current_account(), -1

    def replace(found: re.Match[str]) -> str:
        nonlocal number
        if not _leads_elsewhere(unescape(found[1])):
            return found[0]
        number += 1
        return f'href="{escape(_address(Place(account.pk, message.pk, number)))}"'

    trap = escape(_address(Place(account.pk, message.pk, TRAP)))
    return f'<a href="{trap}" rel="nofollow" aria-hidden="true" tabindex="-1"></a>{_HREF.sub(replace, message.html)}'


def place_behind(token: str) -> Place:
    """Raises ValueError for a token that we did not sign."""
    try:
        raw = base64.urlsafe_b64decode(_signer.unsign(token) + "==")
        return Place(UUID(bytes=raw[:16]), UUID(bytes=raw[16:32]), int.from_bytes(raw[32:]))
    except (BadSignature, binascii.Error) as error:
        raise ValueError(str(error)) from error


def follow(token: str, user_agent: str, *, asks_only: bool = False) -> str:
    """Note a click on a link; returns where it leads, "" for the trap. Raises NoSuchLink.

    A person's browser gets a ticket along to the account's own websites, whose tracking script then knows who came.
    `asks_only`: a program that asks whether a link is there clicks on nothing, but is one also at the trap.
    """
    with _link(token) as (message, number, address):
        if asks_only and number != TRAP:
            return address
        machine = _click(message, number, address, user_agent)
        return address if machine else _with_ticket(address, message)


@contextmanager
def _link(token: str) -> Iterator[tuple[Message, int, str]]:
    """The message, the link's number in it and its address, in the scope of their account."""
    try:
        place = place_behind(token)
        account = Account.objects.get(pk=place.account_id)
    except (ValueError, Account.DoesNotExist) as error:
        raise NoSuchLink(token[:80]) from error
    with scope(account):
        try:
            message = Message.objects.select_related("lead").get(pk=place.message_id)
            address = "" if place.number == TRAP else addresses_in(message.html)[place.number]
        except (IndexError, Message.DoesNotExist) as error:
            raise NoSuchLink(token[:80]) from error
        yield message, place.number, address


def _click(message: Message, number: int, address: str, user_agent: str) -> bool:
    """Keep the click as a signal of the lead; whether a machine did it."""
    now, sent_at = clock.now(), message.sent_at or message.created_at
    trapped = number == TRAP or traps_of([(message.lead_id, CLICK, now)])
    machine = bool(trapped) or is_scanner(user_agent) or is_at_once(CLICK, now, [sent_at])
    moment = f"{int(now.timestamp()) // AGAIN}{'m' if machine else ''}"
    click = Sent(
        kind=CLICK,
        occurred_at=now,
        lead=message.lead.public_id,
        url=address[:500],
        id=f"click:{message.pk.hex}:{number}:{moment}",
        user_agent=user_agent[:1000],
        sent_at=sent_at,
        trap=number == TRAP,
    )
    receive([click], by=SYSTEM)
    return machine


def _with_ticket(target: str, message: Message) -> str:
    parts = urlsplit(target)
    origins = [origin for key in ApiKey.objects.filter(revoked_at=None) for origin in key.origins if origin != "*"]
    if not is_listed(f"{parts.scheme}://{parts.netloc}", origins):
        return target  # somebody else's website: it is none of their business
    said = [*parse_qsl(parts.query, keep_blank_values=True)]
    said.append((TICKET, ticket(current_account(), message.lead_id, clock.now())))
    return urlunsplit(parts._replace(query=urlencode(said)))


def _address(place: Place) -> str:
    raw = place.account_id.bytes + place.message_id.bytes + place.number.to_bytes(2)
    token = _signer.sign(base64.urlsafe_b64encode(raw).decode().rstrip("="))
    return settings.PUBLIC_URL + outside_url("mail-link", token)


def _leads_elsewhere(address: str) -> bool:
    """Our own links, such as the way out, need no detour; what no browser understands leads nowhere."""
    try:
        return bool(urlsplit(address).hostname) and not address.startswith(f"{settings.PUBLIC_URL}/")
    except ValueError:
        return False
