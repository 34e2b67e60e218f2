from datetime import timedelta

import pytest

from reports.response_times import leads_behind, response_times
from tests.reports.golden import World, march


@pytest.mark.parametrize(
    ("minutes", "span"),
    [(5, "5min"), (6, "15min"), (15, "15min"), (60, "1h"), (61, "day"), (899, "day"), (900, "later"), (None, "never")],
)
def test_span_of_a_first_response(world: World, minutes: int | None, span: str) -> None:
    """A lead of 09:00: until midnight, 900 minutes later, it is the same day."""
    at = march(2, 9)
    world.lead(captured_at=at, first_response_at=None if minutes is None else at + timedelta(minutes=minutes))

    result = response_times(world.question())

    assert [part.key for part in result.spans if part.share.part] == [span]
    assert len(leads_behind(world.question(), None, span)) == 1


def test_never_is_part_of_the_base(world: World) -> None:
    world.lead(captured_at=march(2), first_response_at=march(2))
    world.lead(captured_at=march(2))

    within = response_times(world.question()).within("1h")

    assert (within.part, within.whole) == (1, 2)


def test_system_lag_and_human_lag(world: World) -> None:
    for tenths in range(1, 12):
        owner_at = march(2, 10) + timedelta(seconds=tenths / 10)
        world.lead(captured_at=march(2, 10), assigned_at=owner_at, first_response_at=owner_at + timedelta(hours=24))

    result = response_times(world.question())

    assert result.assignment_median == pytest.approx(0.6)
    assert result.assignment_p99 == pytest.approx(1.09)
    assert result.human_median == pytest.approx(8 * 3600)  # 24 h by the clock are one working day
