"""Twenty people move the same fifty cards at once, by the doors of the board. TOLLGATE_MOVERS_SECONDS=60 for longer."""

from __future__ import annotations

import os
import re
import time
from collections import Counter
from itertools import pairwise
from random import Random
from threading import Barrier, Thread
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from accounts.models import Member
from pipeline.models import Criterion, Deal, Move, Stage, Visit
from tenancy.scope import scope
from tests.factories import a_lead, a_member, an_account, the_cast
from tests.pipeline.deals import the_pipeline
from tests.pipeline.tallies import counted, tallied

pytestmark = pytest.mark.django_db(transaction=True)
PEOPLE, CARDS = 20, 50
SECONDS = float(os.environ.get("TOLLGATE_MOVERS_SECONDS", "4"))
MEANT = {200, 409, 422}


@pytest.fixture
def ground() -> SimpleNamespace:
    """An account with twenty people who move, and fifty deals whose gates stand open but for one."""
    from pipeline.opening import open_deals_of

    account = an_account()
    cast = the_cast(account)
    with scope(account):
        the_pipeline()
        Criterion.objects.exclude(stage__position=2).delete()
        Stage.objects.filter(position=1).update(wip=20)
        members = [cast.rita, cast.raj, *(a_member(f"Rep{number}") for number in range(PEOPLE - 2))]
        leads = [a_lead(owner=members[number % PEOPLE], company=f"Firm {number}") for number in range(CARDS)]
        open_deals_of([lead.pk for lead in leads])
        deals, stages = list(Deal.objects.order_by("id")), list(Stage.objects.order_by("position")[:4])
    return SimpleNamespace(account=account, members=members, deals=deals, stages=stages)


def clients(members: list[Member]) -> list[Client]:
    made = []
    for member in members:
        client = Client()
        client.force_login(member.user)
        made.append(client)
    return made


def work(client: Client, ground: SimpleNamespace, seed: int, until: float, seen: Counter[int]) -> None:
    """Look at a card, then drag it somewhere, or higher or lower: what the page had may be old by then."""
    random = Random(seed)
    headers = {"HX-Request": "true", "HX-Current-URL": "https://x/acme/board/?order=hand"}
    while time.monotonic() < until:
        deal, beside = random.sample(ground.deals, 2)
        with scope(ground.account):
            version = Deal.objects.values_list("version", flat=True).get(pk=deal.pk)
        body: dict[str, Any] = {"before": beside.public_id, "version": version}
        if random.random() < 0.25:
            path = f"/acme/deals/{deal.public_id}/place/"
        elif random.random() < 0.15:
            path = "/acme/board/moves/"
            some = random.sample(ground.deals, 5)
            body = {"chosen": [one.public_id for one in some], "stage": random.choice(ground.stages).public_id}
        else:
            path = f"/acme/deals/{deal.public_id}/moves/"
            body["stage"] = random.choice(ground.stages).public_id
        seen[client.post(path, body, headers=headers).status_code] += 1


def test_twenty_people_move_the_same_fifty_cards(ground: SimpleNamespace) -> None:
    people, start = clients(ground.members), Barrier(PEOPLE)
    seen: list[Counter[int]] = [Counter() for _ in people]
    broken: list[BaseException] = []

    def run(number: int) -> None:
        try:
            start.wait()
            work(people[number], ground, number, time.monotonic() + SECONDS, seen[number])
        except BaseException as error:
            broken.append(error)
        finally:
            connection.close()

    threads = [Thread(target=run, args=(number,)) for number in range(PEOPLE)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    answers = sum(seen, Counter())
    assert not broken, broken[0]
    assert set(answers) <= MEANT, answers
    assert answers[200] > PEOPLE
    with scope(ground.account):
        nothing_was_lost(ground)
        columns = {
            stage.public_id: [deal.public_id for deal in Deal.objects.open().filter(stage=stage).order_by("rank", "id")]
            for stage in Stage.objects.order_by("position")
        }
    for client in people:
        assert board_of(client, columns) == columns


def nothing_was_lost(ground: SimpleNamespace) -> None:
    """Each move begins where the one before it ended, counts once, and the deal stands where the last one led."""
    first = ground.stages[0]
    for deal in Deal.objects.select_related("stage"):
        moves = list(Move.objects.filter(deal=deal).order_by("id"))
        assert deal.version == 1 + len(moves)
        places = [first.pk, *(move.to_stage_id for move in moves)]
        assert [move.from_stage_id for move in moves] == places[:-1]
        assert deal.stage_id == places[-1]
        stays = list(Visit.objects.filter(deal=deal, passed=False).order_by("entered_at", "id"))
        assert [stay.stage_id for stay in stays] == places
        assert [stay.left_at is None for stay in stays] == [False] * len(moves) + [True]
        assert all(one.left_at == other.entered_at for one, other in pairwise(stays))
    assert tallied() == counted()
    ranks = list(Deal.objects.values_list("rank", flat=True))
    assert len(set(ranks)) == len(ranks)
    # Between the second stage's limit and the gate behind the third nothing came through.
    assert Deal.objects.filter(stage=ground.stages[1]).count() <= 20
    assert not Deal.objects.filter(stage=ground.stages[3]).exists()


def board_of(client: Client, columns: dict[str, list[str]]) -> dict[str, list[str]]:
    """What a person's board shows, all of each column."""
    return {
        column: re.findall(
            r'data-card="(dea_\w+)"', client.get(f"/acme/board/columns/{column}/?order=hand").content.decode()
        )
        for column in columns
    }
