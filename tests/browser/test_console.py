"""What counts as an error on a page's console."""

import pytest

from tests.browser.conftest import whole

AFTER, ABORTED, FAILED = "htmx:afterRequest, div", "htmx:sendAbort, div", "htmx:sendError, div"


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ([], []),
        ([AFTER, ABORTED], []),
        (["TypeError", AFTER, ABORTED], ["TypeError"]),
        ([AFTER, FAILED], [AFTER, FAILED]),
        ([AFTER, FAILED, AFTER, ABORTED], [AFTER, FAILED]),
        ([ABORTED], []),
    ],
)
def test_only_what_somebody_left_behind_is_no_error(said: list[str], kept: list[str]) -> None:
    assert whole(said) == kept
