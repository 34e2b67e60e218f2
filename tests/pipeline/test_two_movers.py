"""Two people drag one card at the same moment."""

from __future__ import annotations

from collections.abc import Callable
from threading import Barrier, Thread
from typing import Any

import pytest
from django.db import connection

from pipeline.models import Deal, Move, Visit
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
