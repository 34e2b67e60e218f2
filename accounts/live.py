from typing import Any
from uuid import UUID

from accounts.models import Member
from tenancy.models import Account
from tenancy.scope import scope


def member_of(user: Any, account: Account) -> UUID | None:
    """The user's seat in the account, or None: who may listen there."""
    with scope(account):
        member: UUID | None = Member.objects.active().filter(user=user).values_list("pk", flat=True).first()
        return member
