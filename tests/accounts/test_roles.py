"""Role x function: the whole table, so that a change of a right is a change of a test."""

import pytest

from accounts.roles import MATRIX, Function, Role, may

EXPECTED = {
    # function: rep, manager, admin, marketer
    Function.SEE_LEADS: "rep manager admin marketer",
    Function.CAPTURE: "rep manager admin marketer",
    Function.WORK_LEADS: "rep manager admin",
    Function.MOVE_DEALS: "rep manager admin",
    Function.REASSIGN: "manager admin",
    Function.OVERRIDE_GATES: "manager admin",
    Function.SEE_REPORTS: "rep manager admin marketer",
    Function.MANAGE_CAPTURE: "admin marketer",
    Function.SORT_INTAKE: "manager admin marketer",
    Function.MANAGE_CADENCES: "manager admin",
    Function.MANAGE_PRIVACY: "admin",
    Function.MANAGE_ACCOUNT: "admin",
}


def test_every_function_is_in_the_table() -> None:
    assert set(MATRIX) == set(Function) == set(EXPECTED)


@pytest.mark.parametrize("function", list(Function))
@pytest.mark.parametrize("role", list(Role))
def test_may(role: Role, function: Function) -> None:
    assert may(role, function) == (role in EXPECTED[function].split())
