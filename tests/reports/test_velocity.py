from datetime import date

from pipeline.models import Deal, DealStatus
from reports.closed import leads_behind, win_rate
from reports.velocity import velocity
from tests.reports.golden import World, march


def test_golden_win_rate_value_and_cycle(golden: World) -> None:
    closed = win_rate(golden.question())

    assert (closed.win_rate.part, closed.win_rate.whole) == (2, 4)
    assert closed.mean_value_minor == 35_000_00
    assert (closed.mean_days, closed.median_days) == (15, 15)


def test_golden_velocity(golden: World) -> None:
    result = velocity(golden.question())

    assert result.opportunities == 4
    assert result.per_day_minor == 4_666_67


def test_terms_are_of_the_period(golden: World) -> None:
    """By 10 March one deal was lost, none won; opportunities were 1, 2 and 4."""
    result = velocity(golden.question(first=date(2026, 3, 1), end=date(2026, 3, 10)))

    assert (result.opportunities, result.closed.closed, result.per_day_minor) == (3, 1, None)


def test_opportunity_closed_before_the_period_is_not_open_in_it(golden: World) -> None:
    assert velocity(golden.question(first=date(2026, 3, 25), end=date(2026, 4, 1))).opportunities == 2  # 2 and 4


def test_disqualified_is_neither_won_nor_lost(world: World) -> None:
    world.deal(1, 0, [("A", march(2), march(3))], status=DealStatus.DISQUALIFIED, closed_at=march(3))

    assert win_rate(world.question()).closed == 0


def test_other_currencies_are_left_out_and_counted(golden: World) -> None:
    Deal.objects.filter(pk=golden.deals[1].pk).update(currency="USD")

    closed = win_rate(golden.question())

    assert (closed.mean_value_minor, closed.foreign_money) == (60_000_00, 1)


def test_number_knows_its_leads(golden: World) -> None:
    assert set(leads_behind(golden.question(), None, "lost")) == {golden.deals[n].lead_id for n in (2, 3)}
