"""Who follows a lead: hears of what becomes of it, and sees it, whatever team has it."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any
from uuid import UUID

from accounts.models import Member
from accounts.sight import lets_in, sight_of
from leads.models import Lead
from pipeline.models import Follower
from tenancy.scope import current_account


def follow(lead: Lead, member: Member) -> bool:
    """Let `member` hear of what becomes of `lead`. False if that is so already."""
    return bool(Follower.objects.get_or_create(lead=lead, member=member)[1])


def unfollow(lead: Lead, member: Member) -> bool:
    """The end of that. False if it was not so."""
    return bool(Follower.objects.filter(lead=lead, member=member).delete()[0])


def let_in(lead: Lead, members: Iterable[Member]) -> None:
    """Somebody who sees `lead` asks these about it: to whom it is hidden, they follow it from now on."""
    for member in members:
        if not sight_of(current_account(), member).sees(lead.owner_id, lead.pk):
            follow(lead, member)


@lets_in
def followed(member_ids: Collection[UUID]) -> Any:
    return Follower.objects.filter(member__in=member_ids)
