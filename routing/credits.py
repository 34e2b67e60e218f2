"""Turns that brought nothing are given back, where a pool says so: the lead was disqualified, the meeting a no-show."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from django.db.models import F

from events.kinds import Kind
from events.models import Event
from leads.models import Lead, Status
from routing.models import Credit, Decision, Pool, PoolMember, Strategy
from routing.turn_order import STRIDE
from routing.turns import locked

NO_SHOW = "no_show"  # as pipeline says of a meeting


def credit(lead_ids: Sequence[UUID]) -> int:
    """Give back the turns by which these leads came to their owners, once each. Returns how many."""
    because = dict.fromkeys(_not_shown_up(lead_ids), Credit.NO_SHOW)
    because |= dict.fromkeys(_disqualified(lead_ids), Credit.DISQUALIFIED)
    turns = _turns_of(list(because))
    pools: dict[UUID | None, Pool] = {pool.pk: pool for pool in locked(turn.pool_id for turn in turns if turn.pool_id)}
    return sum(_give_back(turn, because[turn.lead_id], pools) for turn in turns)


def _disqualified(lead_ids: Sequence[UUID]) -> list[UUID]:
    return list(Lead.objects.filter(pk__in=lead_ids, status=Status.DISQUALIFIED).values_list("pk", flat=True))


def _not_shown_up(lead_ids: Sequence[UUID]) -> list[UUID]:
    meetings = Event.objects.filter(lead_id__in=lead_ids, kind=Kind.MEETING_CHANGED, body__outcome=NO_SHOW)
    return list(meetings.values_list("lead_id", flat=True).distinct())


def _turns_of(lead_ids: Sequence[UUID]) -> list[Decision]:
    """The newest turn of each lead, where a pool had one and it was not given back."""
    routed = Decision.objects.filter(lead_id__in=lead_ids, reason="routed").order_by("decided_at", "id")
    newest = {turn.lead_id: turn for turn in routed}
    return [turn for turn in newest.values() if turn.pool_id and not turn.credit]


def _give_back(turn: Decision, why: Credit, pools: Mapping[UUID | None, Pool]) -> bool:
    pool = pools.get(turn.pool_id)
    if pool is None or why not in pool.credits:
        return False
    if not Decision.objects.filter(pk=turn.pk, credit="").update(credit=why):
        return False
    seat = PoolMember.objects.filter(pool=pool, member_id=turn.member_id)
    if pool.strategy == Strategy.WEIGHTED:
        seat.update(passed=F("passed") - STRIDE / F("weight"))
    else:
        seat.update(credit=F("credit") + 1)
    return True
