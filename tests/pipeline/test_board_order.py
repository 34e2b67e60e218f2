"""In which order cards stand: by what ends first, and as people put them."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from events.kinds import Kind
from events.models import Event
from leads.models import Lead
from pipeline.attention import attention, weigh
from pipeline.models import Criterion, Deal
from pipeline.placing import Crowded, put
from pipeline.ranks import LONGEST, between, fresh_rank
from pipeline.refusals import NotOpen
from pipeline.settling import settle_leads
from tenancy import clock
from tenancy.models import Account
from tenancy.scope import scope
from tests.pipeline.deals import a_deal, a_ready_deal, stage, the_deal

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)

# As they should stand: tier, end of the promise, limit of the stage.
IN_ORDER: list[tuple[str, datetime | None, datetime | None]] = [
    ("urgent", NOW + MINUTE, None),
    ("urgent", NOW + DAY, NOW + MINUTE),
    ("urgent", NOW - DAY, NOW + DAY),
    ("urgent", NOW - MINUTE, NOW + DAY),
    ("urgent", None, NOW - DAY),
    ("urgent", None, NOW + DAY),
    ("urgent", None, None),
    ("high", NOW + MINUTE, None),
    ("high", None, None),
    ("medium", NOW - MINUTE, None),
    ("low", None, NOW - DAY),
    ("", NOW + MINUTE, None),
    ("", None, datetime(9999, 1, 1, tzinfo=UTC)),
]


def test_a_promise_that_can_be_kept_comes_first_then_a_broken_one_then_what_ends_first_by_tier() -> None:
    weights = [attention(tier, due, limit, NOW) for tier, due, limit in IN_ORDER]
    assert weights == sorted(weights)
    assert len(set(weights[:-1])) == len(weights) - 1


digits = st.text("0123456789abcdef", max_size=12).map(lambda text: text + "8")


@given(digits, digits)
def test_there_is_a_rank_between_any_two(one: str, other: str) -> None:
    low, high = sorted([one, other])
    if low == high:
        with pytest.raises(ValueError, match="nothing between"):
            between(low, high)
        return
    made = between(low, high)
    assert low < made < high
    assert "" < between("", low) < low
    assert high < between(high, "")


@given(st.lists(st.integers(0, 1000), max_size=60))
def test_ranks_stay_in_order_however_often_one_puts_something_between(places: list[int]) -> None:
    ranks: list[str] = []
    for place in places:
        at = place % (len(ranks) + 1)
        above, beneath = ranks[at - 1] if at else "", ranks[at] if at < len(ranks) else ""
        ranks.insert(at, between(above, beneath))
    assert all(above < beneath for above, beneath in pairwise(ranks))


@pytest.fixture
def column(account: Account, cast: SimpleNamespace) -> list[Deal]:
    """Three deals of one column, from the top."""
    with scope(account):
        made = [a_deal(cast.rita, company=f"Firm {number}") for number in range(3)]
        return made[::-1]


def by_hand() -> list[str]:
    names = Deal.objects.open().order_by("rank", "id").values_list("lead__company__name", flat=True)
    return [name.removeprefix("Firm ") for name in names]


@pytest.mark.django_db
class TestByHand:
    def test_who_comes_later_stands_on_top(self, account: Account, column: list[Deal]) -> None:
        with scope(account):
            assert by_hand() == ["2", "1", "0"]

    @pytest.mark.parametrize(
        ("moved", "before", "after", "order"),
        [
            (2, 0, None, ["0", "2", "1"]),
            (2, 1, None, ["2", "0", "1"]),
            (0, None, 2, ["1", "0", "2"]),
            (0, None, 1, ["1", "2", "0"]),
            (0, 2, 1, ["1", "2", "0"]),
            (2, None, None, ["0", "2", "1"]),
        ],
    )
    def test_a_card_is_put_between_two_others(
        self,
        account: Account,
        cast: SimpleNamespace,
        column: list[Deal],
        moved: int,
        before: int | None,
        after: int | None,
        order: list[str],
    ) -> None:
        with scope(account):
            others = {
                name: column[at].pk if at is not None else None for name, at in (("before", before), ("after", after))
            }
            put(column[moved], by=cast.raj.by, **others)
            assert by_hand() == order

    def test_it_is_told_and_no_version_changes(
        self, account: Account, cast: SimpleNamespace, column: list[Deal]
    ) -> None:
        with scope(account):
            put(column[2], by=cast.raj.by, before=column[0].pk)
            told = Event.objects.get(kind=Kind.DEAL_PLACED)
            assert (told.actor_name, told.body["stage"]) == ("Raj", "Initial interest")
            assert set(Deal.objects.values_list("version", flat=True)) == {1}

    def test_a_neighbour_that_left_the_column_counts_no_more(
        self, account: Account, cast: SimpleNamespace, column: list[Deal]
    ) -> None:
        with scope(account):
            column[1].lose(by=cast.rita.by, reason="Price")
            put(column[2], by=cast.rita.by, after=column[1].pk)
            assert by_hand() == ["0", "2"]

    def test_a_closed_deal_has_no_place(self, account: Account, cast: SimpleNamespace, column: list[Deal]) -> None:
        with scope(account):
            column[0].lose(by=cast.rita.by, reason="Price")
            with pytest.raises(NotOpen):
                put(column[0], by=cast.rita.by)

    def test_a_place_that_is_full_says_so(self, account: Account, cast: SimpleNamespace, column: list[Deal]) -> None:
        with scope(account):
            Deal.objects.filter(pk=column[0].pk).update(rank="1" * LONGEST + "1")
            Deal.objects.filter(pk=column[1].pk).update(rank="1" * LONGEST + "2")
            with pytest.raises(Crowded):
                put(column[2], by=cast.rita.by, before=column[1].pk)

    def test_a_move_brings_a_card_to_the_top_of_the_next_column(self, account: Account, cast: SimpleNamespace) -> None:
        with scope(account):
            first, second = (a_ready_deal(cast.rita, company=f"Firm {number}") for number in range(2))
            put(first, by=cast.rita.by)
            second.move(stage("Discovery"), by=cast.rita.by)
            first.move(stage("Discovery"), by=cast.rita.by)
            assert by_hand() == ["0", "1"]
            assert the_deal(first.lead).rank > fresh_rank()


@pytest.mark.django_db
class TestOverHttp:
    @pytest.fixture
    def rita(self, cast: SimpleNamespace) -> Client:
        client = Client()
        client.force_login(cast.rita.user)
        return client

    def send(self, client: Client, path: str, **values: Any) -> Any:
        headers = {"HX-Request": "true", "HX-Current-URL": "https://x/acme/board/?order=hand"}
        return client.post(f"/acme/{path}", values, headers=headers)

    def shown(self, client: Client, query: str = "order=hand") -> list[str]:
        return re.findall(r"Firm (\d)</a>", client.get(f"/acme/board/?{query}").content.decode())

    def test_what_one_puts_up_everybody_sees(
        self, account: Account, cast: SimpleNamespace, column: list[Deal], rita: Client
    ) -> None:
        answer = self.send(rita, f"deals/{column[2].public_id}/place/", before=column[0].public_id)
        assert answer.status_code == 200
        assert f'id="deal-{column[2].public_id}"' in answer.content.decode()
        raj = Client()
        raj.force_login(cast.raj.user)
        assert self.shown(rita) == self.shown(raj) == ["0", "2", "1"]

    @pytest.mark.parametrize("nonsense", ["", "dea_x", "lead_01M8PCBYG5F0YT62XBX5SA3D28", "\x00"])
    def test_nonsense_beside_it_means_the_top(self, column: list[Deal], rita: Client, nonsense: str) -> None:
        assert self.send(rita, f"deals/{column[2].public_id}/place/", before=nonsense).status_code == 200
        assert self.shown(rita)[0] == "0"

    def test_a_closed_card_is_told_with_the_newer_one(
        self, account: Account, cast: SimpleNamespace, column: list[Deal], rita: Client
    ) -> None:
        with scope(account):
            column[0].lose(by=cast.raj.by, reason="Price")
        answer = self.send(rita, f"deals/{column[0].public_id}/place/")
        assert answer.status_code == 409
        assert "Reopen it first" in answer["HX-Trigger"]

    def test_a_card_dropped_between_two_of_another_column_stays_between_them(
        self, account: Account, cast: SimpleNamespace, rita: Client
    ) -> None:
        with scope(account):
            ready = [a_ready_deal(cast.rita, company=f"Firm {number}") for number in range(3)]
            for deal in ready[:2]:
                deal.move(stage("Discovery"), by=cast.rita.by)
            there = stage("Discovery").public_id
        moved = self.send(rita, f"deals/{ready[2].public_id}/moves/", stage=there, version=1, before=ready[0].public_id)
        assert moved.status_code == 200
        assert self.shown(rita) == ["1", "2", "0"]

    def test_a_card_dropped_beside_a_closed_one_is_won_all_the_same(
        self, account: Account, cast: SimpleNamespace, rita: Client
    ) -> None:
        with scope(account):
            won, deal = (a_deal(cast.rita, company=f"Firm {number}") for number in range(2))
            Criterion.objects.all().delete()
            won.move(stage("Closed"), by=cast.rita.by)
            there = stage("Closed").public_id
        moved = self.send(rita, f"deals/{deal.public_id}/moves/", stage=there, version=1, before=won.public_id)
        assert moved.status_code == 200
        with scope(account):
            assert Deal.objects.get(pk=deal.pk).status == "won"

    def test_where_there_is_no_room_between_two_a_moved_card_stands_on_top(
        self, account: Account, cast: SimpleNamespace, rita: Client
    ) -> None:
        with scope(account):
            ready = [a_ready_deal(cast.rita, company=f"Firm {number}") for number in range(3)]
            for number, deal in enumerate(ready[:2]):
                deal.move(stage("Discovery"), by=cast.rita.by)
                Deal.objects.filter(pk=deal.pk).update(rank="1" * LONGEST + str(number + 1))
            there = stage("Discovery").public_id
        moved = self.send(rita, f"deals/{ready[2].public_id}/moves/", stage=there, version=1, before=ready[1].public_id)
        assert moved.status_code == 200
        with scope(account):
            assert Deal.objects.get(pk=ready[2].pk).stage.name.startswith("Discovery")


@pytest.mark.django_db
def test_the_place_follows_the_promise_the_tier_and_the_stage(account: Account, cast: SimpleNamespace) -> None:
    def by_attention() -> list[str]:
        rows = Deal.objects.open().order_by("attention", "id")
        return [name.removeprefix("Firm ") for name in rows.values_list("lead__company__name", flat=True)]

    with scope(account):
        deals = [a_ready_deal(cast.rita, company=f"Firm {number}", tier="high") for number in range(3)]
        leads = [deal.lead_id for deal in deals]
        Lead.objects.filter(pk=leads[2]).update(first_response_due_at=clock.now() + DAY)
        weigh(leads)
        assert by_attention() == ["2", "0", "1"]
        Lead.objects.filter(pk=leads[1]).update(first_response_due_at=clock.now() - DAY)
        weigh(leads)
        assert by_attention() == ["2", "1", "0"]
        Lead.objects.filter(pk=leads[2]).update(first_response_at=clock.now())
        weigh(leads)
        assert by_attention() == ["1", "0", "2"]
        Lead.objects.filter(pk=leads[2]).update(tier="urgent")
        settle_leads(leads)
        assert by_attention() == ["2", "1", "0"]
        deals[1].move(stage("Discovery"), by=cast.rita.by)
        moved = the_deal(deals[1].lead)
        assert moved.attention == attention("high", moved.lead.first_response_due_at, moved.limit_at, clock.now())
