"""Sums that are kept as rows are those of the deals, whatever was done to them and in whichever order."""

from __future__ import annotations

import re
from datetime import timedelta
from threading import Barrier, Thread
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts.models import Member, Team
from pipeline.filters import VIEWS, asked, view_q
from pipeline.models import Deal, Stage, Tally
from pipeline.opening import open_deals_of
from pipeline.sums import SHOWN, UNTALLIED, parts_of
from tenancy import clock
from tenancy.models import Account
from tenancy.scope import scope
from tests.factories import a_lead, an_account, the_cast
from tests.pipeline.deals import a_deal, a_ready_deal, stage, the_pipeline
from tests.pipeline.tallies import counted, fold, tallied

LEADS = 6
some = st.lists(st.integers(0, LEADS - 1), min_size=1, max_size=4, unique=True)
changes = st.one_of(
    st.tuples(st.just("owner_id"), some, st.sampled_from([None, 0, 1])),
    st.tuples(st.just("tier"), some, st.sampled_from(["", "low", "urgent"])),
    st.tuples(st.just("value_minor"), some, st.sampled_from([None, 0, 5, 10**15])),
    st.tuples(st.just("currency"), some, st.sampled_from(["", "EUR", "USD"])),
    st.tuples(st.just("stage_id"), some, st.integers(0, 2)),
    st.tuples(st.just("status"), some, st.sampled_from(["open", "won", "disqualified"])),
    st.tuples(st.just("next_step"), some, st.just("Call")),
    st.tuples(st.sampled_from(["delete", "undo", "fold"]), some, st.none()),
)


@pytest.fixture
def ground(cast: SimpleNamespace, in_scope: Account) -> SimpleNamespace:
    the_pipeline()
    open_deals_of([a_lead(owner=cast.rita).pk for _ in range(LEADS)])
    owners = [cast.rita.pk, cast.raj.pk]
    places = list(Stage.objects.order_by("position").values_list("pk", flat=True))
    return SimpleNamespace(owners=owners, places=places, deals=list(Deal.objects.order_by("id")))


def change(ground: SimpleNamespace, what: str, which: list[int], to: Any) -> None:
    rows = Deal.objects.filter(pk__in=[ground.deals[at].pk for at in which])
    if what == "delete":
        rows.filter(status="won").delete()
    elif what == "undo":
        with transaction.atomic():
            rows.place(tier="high", status="lost")
            transaction.set_rollback(True)
    elif what == "fold":
        fold()
    else:
        meant = {"owner_id": ground.owners, "stage_id": ground.places}.get(what)
        rows.place(**{what: meant[to] if meant and to is not None else to})


@given(program=st.lists(changes, min_size=1, max_size=20))
@settings(max_examples=60)
def whatever_happens(ground: SimpleNamespace, program: list[tuple[str, list[int], Any]]) -> None:
    with transaction.atomic():
        for what, which, to in program:
            change(ground, what, which, to)
            assert tallied() == counted()
        fold()
        assert tallied() == counted()
        assert Tally.objects.count() == len(counted())
        transaction.set_rollback(True)


@pytest.mark.django_db
def test_tallies_are_the_sums_of_the_open_deals(ground: SimpleNamespace) -> None:
    Deal.objects.filter(pk__in=[deal.pk for deal in ground.deals[4:]]).update(value_minor=5, currency="EUR")
    whatever_happens(ground)


@pytest.mark.django_db
def test_a_tally_that_was_forged_is_noticed(ground: SimpleNamespace) -> None:
    Tally.objects.filter(pk=Tally.objects.values("pk")[:1]).update(count=7)
    assert tallied() != counted()


QUERIES: tuple[dict[str, str], ...] = (
    {},
    {"view": "mine"},
    {"view": "hot", "owner": "me"},
    {"view": "stalled"},
    {"view": "owed", "tier": "high"},
    {"tier": "medium"},
    {"owner": "none"},
    {"team": "mine", "tier": "urgent"},
    {"age": "late"},
    {"q": "firm 3"},
    {"product": "Backup", "view": "mine"},
)


@pytest.mark.django_db
@pytest.mark.parametrize("views", [True, False])
@pytest.mark.parametrize("query", QUERIES, ids=str)
def test_what_is_counted_is_what_a_plain_query_counts(
    query: dict[str, str], views: bool, cast: SimpleNamespace, in_scope: Account
) -> None:
    tiers, owners = ("urgent", "high", "medium", "low"), (cast.rita, cast.raj)
    Member.objects.filter(pk=cast.rita.pk).update(team=Team.objects.create(name="North"))
    me = Member.objects.get(pk=cast.rita.pk)
    for number in range(8):
        facts = {"tier": tiers[number % 4], "product": "Backup" if number % 3 else "", "value": 10 * number}
        a_deal(owners[number % 2], company=f"Firm {number}", currency="EUR", **facts)
    Deal.objects.filter(pk__in=list(Deal.objects.values_list("pk", flat=True)[:2])).update(owner=None)
    now = clock.now() + timedelta(days=90)
    Deal.objects.filter(tier="low").update(owed_by=now.date())
    Deal.objects.filter(tier="low").place(stage=stage("Technical"))
    narrowed = asked(query, me, now)
    parts = parts_of(the_pipeline(), narrowed, me, now, now, views=views)

    found: dict[Any, int] = {}
    for part in parts:
        if part.of in ("open", SHOWN):
            found[part.place] = found.get(part.place, 0) + part.shown
    shown = [deal.stage_id for deal in Deal.objects.open().filter(narrowed.q)]
    assert {place: number for place, number in found.items() if number} == {one: shown.count(one) for one in shown}
    worth = sum(deal.value_minor or 0 for deal in Deal.objects.open().filter(narrowed.q))
    assert sum(part.worth for part in parts) == worth
    open_ = [part for part in parts if part.of == "open"]
    by_view = {"": sum(part.number for part in open_), "mine": sum(part.mine for part in open_)}
    by_view |= {"hot": sum(part.hot for part in open_)} | {part.of: part.number for part in parts if part.place is None}
    known = [key for key, _ in VIEWS if views or key not in UNTALLIED]
    assert by_view == {key: Deal.objects.open().filter(view_q(key, me, now)).count() for key in known}


@pytest.mark.django_db(transaction=True)
def test_while_several_move_and_add_up_at_once_nothing_is_lost_or_counted_twice() -> None:
    account = an_account()
    cast = the_cast(account)
    with scope(account):
        deals = [a_ready_deal(cast.rita) for _ in range(8)]
        places = [stage(name) for name in ("Initial", "Discovery")]
    together, broken = Barrier(4), list[BaseException]()

    def work(number: int) -> None:
        try:
            together.wait()
            for turn in range(20):
                with scope(account):
                    for deal in deals[number::4]:
                        Deal.objects.filter(pk=deal.pk).place(stage=places[turn % 2], value_minor=turn)
                    if turn % 3 == number % 3:
                        fold()
        except BaseException as error:
            broken.append(error)
        finally:
            connection.close()

    threads = [Thread(target=work, args=[number]) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not broken
    with scope(account):
        assert tallied() == counted()
        fold()
        assert tallied() == counted()
        assert Tally.objects.count() == len(counted())


@pytest.mark.django_db
def test_the_tabs_and_the_hidden_ones_add_up(account: Account, cast: SimpleNamespace) -> None:
    with scope(account):
        for tier in ("urgent", "low", "low"):
            a_deal(cast.rita, tier=tier)
        Deal.objects.filter(tier="low").update(owed_by=clock.now().date())
    client = Client()
    client.force_login(cast.rita.user)
    html = client.get("/acme/board/?view=owed&tier=urgent").content.decode()
    counts = re.findall(r'>([^<>]+?)\s*<span class="view-count">(\d+)<', html)
    expected = [("All open", "3"), ("My deals", "3"), ("Urgent and high", "1"), ("Stalled", "0"), ("Owed proof", "2")]
    assert [(name.strip(), count) for name, count in counts] == expected
    assert "2 hidden by the filter" in " ".join(html.split())
