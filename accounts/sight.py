"""Walls between teams: which leads a member does not see, by the account's setting "Who sees a lead"."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.db.models import Q, UUIDField, Value

from accounts.models import Member
from accounts.roles import Role
from tenancy.models import Account, SeenBy
from tenancy.sight import EVERYTHING, Sight

Door = Callable[[Member], Any]
_DOORS: list[Door] = []
NOBODY, NOTHING = Value(None, UUIDField()), Value(None, UUIDField())


def lets_in(door: Door) -> Door:
    """Register what lets a member in to leads of others: a queryset of rows that have a `lead`."""
    _DOORS.append(door)
    return door


def is_walled(account: Account, member: Member) -> bool:
    """Whether walls stand around this member: a rep with a team, in an account that asks for them. Pure."""
    return account.seen_by == SeenBy.TEAM and member.role == Role.REP and member.team_id is not None


def sight_of(account: Account, member: Member) -> Sight:
    """What a member sees of the account in scope: everything, and no query, but for who is walled in.

    A walled rep does not see what members of other teams own. What is their own, their team's, nobody's or a member's
    without a team they see, and what they were let in to. One query.
    """
    if not is_walled(account, member):
        return EVERYTHING
    rows = [Member.objects.filter(_elsewhere(member)).order_by().values_list("pk", NOTHING)]
    for door in _DOORS:
        rows.append(door(member).filter(_elsewhere(member, "lead__owner__")).order_by().values_list(NOBODY, "lead_id"))
    found: list[tuple[UUID | None, UUID | None]] = list(rows[0].union(*rows[1:], all=True))
    return Sight(frozenset(owner for owner, _ in found if owner), frozenset(lead for _, lead in found if lead))


def _elsewhere(member: Member, owner: str = "") -> Q:
    """The condition that a member, or the one at the path `owner`, is of another team."""
    return Q(**{f"{owner}team__isnull": False}) & ~Q(**{f"{owner}team": member.team_id})
