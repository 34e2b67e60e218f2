"""The puzzle against machines: each counts once, for every process of ours together."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from leads.models import SpentPuzzle, Submission
from leads.puzzle import LASTS, puzzle, why_unsolved
from tenancy import clock
from tenancy.models import Account
from tenancy.scope import scope
from tests.factories import an_account
from tests.leads.forms import ADA, a_form, path, solved, stamped
from tests.leads.test_twins import at_once

NOW = clock.now()


def test_a_solved_puzzle_counts_once(in_scope: Account) -> None:
    answer = solved(puzzle("frm_1", NOW))
    assert why_unsolved(answer, "frm_1", NOW) == ""
    assert "used before" in why_unsolved(answer, "frm_1", NOW)


@pytest.mark.parametrize(
    ("spoil", "word"),
    [
        (lambda _: None, "not solved"),
        (lambda _: "", "not solved"),
        (lambda _: "~", "not solved"),
        (lambda _: {"a": 1}, "not solved"),
        (lambda answer: "x" + answer, "not solved"),
        (lambda answer: answer.rpartition("~")[0] + "~-1", "solved wrong"),
        (lambda answer: answer.rpartition("~")[0] + "~99999999", "solved wrong"),
        (lambda answer: answer.rpartition("~")[0] + "~60001", "solved wrong"),
    ],
)
def test_no_other_answer_will_do(in_scope: Account, spoil: Any, word: str) -> None:
    assert word in why_unsolved(spoil(solved(puzzle("frm_1", NOW))), "frm_1", NOW)


def test_a_puzzle_belongs_to_its_form_and_its_hour(in_scope: Account) -> None:
    answer = solved(puzzle("frm_1", NOW))
    assert "not solved" in why_unsolved(answer, "frm_2", NOW)
    assert "too old" in why_unsolved(answer, "frm_1", NOW + LASTS + timedelta(seconds=1))


@pytest.mark.django_db
def test_a_form_with_a_puzzle_believes_only_who_solved_it(account: Account) -> None:
    form = a_form(account, puzzle=True)
    page = Client().get(path(form)).content.decode()
    signed = page.partition('data-puzzle="')[2].partition('"')[0]

    assert Client().post(path(form), ADA | stamped(form)).status_code == 303
    assert Client().post(path(form), ADA | stamped(form) | {"puzzle": solved(signed)}).status_code == 303

    with scope(account):
        assert list(Submission.objects.order_by("id").values_list("lead__status", flat=True)) == ["spam", "open"]


def test_what_failed_may_send_its_answer_again(in_scope: Account) -> None:
    answer = solved(puzzle("frm_1", NOW))
    with transaction.atomic():
        assert why_unsolved(answer, "frm_1", NOW) == ""
        transaction.set_rollback(True)
    assert why_unsolved(answer, "frm_1", NOW) == ""


def test_what_is_too_old_to_count_is_forgotten(in_scope: Account) -> None:
    for moment in (NOW, NOW + LASTS, NOW + LASTS + timedelta(minutes=1)):
        assert why_unsolved(solved(puzzle("frm_1", moment)), "frm_1", moment) == ""
    assert SpentPuzzle.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_one_answer_in_eight_connections_at_once_counts_once() -> None:
    account = an_account()
    form = a_form(account, puzzle=True)
    answer = stamped(form) | {"puzzle": solved(puzzle(form.public_id, clock.now()))}
    sent = at_once(8, lambda number: Client().post(path(form), ADA | answer | {"email": f"a{number}@x.example"}))
    assert {one.status_code for one in sent} == {303}
    with scope(account):
        assert sorted(Submission.objects.values_list("lead__status", flat=True)) == ["open"] + ["spam"] * 7


@pytest.mark.django_db
def test_who_left_out_how_to_be_reached_may_send_the_same_answer_again(account: Account) -> None:
    form = a_form(account, puzzle=True, fields=[{"field": "name"}, {"field": "message"}])
    answer = stamped(form) | {"puzzle": solved(puzzle(form.public_id, clock.now())), "message": "Hello"}
    sent = [Client().post(path(form), answer | more, content_type="application/json") for more in ({}, {"name": "Ada"})]
    assert [one.status_code for one in sent] == [400, 201]
    with scope(account):
        assert Submission.objects.get().lead.status == "open"


@pytest.mark.django_db
def test_a_page_may_stand_open_until_after_lunch(account: Account) -> None:
    form, shown = a_form(account, puzzle=True), timedelta(hours=5)
    answer = solved(puzzle(form.public_id, clock.now() - shown))
    Client().post(path(form), ADA | stamped(form, shown.total_seconds()) | {"puzzle": answer})
    with scope(account):
        assert Submission.objects.get().lead.status == "open"
