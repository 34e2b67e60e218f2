"""Machines: what they send is put aside, never lost; people are not held up by it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from events import drain
from events.models import Notification
from leads.models import Lead, Submission
from leads.puzzle import LASTS, puzzle, why_unsolved
from leads.spam import FLOOD, HONEYPOT
from tenancy import clock
from tenancy.models import Account
from tenancy.scope import scope
from tests.leads.forms import ADA, a_form, path, solved, stamped, the_submission
from workspace.opening import open_account

NOW = clock.now()
SCRIPTED = 240  # a thousand take a minute and say the same


def test_a_solved_puzzle_counts_once() -> None:
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
def test_no_other_answer_will_do(spoil: Any, word: str) -> None:
    assert word in why_unsolved(spoil(solved(puzzle("frm_1", NOW))), "frm_1", NOW)


def test_a_puzzle_belongs_to_its_form_and_its_hour() -> None:
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


@pytest.mark.django_db
def test_a_flood_from_one_address_is_put_aside_and_others_are_not(account: Account) -> None:
    form = a_form(account)
    for number in range(FLOOD + 2):
        Client().post(path(form), {"email": f"bot{number}@x.example"}, REMOTE_ADDR="203.0.113.9")
    Client().post(path(form), ADA, REMOTE_ADDR="198.51.100.7")

    with scope(account):
        aside = Submission.objects.exclude(spam="")
        assert (aside.count(), set(aside.values_list("ip", flat=True))) == (2, {"203.0.113.9"})
        assert Lead.objects.get(contact__email="ada@example.com").status == "open"
    with clock.at(clock.now() + timedelta(minutes=2)):
        Client().post(path(form), {"email": "later@x.example"}, REMOTE_ADDR="203.0.113.9")
    with scope(account):
        assert Lead.objects.get(contact__email="later@x.example").status == "open"


def test_a_forged_forwarded_address_does_not_help_a_flood(db: None, account: Account) -> None:
    form = a_form(account)
    for number in range(FLOOD + 1):
        headers = {"X-Forwarded-For": f"203.0.113.{number}"}
        Client().post(path(form), {"email": f"bot{number}@x.example"}, headers=headers)
    with scope(account):
        assert Submission.objects.exclude(spam="").count() == 1


@pytest.mark.django_db(transaction=True)
def test_scripted_spam_reaches_nobody_and_is_all_kept() -> None:
    opened = open_account("Acme", "ada@acme.example")
    form = a_form(opened.account)
    for number in range(SCRIPTED):
        trap = [{HONEYPOT: "x"}, {"t": "forged"}, stamped(form, age=0), {"t": "", HONEYPOT: "y"}][number % 4]
        bot = {"name": f"Bot {number}", "email": f"bot{number}@spam.example", "message": "Buy"} | trap
        assert Client().post(path(form), bot, REMOTE_ADDR=f"203.0.113.{number % 250}").status_code == 303
        if number == SCRIPTED // 2:
            Client().post(path(form), ADA | stamped(form), REMOTE_ADDR="198.51.100.7")
            drain.drain()
            with scope(opened.account):
                real = Lead.objects.get(contact__email="ada@example.com")
            assert (real.status, real.owner_id, real.stage_name != "") == ("open", opened.member.pk, True)
    drain.drain()

    with scope(opened.account):
        spam = Lead.objects.filter(status="spam")
        assert spam.count() == SCRIPTED
        assert not spam.exclude(owner=None, score=None, deal_id=None).exists()
        assert Submission.objects.exclude(spam="").count() == SCRIPTED
        assert set(Notification.objects.values_list("lead_id", flat=True)) <= {real.pk}


@pytest.mark.django_db
def test_who_came_where_from_is_kept_as_a_touch(account: Account) -> None:
    form = a_form(account)
    came = {"landing_page": "https://acme.example/it?gclid=1", "referrer": "https://search.example/", "gclid": "1"}
    Client().post(path(form), ADA | stamped(form) | came)
    stored = the_submission(account)
    assert stored.campaign == came
    assert stored.lead.campaign == came
    assert stored.form == form
