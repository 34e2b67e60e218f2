from typing import Any

from accounts.models import Member
from events.live_here import Seat
from tenancy.models import Account
from tenancy.scope import scope


def seat_of(user: Any, account: Account) -> Seat | None:
    """The user's seat in the account, or None: who may listen there, and how others see them."""
    with scope(account):
        member: Member | None = Member.objects.active().filter(user=user).first()
    if member is None:
        return None
    return Seat(member.pk, {"name": member.name, "initials": member.initials, "hue": member.hue})
