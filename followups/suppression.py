"""Addresses that get no mail. Of an erased person only a keyed digest is left: it is recognised, but tells nobody."""

from __future__ import annotations

from collections.abc import Collection

from django.utils.crypto import salted_hmac

from followups.models import Suppression
from tenancy.scope import current_account


def suppressed_among(addresses: Collection[str]) -> set[str]:
    """Those of `addresses` (normalised) that get no mail from the account in scope. One query."""
    by_key = {key: address for address in addresses if address for key in (address, digest_of(address))}
    rows = Suppression.objects.filter(email_norm__in=by_key).values_list("email_norm", flat=True)
    return {by_key[key] for key in rows}


def forget_addresses(addresses: Collection[str]) -> None:
    """Keep the wish and forget the address."""
    for row in Suppression.objects.filter(email_norm__in=addresses):
        Suppression.objects.filter(pk=row.pk).update(email_norm=digest_of(row.email_norm))


def lift(address: str, reason: str) -> None:
    """Mail may go to `address` again, unless it was suppressed for another reason."""
    Suppression.objects.filter(email_norm__in=[address, digest_of(address)], reason=reason).delete()


def digest_of(address: str) -> str:
    """Without the installation's key nobody can try addresses until one fits."""
    account = current_account().pk.hex
    return "digest:" + salted_hmac("followups.suppression", f"{account}:{address}", algorithm="sha256").hexdigest()
