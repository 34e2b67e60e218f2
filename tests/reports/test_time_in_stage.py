from datetime import date
from typing import Any

from reports.time_in_stage import StageTime, leads_behind, time_in_stage
from tests.reports.golden import World, march

DAY, WORKDAY = 86_400, 8 * 3600


def row(world: World, stage: str, **filters: Any) -> StageTime:
    return next(row for row in time_in_stage(world.question(**filters)).rows if row.stage.name == stage)


def test_golden_median_of_a(golden: World) -> None:
    a = row(golden, "A")

    assert (a.n, a.wall_median, a.wall_p90) == (5, 2 * DAY, 5.8 * DAY)


def test_golden_open_deal_is_shown_apart(golden: World) -> None:
    a = row(golden, "A")

    assert (a.open, a.late) == (1, 1)
    assert a.oldest == 21 * WORKDAY  # 3 March to 31 March: 29 days by the clock


def test_working_time_leaves_nights_and_weekends_out(world: World) -> None:
    """From Friday 27 March 15:00 to Monday 30 March 11:00: two hours and two."""
    world.deal(1, 0, [("A", march(27, 15), march(30, 11)), ("B", march(30, 11), None)])

    assert (row(world, "A").worked_median, row(world, "A").wall_median) == (4 * 3600, 68 * 3600)


def test_deal_that_came_back_counts_where_it_left_for_good(golden: World) -> None:
    """Deal 4 left A on the 6th and again on the 12th: once, with the sum of both stays."""
    assert row(golden, "A", first=date(2026, 3, 6), end=date(2026, 3, 7)).n == 0
    late = row(golden, "A", first=date(2026, 3, 12), end=date(2026, 3, 13))

    assert (late.n, late.wall_median) == (1, 7 * DAY)


def test_open_deals_of_the_number_are_known(golden: World) -> None:
    a = golden.stages["A"].pk

    assert leads_behind(golden.question(), a, "open") == [golden.deals[5].lead_id]
    assert len(leads_behind(golden.question(), a, None)) == 5


def test_empty_stage_has_no_median(world: World) -> None:
    assert row(world, "A").wall_median is None
