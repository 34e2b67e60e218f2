import pytest

from reports.rates import Rate


@pytest.mark.parametrize(
    ("part", "whole", "low", "high"),
    # Published examples of Wilson's interval, and the figures of the reference design.
    [(3, 14, 0.076, 0.476), (1, 9, 0.020, 0.435), (5, 10, 0.237, 0.763), (0, 4, 0.0, 0.490), (2, 7, 0.082, 0.641)],
)
def test_wilson_interval(part: int, whole: int, low: float, high: float) -> None:
    assert Rate(part, whole).interval == pytest.approx((low, high), abs=0.001)


def test_few_are_thin_and_rounded() -> None:
    assert (Rate(3, 14).thin, Rate(3, 14).percent, Rate(3, 14).interval_words) == (True, "21 %", "8–48 %")
    assert (Rate(7, 24).thin, Rate(7, 24).percent) == (False, "29.2 %")


def test_nothing_of_nothing_is_unknown() -> None:
    assert (Rate(0, 0).value, Rate(0, 0).percent) == (None, "–")
    assert Rate(0, 0).interval == (0, 1)


def test_points_over_another() -> None:
    assert Rate(3, 4).points_over(Rate(1, 2)) == pytest.approx(25)
    assert Rate(3, 4).points_over(Rate(0, 0)) is None
    assert Rate(3, 4).points_over(None) is None


def test_json_holds_both_counts() -> None:
    assert Rate(2, 4).as_json() == {"part": 2, "n": 4, "rate": 0.5, "low": 0.15, "high": 0.85}
