"""Machines: what they send is put aside, never lost; people are not held up by it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from leads.models import Lead, Submission
from leads.spam import FLOOD, OLDEST, stamp, why_advert, why_spam
from tenancy import clock
from tenancy.models import Account
from tenancy.scope import scope
from tests.leads.forms import ADA, a_form, path, stamped, the_submission

NOW = clock.now()


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


@pytest.mark.django_db
def test_who_came_where_from_is_kept_as_a_touch(account: Account) -> None:
    form = a_form(account)
    came = {"landing_page": "https://acme.example/it?gclid=1", "referrer": "https://search.example/", "gclid": "1"}
    Client().post(path(form), ADA | stamped(form) | came)
    stored = the_submission(account)
    assert stored.campaign == came
    assert stored.lead.campaign == came
    assert stored.form == form


@pytest.mark.parametrize(
    ("said", "word"),
    [
        ({"name": "Win at https://casino.example"}, "where a name should be"),
        ({"first_name": "WWW.casino.example"}, "where a name should be"),
        ({"message": "[url=x] <a href=y> http://a.example https://b.example"}, "4 links"),
        ({"message": "http://a.example http://b.example", "custom.notes": "www.c.example www.d.example"}, "4 links"),
        ({"email": "bot@Mailinator.com "}, "thrown away"),
        ({"message": "See https://kestrel.example/it", "website": "www.kestrel.example"}, ""),
        ({"company": "www.kestrel.example", "name": "Wwwan Httpson"}, ""),
        ({"message": None, "name": ["x"], "email": 7}, ""),
    ],
)
def test_advertising_is_known_by_its_links_and_its_address(said: dict[str, Any], word: str) -> None:
    reason = why_advert(said)
    assert word in reason if word else reason == ""


def test_a_page_that_was_recorded_long_ago_is_not_believed() -> None:
    old = {"t": stamp("frm_1", NOW - OLDEST + timedelta(seconds=1))}
    assert why_spam(old, "frm_1", NOW) == ""
    assert "opened more than 7 days before" in why_spam(old, "frm_1", NOW + timedelta(seconds=2))
