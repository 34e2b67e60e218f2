from datetime import date, timedelta
from typing import Any

from pipeline.models import DealStatus
from reports.funnel import funnel, leads_behind
from tests.reports.golden import World, march


def rows(world: World, **filters: Any) -> dict[str, tuple[int, ...]]:
    result = funnel(world.question(**filters))
    return {
        row.stage.name: (row.entered, row.passed, row.lost, row.disqualified, row.late, row.open) for row in result.rows
    }


def test_golden_conversion(golden: World) -> None:
    result = funnel(golden.question())

    assert [(row.stage.name, row.entered, row.conversion.percent) for row in result.rows] == [
        ("A", 6, "67 %"),
        ("B", 4, "100 %"),
        ("C", 4, "50 %"),
    ]
    assert [round(100 * (row.conversion.value or 0), 1) for row in result.rows] == [66.7, 100.0, 50.0]


def test_golden_drop_off(golden: World) -> None:
    assert rows(golden) == {"A": (6, 4, 1, 0, 1, 0), "B": (4, 4, 0, 0, 0, 0), "C": (4, 2, 1, 0, 0, 1)}


def test_golden_cohort_is_not_settled_while_two_are_open(golden: World) -> None:
    result = funnel(golden.question())

    assert (result.n, result.still_open) == (6, 2)


def test_cohort_follows_its_deals_beyond_the_period(golden: World) -> None:
    """Of those that entered A on the first day both moved on, though later."""
    assert rows(golden, first=date(2026, 3, 1), end=date(2026, 3, 2))["A"] == (2, 2, 0, 0, 0, 0)


def test_period_is_half_open(golden: World) -> None:
    assert rows(golden, first=date(2026, 3, 1), end=date(2026, 3, 3))["A"][0] == 4
    assert rows(golden, first=date(2026, 3, 3), end=date(2026, 3, 10))["A"][0] == 2  # deals 5, and 4 again


def test_disqualified_is_its_own_part(world: World) -> None:
    world.deal(1, 0, [("A", march(2), march(3))], status=DealStatus.DISQUALIFIED, closed_at=march(3))

    assert rows(world)["A"] == (1, 0, 0, 1, 0, 0)


def test_past_limit_counts_working_days(world: World) -> None:
    """A has three working days: from Friday 27 March 10:00 until Wednesday 1 April 10:00."""
    world.deal(1, 0, [("A", march(26, 9), None)])
    world.deal(2, 0, [("A", march(27, 10), None)])

    assert rows(world)["A"] == (2, 0, 0, 0, 1, 1)


def test_deal_that_moved_back_is_past_the_limit_of_where_it_stands(world: World) -> None:
    world.deal(1, 0, [("A", march(2), march(3)), ("B", march(3), march(30)), ("A", march(30), None)])

    assert rows(world)["B"] == (1, 0, 0, 0, 0, 1)
    assert rows(world)["A"] == (1, 1, 0, 0, 0, 0)


def test_filters_narrow(golden: World) -> None:
    rita = golden.member("Rita")
    lead = golden.deals[6].lead
    lead.owner, lead.tier = rita, "urgent"
    lead.save()

    assert rows(golden, owner_id=rita.pk)["A"] == (1, 1, 0, 0, 0, 0)
    assert rows(golden, tier="urgent")["A"][0] == 1
    assert rows(golden, tier="low")["A"][0] == 0
    assert rows(golden, source_id=golden.source.pk)["A"][0] == 6


def test_each_number_knows_its_leads(golden: World) -> None:
    question, a = golden.question(), golden.stages["A"].pk

    assert leads_behind(question, a, "lost") == [golden.deals[3].lead_id]
    assert set(leads_behind(question, a, "passed")) == {golden.deals[n].lead_id for n in (1, 2, 4, 6)}
    assert len(leads_behind(question, None, None)) == 6


def test_days_begin_at_the_accounts_midnight(world: World) -> None:
    world.account.time_zone = "America/New_York"  # midnight there is 04:00 or 05:00 UTC
    late = march(1) + timedelta(hours=3)
    world.deal(1, 0, [("A", late, None)])

    assert rows(world, first=date(2026, 3, 1), end=date(2026, 3, 2))["A"][0] == 0
    assert rows(world, first=date(2026, 2, 28), end=date(2026, 3, 1))["A"][0] == 1
