"""Walls between teams: which leads a member does not see, by the account's setting "Who sees a lead"."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection
from typing import Any
from uuid import UUID

from django.db.models import Q, UUIDField, Value

from accounts.models import Member
from accounts.roles import Role
from tenancy.models import Account, SeenBy
from tenancy.scope import current_account
from tenancy.sight import EVERYTHING, Sight

Door = Callable[[Collection[UUID]], Any]
_DOORS: list[Door] = []
NOBODY, NOTHING = Value(None, UUIDField()), Value(None, UUIDField())


def lets_in(door: Door) -> Door:
    """Register what lets members (by id) in to leads of others: a queryset of rows with a `member` and a `lead`."""
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
        rows.append(
            door([member.pk]).filter(_elsewhere(member, "lead__owner__")).order_by().values_list(NOBODY, "lead_id")
        )
    found: list[tuple[UUID | None, UUID | None]] = list(rows[0].union(*rows[1:], all=True))
    return Sight(frozenset(owner for owner, _ in found if owner), frozenset(lead for _, lead in found if lead))


def sights_of(member_ids: Collection[UUID], lead_ids: Collection[UUID]) -> dict[UUID, Sight]:
    """The same for many members at once, as far as these leads go: by member, without those who see everything.

    One query, and a few more where somebody is walled in.
    """
    account = Account.objects.get(pk=current_account().pk)  # its walls may stand since a moment ago
    if account.seen_by != SeenBy.TEAM:
        return {}
    members = list(Member.objects.filter(team__isnull=False).only("role", "team_id", "account_id"))
    team_of = {one.pk: one.team_id for one in members if one.pk in member_ids and is_walled(account, one)}
    hidden = {
        team: frozenset(one.pk for one in members if one.team_id != team) for team in set(team_of.values()) if lead_ids
    }
    let_in: dict[UUID, set[UUID]] = defaultdict(set)
    for door in _DOORS if hidden else ():
        for member_id, lead_id in door(team_of).filter(lead__in=lead_ids).values_list("member_id", "lead_id"):
            let_in[member_id].add(lead_id)
    return {key: Sight(hidden[team], frozenset(let_in[key])) for key, team in team_of.items() if team in hidden}


def _elsewhere(member: Member, owner: str = "") -> Q:
    """The condition that a member, or the one at the path `owner`, is of another team."""
    return Q(**{f"{owner}team__isnull": False}) & ~Q(**{f"{owner}team": member.team_id})
