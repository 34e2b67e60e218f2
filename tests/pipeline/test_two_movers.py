"""Two people drag one card at the same moment."""

from __future__ import annotations

from collections.abc import Callable
from threading import Barrier, Thread
from typing import Any

import pytest
from django.db import OperationalError, connection, transaction

from leads.models import Lead
from pipeline.locking import hold, locked
from pipeline.models import Deal, Move, Stage, Visit
from pipeline.refusals import NotOpen, Stale
from tenancy.scope import scope
from tests.factories import an_account, the_cast
from tests.pipeline.deals import a_ready_deal, stage

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*works: Callable[[], Any]) -> list[Any]:
    """What each of `works` returned or raised, all begun at the same moment in a thread and connection of its own."""
    start = Barrier(len(works))
    results: list[Any] = [None] * len(works)

    def run(number: int, work: Callable[[], Any]) -> None:
        start.wait()
        try:
            results[number] = work()
        except Exception as error:
            results[number] = error
        finally:
            connection.close()

    threads = [Thread(target=run, args=pair) for pair in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def refused_meanwhile(work: Callable[[], Any]) -> bool:
    """Whether `work`, in a connection of its own, finds locked what it needs."""

    def soon() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = '200ms'")
            work()

    [result] = at_once(soon)
    assert result is None or isinstance(result, OperationalError), result
    return isinstance(result, OperationalError)


@pytest.mark.parametrize("kept", [Lead, Deal])
def test_who_moves_a_deal_waits_for_whoever_changes_it_or_its_lead(kept: Any) -> None:
    account = an_account()
    cast = the_cast(account)
    with scope(account):
        deal = a_ready_deal(cast.rita)

    def take() -> None:
        with scope(account):
            locked(deal.pk)

    assert not refused_meanwhile(take)
    with scope(account), transaction.atomic():
        kept.objects.select_for_update().get(pk=deal.pk if kept is Deal else deal.lead_id)
        assert refused_meanwhile(take)


@pytest.mark.parametrize("wip", [None, 3])
def test_into_a_stage_that_takes_so_many_they_go_one_after_the_other(wip: int | None) -> None:
    account = an_account()
    cast = the_cast(account)
    with scope(account):
        a_ready_deal(cast.rita)
        Stage.objects.update(wip=wip)
        to = stage("Discovery")

    def come() -> None:
        with scope(account):
            hold(to)

    with scope(account), transaction.atomic():
        assert hold(to)
        assert refused_meanwhile(come) == (wip is not None)


def test_two_movers_move_once() -> None:
    account = an_account()
    cast = the_cast(account)
    with scope(account):
        deal, to = a_ready_deal(cast.rita), stage("Discovery")

    def moved_by(member: Any) -> Callable[[], Any]:
        def work() -> Any:
            with scope(account):
                return Deal.objects.get(pk=deal.pk).move(to, by=member.by, version=1).pk

        return work

    first, second = at_once(moved_by(cast.rita), moved_by(cast.raj))
    assert first == second
    with scope(account):
        assert Move.objects.count() == 1
        assert Visit.objects.filter(left_at=None).count() == 1
        assert Deal.objects.get().version == 2


def test_two_movers_to_two_stages_the_later_one_is_told() -> None:
    account = an_account()
    cast = the_cast(account)
    with scope(account):
        deal, there = a_ready_deal(cast.rita), stage("Discovery")

    def move() -> Any:
        with scope(account):
            return Deal.objects.get(pk=deal.pk).move(there, by=cast.rita.by, version=1)

    def lose() -> Any:
        with scope(account):
            return Deal.objects.get(pk=deal.pk).lose(by=cast.raj.by, reason="Price", version=1)

    results = at_once(move, lose)
    with scope(account):
        assert Move.objects.count() == 1
    assert sum(isinstance(result, Move) for result in results) == 1
    assert sum(isinstance(result, Stale | NotOpen) for result in results) == 1
