"""The escalations inbox: what is broken, whose, why; and a manager's deeds."""

from __future__ import annotations

import json
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client

from events.kinds import Kind
from events.models import Event
from leads.models import Lead
from routing.models import Breach, Decision
from tenancy import clock
from tenancy.models import Account
from tenancy.scope import scope
from tests.routing.promises import MINUTE, TUESDAY, happened, promised, timer_of, until

pytestmark = pytest.mark.django_db
URL = "/acme/escalations/"


@pytest.fixture
def max_(client: Client, rules: SimpleNamespace) -> Client:
    client.force_login(rules.max.user)
    return client


@pytest.fixture
def jonas(account: Account, rules: SimpleNamespace) -> Lead:
    """Rita's urgent lead, whom nobody answered in time."""
    with scope(account):
        lead = promised(owner=rules.rita, name="Jonas Weidmann", company="Kestrel")
        until(TUESDAY + 6 * MINUTE)
    return lead


def breach_of(account: Account) -> Breach:
    with scope(account):
        found: Breach = Breach.objects.get()
        return found


def act(client: Client, breach: Breach, name: str, at: Any = TUESDAY + 7 * MINUTE, **said: str) -> Any:
    with clock.at(at):
        return client.post(f"{URL}{breach.public_id}/{name}/", said, headers={"HX-Request": "true"})


def test_what_is_broken_whose_and_why(max_: Client, jonas: Lead) -> None:
    page = max_.get(URL).content.decode()
    assert "Jonas Weidmann" in page
    assert "Nobody answered: “Answer within 5 minutes”. Rita has it." in page
    assert "Rita was on shift for 5 min of it." in page
    assert '<span class="side-count" id="count-escalations">1</span>' in page


def test_it_is_a_page_of_managers(client: Client, jonas: Lead, rules: SimpleNamespace) -> None:
    client.force_login(rules.rita.user)
    assert client.get(URL).status_code == 403
    assert "Escalations" not in client.get("/acme/leads/").content.decode()


def test_one_can_look_at_one_cause(max_: Client, jonas: Lead) -> None:
    assert "Jonas Weidmann" in max_.get(f"{URL}?blame=person").content.decode()
    assert "None of these" in max_.get(f"{URL}?blame=capacity").content.decode()
    assert "Jonas Weidmann" in max_.get(f"{URL}?blame=nonsense").content.decode()
    assert max_.get(f"{URL}?cursor=nonsense").status_code == 302


def test_max_takes_it(max_: Client, jonas: Lead, account: Account, rules: SimpleNamespace) -> None:
    answer = act(max_, breach_of(account), "taking")
    assert json.loads(answer["HX-Trigger"])["toast"]["text"] == "Jonas Weidmann is yours now."
    with scope(account):
        assert Lead.objects.get(pk=jonas.pk).owner_id == rules.max.pk
        assert (Breach.objects.get().settled, Breach.objects.get().settled_by) == ("taken", "Max")
    assert "Every promise is kept" in max_.get(URL).content.decode()
    assert json.loads(act(max_, breach_of(account), "taking")["HX-Trigger"])["toast"]["text"].startswith("Max owns")


def test_max_gives_it_to_raj(max_: Client, jonas: Lead, account: Account, rules: SimpleNamespace) -> None:
    with clock.at(TUESDAY + 7 * MINUTE):
        said = {"owner": rules.raj.public_id, "reason": "load"}
        max_.post(f"/acme/leads/{jonas.public_id}/assignment/", said)
    assert breach_of(account).settled == "reassigned"
    with scope(account):
        until(TUESDAY + 11 * MINUTE)
        assert Decision.objects.count() == 1  # Raj has his whole window
        until(TUESDAY + 12 * MINUTE)
        assert happened(jonas, "lead.assigned") == [("lead.assigned", 7), ("lead.assigned", 12)]
        assert (Breach.objects.get().settled, Breach.objects.get().windows) == ("", 2)  # and is back in the inbox


def test_max_lets_it_wait_for_the_customer(max_: Client, jonas: Lead, account: Account) -> None:
    breach = breach_of(account)
    assert "Wait for Jonas Weidmann" in max_.get(f"{URL}{breach.public_id}/pause/").content.decode()
    answer = act(max_, breach, "pause", until="2026-03-18T10:00", reason="Their seats")
    assert "waits until Wed 18 Mar 10:00" in json.loads(answer["HX-Trigger"])["toast"]["text"]
    with scope(account):
        assert timer_of(jonas).paused_until == TUESDAY + timedelta(hours=24, minutes=18)
    assert breach_of(account).settled_reason == "Their seats"


@pytest.mark.parametrize("until", ["2026-03-16T10:00", "2036-03-16T10:00", "soon"])
def test_a_strange_time_stays_in_the_dialog(max_: Client, jonas: Lead, account: Account, until: str) -> None:
    answer = act(max_, breach_of(account), "pause", until=until)
    assert answer.status_code == 422
    assert "field-error" in answer.content.decode()
    assert breach_of(account).settled == ""


def test_max_dismisses_it_with_a_reason(max_: Client, jonas: Lead, account: Account) -> None:
    breach = breach_of(account)
    assert act(max_, breach, "dismissal").status_code == 422
    assert act(max_, breach, "dismissal", reason="A test").status_code == 200
    with scope(account):
        event = Event.objects.get(kind=Kind.BREACH_SETTLED)
        assert (event.actor_name, event.body) == ("Max", {"how": "dismissed", "reason": "A test"})
        until(TUESDAY + 60 * MINUTE)  # further windows are missed
    assert (breach_of(account).settled, breach_of(account).windows) == ("dismissed", 2)


def test_whom_the_rules_had_nobody_for_is_shown(max_: Client, account: Account, rules: SimpleNamespace) -> None:
    from events.record import SYSTEM
    from routing import assignment
    from tests.factories import a_lead

    with scope(account):
        for member in (rules.rita, rules.raj, rules.ada):
            type(member).objects.filter(pk=member.pk).update(left_at=TUESDAY)
        lead = a_lead(name="Petra Falk")
        assignment.route([lead.pk], by=SYSTEM)
    page = max_.get(URL).content.decode()
    assert "Petra Falk" in page
    assert "Nobody could take it." in page


def test_the_page_takes_few_statements_whatever_it_shows(
    max_: Client, account: Account, rules: SimpleNamespace, django_assert_max_num_queries: Any
) -> None:
    with scope(account):
        for _ in range(12):
            promised(owner=rules.rita)
        until(TUESDAY + 6 * MINUTE)
    with django_assert_max_num_queries(18):
        max_.get(URL)
