from datetime import date
from typing import Any

from leads.models import Status
from reports.lead_funnel import lead_funnel, lead_to_opportunity, leads_behind
from tests.reports.golden import World, march


def counts(world: World, **filters: Any) -> dict[str, int]:
    return {step.key: step.count for step in lead_funnel(world.question(**filters)).steps}


def test_golden_lead_to_opportunity(golden: World) -> None:
    rate = lead_to_opportunity(golden.question())

    assert (rate.part, rate.whole) == (4, 6)
    assert round(100 * (rate.value or 0), 1) == 66.7


def test_steps_count_what_ever_happened(golden: World) -> None:
    golden.lead(qualified_at=march(1), assigned_at=march(1), first_response_at=march(2))
    golden.lead(assigned_at=march(1))

    assert counts(golden) == {
        "captured": 8,
        "qualified": 1,
        "assigned": 2,
        "contacted": 1,
        "opportunity": 4,
        "won": 2,
    }


def test_step_over_the_one_before_is_a_share_of_its_leads(world: World) -> None:
    world.lead(qualified_at=march(1), assigned_at=march(1))
    world.lead(assigned_at=march(1))

    assigned = lead_funnel(world.question()).step("assigned")

    assert assigned.of_before
    assert (assigned.of_before.part, assigned.of_before.whole) == (1, 1)
    assert (assigned.of_captured.part, assigned.of_captured.whole) == (2, 2)


def test_spam_and_merged_leads_do_not_count(world: World) -> None:
    for status in (Status.SPAM, Status.MERGED, Status.DISQUALIFIED):
        world.lead(status=status)

    assert counts(world)["captured"] == 1


def test_cohort_is_captured_in_the_period(world: World) -> None:
    world.lead(captured_at=march(31, 23))

    assert counts(world)["captured"] == 1
    assert counts(world, end=date(2026, 3, 31))["captured"] == 0


def test_number_knows_its_leads(golden: World) -> None:
    assert set(leads_behind(golden.question(), None, "won")) == {golden.deals[n].lead_id for n in (1, 6)}
    assert len(leads_behind(golden.question(), None, "captured")) == 6
