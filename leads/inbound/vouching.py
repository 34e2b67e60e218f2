"""Is a mail from whom it says? Anybody can write a colleague's address above a mail; only who received it can vouch.

Two proofs count: what our own receiving host found out (`Authentication-Results`, RFC 8601, written under the name that
the admin gave), or that it was sent to the address with a secret word in it, which only members know.
"""

from __future__ import annotations

import base64
import hmac
import re
from email.message import Message

from django.utils.crypto import salted_hmac

from leads.inbound import mime
from tenancy.models import Account

ENVELOPE = ("To", "Cc", "Delivered-To", "X-Original-To", "Envelope-To")
_COMMENT = re.compile(r"\([^()]{0,500}\)")
_PROPERTY = re.compile(r"(?:header\.(?:from|d|i)|smtp\.mailfrom)=\"?([^\s;\"]{1,320})", re.I)
_PASSED = re.compile(r"^(?:dmarc|dkim|spf)\s*=\s*pass\b", re.I)
OF_PROVIDER = "provider.tollgate.invalid"  # the name under which we write down what a mail provider told us


def vouched(head: Message[str, str], address: str, verified_by: str, account: Account) -> bool:
    """Whether the mail with `head` really is from `address`.

    `verified_by` is the name of the host that checks our mail, "" when none does.
    """
    return _knows_the_word(head, account) or (
        len(mime.addresses(head, "From")) == 1 and _authenticated(head, address, verified_by)
    )


def secret_word(account: Account) -> str:
    """What members put into the address, `sales+<word>@...`: sixteen letters, the same as long as SECRET_KEY is."""
    digest = salted_hmac("leads.inbound.vouching", account.pk.bytes, algorithm="sha256").digest()
    return base64.b32encode(digest[:10]).decode().lower()


def as_header(spf: str, dkim: str, domain: str) -> bytes:
    """What a mail provider found out, as a header of ours: `spf` its word for the sender's `domain`, `dkim` its list.

    It stands above all that came with the mail, so a forged one below it is never looked at.
    """
    signed = re.findall(r"@([\w.-]{1,200})\s*:\s*pass\b", dkim[:2000], re.I)
    found = [f"dkim=pass header.d={one}" for one in signed[:5]]
    if spf.strip().lower() == "pass" and re.fullmatch(r"[\w.-]{1,200}", domain):
        found.append(f"spf=pass smtp.mailfrom={domain}")
    return f"Authentication-Results: {OF_PROVIDER}; {'; '.join(found) or 'none'}\r\n".encode()


def _knows_the_word(head: Message[str, str], account: Account) -> bool:
    word = secret_word(account).encode()
    given = (address.rpartition("@")[0].rpartition("+")[2].lower() for _, address in mime.addresses(head, *ENVELOPE))
    return any(hmac.compare_digest(tag.encode("utf-8", "replace"), word) for tag in given)


def _authenticated(head: Message[str, str], address: str, verified_by: str) -> bool:
    domain = address.rpartition("@")[2].lower()
    if not verified_by or not domain:
        return False
    for value in mime.raw_values(head, "Authentication-Results"):
        name, *results = " ".join(_COMMENT.sub(" ", value[: mime.LONGEST_HEADER]).split()).split(";")
        if name.strip().lower().partition(" ")[0] == verified_by.lower():
            # Hosts write above what is there: the first is theirs, those below may be anybody's.
            return any(_speaks_for(result.strip(), domain) for result in results)
    return False


def _speaks_for(result: str, domain: str) -> bool:
    """A check passed for the domain of the address, or one that it belongs to; not for some other domain."""
    named = (found[1].rpartition("@")[2].lower() for found in _PROPERTY.finditer(result))
    return bool(_PASSED.match(result)) and any(domain == one or domain.endswith(f".{one}") for one in named)
