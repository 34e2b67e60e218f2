"""Preview and replay decide as the real thing does: the same function, the same state, the same answer."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from random import Random
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from events import drain
from events.record import SYSTEM
from leads.models import Company, Lead
from routing import assignment, replaying
from routing.models import Action, Decision, Leave, PoolMember, Replay, Roster, RoutingRule
from routing.preview import preview, preview_of
from routing.versions import begin_draft, live_version
from tenancy import clock
from tenancy.models import Account
from tests.factories import a_lead, a_member
from tests.isolation.world import TENANT_MODELS
from tests.routing.published import EVERY_LEAD, a_pool, publish, to_pool

pytestmark = pytest.mark.usefixtures("rules", "in_scope")
WEEKDAYS = (1, 4, 5, 6, 7, 8)  # ago
COUNTRIES = ("DE", "US", "JP")


def whom(chance: Random, rules: SimpleNamespace) -> None:
    """Pools, weights, capacities, hours and leave by chance, and rules that use them."""
    people = [rules.rita, rules.raj, rules.max, a_member("Jun"), a_member("Kim")]
    for one in people:
        kind = chance.randrange(4)
        if kind == 0:
            Roster.objects.create(member=one, week=[[[chance.randrange(0, 700), 1440]]] * 7, languages=["de"])
        elif kind == 1:
            Leave.objects.create(
                member=one, first_day=date(2026, 3, 16), last_day=date(2026, 3, 16 + chance.randrange(3))
            )
    pools = []
    for number, strategy in enumerate(chance.sample(["round_robin", "weighted", "least_loaded", "best_fit"], 2)):
        seats = [
            (one, {"weight": chance.randrange(1, 5), "capacity_open": chance.choice([None, 3, 6])})
            for one in chance.sample(people, 3)
        ]
        pools.append(a_pool(f"Pool {number}", *seats, strategy=strategy))
    german = {"field": "country", "operator": "is", "value": "DE"}
    publish(
        to_pool("Germany", pools[0], german),
        {"label": "Known", "condition": EVERY_LEAD, "action": Action.COMPANY_OWNER},
        to_pool("All", pools[1]),
        closed=chance.choice(["first_to_open", "queue"]),
    )


@pytest.mark.parametrize("seed", range(6))
def test_preview_replay_and_the_real_thing_give_the_same_answers(
    account: Account, rules: SimpleNamespace, seed: int
) -> None:
    chance = Random(seed)
    whom(chance, rules)
    now = clock.now()
    firms = [Company.objects.create(name=f"Firm {number}") for number in range(3)]
    leads = []
    for number in range(14):
        lead = a_lead(country=chance.choice(COUNTRIES), captured_at=now - timedelta(minutes=14 - number), tier="high")
        Lead.objects.filter(pk=lead.pk).update(company=chance.choice([*firms, None]))
        leads.append(lead)
    replay = replaying.ask_for_replay(begin_draft(), 1)
    with clock.at(now - timedelta(minutes=14)):  # as each came, which is when the real decisions are made below
        replaying.run(account, replay.pk)
    replay.refresh_from_db()
    seen = []
    for lead in leads:
        with clock.at(lead.captured_at):
            live = live_version()
            assert live
            said = preview(live, Lead.objects.with_people().get(pk=lead.pk))
            (made,) = assignment.route([lead.pk], by=SYSTEM)
        assert {key: said[key] for key in ("sentence", "tried", "candidates", "tie_break", "rule", "member")} == {
            "sentence": made.sentence,
            **{key: made.body[key] for key in ("tried", "candidates", "tie_break", "rule", "member")},
        }
        seen.append(made)
    shares = {one["name"]: one["leads"] for one in replay.result["draft"]["members"]}
    assert shares == Counter(one.body["member"] for one in seen if one.member_id)
    assert replay.result["draft"]["outcomes"] == Counter(one.reason for one in seen)


def fingerprint() -> dict[str, list[Any]]:
    return {model.__name__: list(model.objects.order_by("pk").values_list()) for model in TENANT_MODELS}


def test_a_preview_writes_nothing(rules: SimpleNamespace) -> None:
    live = live_version()
    assert live
    lead = a_lead()
    before = fingerprint()
    first, second = (preview(live, lead)["sentence"] for _ in range(2))
    assert first == second == "“Everybody in turn”: first in Everybody."
    assert fingerprint() == before


def test_a_lead_that_does_not_exist_is_read_as_capture_would(rules: SimpleNamespace) -> None:
    big = {"field": "headcount", "operator": "greater_than", "value": 200}
    managed = {"field": "product", "operator": "is", "value": "Managed services"}
    urgent = {"field": "tier", "operator": "is", "value": "urgent"}
    rule = {"label": "Large", "condition": {"all": [big, managed, urgent]}, "action": Action.MEMBER}
    version = publish(rule | {"member": rules.max})
    before = fingerprint()
    said = {"country": "Switzerland", "headcount": "201-500", "product": "Managed services", "tier": "Urgent"}
    found = preview_of(version, said | {"score": 90, "email": "ada@kestrel.example"})
    assert (found["sentence"], found["score"]) == ("Rule 1, “Large”: it names Max.", 90)
    assert fingerprint() == before


def test_the_owner_of_a_known_company_counts_by_its_domain(rules: SimpleNamespace) -> None:
    kestrel = Company.objects.create(name="Kestrel", domain="kestrel.example")
    Lead.objects.filter(pk=a_lead(owner=rules.raj).pk).update(company=kestrel, assigned_at=clock.now())
    version = publish({"label": "Known", "condition": EVERY_LEAD, "action": Action.COMPANY_OWNER})
    assert preview_of(version, {"email": "eva@kestrel.example"})["member"] == "Raj"


@pytest.mark.parametrize(
    ("said", "fact"),
    [
        ({"headcount": "many"}, "headcount"),
        ({"tier": "gold"}, "tier"),
        ({"score": "101"}, "score"),
        ({"score": "x"}, "score"),
        ({"source": "Nowhere at all"}, "source"),
        ({"luck": "x"}, "luck"),
    ],
)
def test_facts_that_make_no_sense_are_named(said: dict[str, Any], fact: str) -> None:
    live = live_version()
    assert live
    with pytest.raises(ValidationError) as refused:
        preview_of(live, said)
    assert list(refused.value.message_dict) == [fact]


def past(number: int, **facts: Any) -> list[Lead]:
    """Leads of the last working days, four a day, urgent and due at once."""
    found = []
    for at in range(number):
        captured = clock.now() - timedelta(days=WEEKDAYS[at // 4], hours=at % 4 * -1)
        facts["first_response_due_at"] = captured + timedelta(minutes=5)
        found.append(a_lead(captured_at=captured, tier="urgent", **facts))
    return found


def replayed(account: Account, draft: Any, days: int = 30) -> dict[str, Any]:
    replay = replaying.ask_for_replay(draft, days)
    replaying.run(account, replay.pk)
    replay.refresh_from_db()
    assert (replay.state, replay.percent, replay.done) == ("done", 100, replay.total)
    result: dict[str, Any] = replay.result
    return result


def test_a_replay_says_who_would_have_got_what_and_which_rules_are_dead(
    account: Account, rules: SimpleNamespace
) -> None:
    past(24, country="DE")
    draft = begin_draft()
    (fallback,) = draft.rules.all()
    RoutingRule.objects.filter(pk=fallback.pk).update(position=9)
    german = {"field": "country", "operator": "is", "value": "DE"}
    french = {"field": "country", "operator": "is", "value": "FR"}
    desk = a_pool("Desk", (rules.raj, {"weight": 3}), rules.max, strategy="weighted")
    RoutingRule.objects.create(version=draft, position=1, **to_pool("France", desk, french))
    RoutingRule.objects.create(version=draft, position=2, **to_pool("Germany", desk, german))
    result = replayed(account, draft)
    assert (result["leads"], result["few"]) == (24, False)
    assert {one["name"]: one["leads"] for one in result["live"]["members"]} == {"Rita": 12, "Raj": 12}
    assert {one["name"]: one["leads"] for one in result["draft"]["members"]} == {"Raj": 18, "Max": 6}
    assert {one["label"]: one["matched"] for one in result["draft"]["rules"]} == {
        "France": 0,
        "Germany": 24,
        "Everybody in turn": 0,
    }
    assert result["changed"] > 10
    assert len(result["changes"]) <= 20
    assert set(result["changes"][0]) == {"id", "name", "live", "draft"}


def test_a_replay_knows_what_was_on_the_table_and_when_it_was_closed(account: Account, rules: SimpleNamespace) -> None:
    """Rita holds one lead from before until two days ago; with room for one she gets her first then."""
    old = a_lead(owner=rules.rita, captured_at=clock.now() - timedelta(days=60))
    Lead.objects.filter(pk=old.pk).update(closed_at=clock.now() - timedelta(days=2, hours=12), status="lost")
    past(16)
    draft = begin_draft()
    desk = a_pool("Desk", (rules.rita, {"capacity_open": 1}))
    RoutingRule.objects.filter(version=draft).update(pool=desk, action=Action.POOL)
    result = replayed(account, draft)
    assert result["draft"]["outcomes"] == {"routed": 1, "nobody": 15}
    assert result["draft"]["members"] == [{"name": "Rita", "leads": 1, "most_open": 1}]


def test_a_replay_projects_the_promises_that_nobody_could_keep(account: Account, rules: SimpleNamespace) -> None:
    """They come in working hours; Raj works at night, and is late for all of them."""
    past(8)
    Roster.objects.create(member=rules.raj, week=[[[0, 60]]] * 7)
    draft = begin_draft()
    desk = a_pool("Desk", (rules.raj, {"capacity_open": None}))
    RoutingRule.objects.filter(version=draft).update(pool=desk, action=Action.POOL)
    result = replayed(account, draft)
    assert (result["live"]["promised"], result["live"]["late"]) == (8, 0)
    assert (result["draft"]["promised"], result["draft"]["late"], result["draft"]["while_closed"]) == (8, 8, 8)
    assert result["few"]


def test_a_replay_runs_in_the_background_and_writes_nothing_else(account: Account, rules: SimpleNamespace) -> None:
    past(4)
    replay = replaying.ask_for_replay(begin_draft(), 30)
    assert (replay.state, replay.total, replay.percent) == ("running", 4, 0)
    before = {name: rows for name, rows in fingerprint().items() if name not in ("Replay", "Job")}
    drain.drain_outside()
    assert Replay.objects.get().state == "done"
    assert {name: rows for name, rows in fingerprint().items() if name not in ("Replay", "Job")} == before
    assert not Decision.objects.exists()
    assert not PoolMember.objects.filter(turns__gt=0).exists()


def test_a_second_replay_takes_the_place_of_the_first(account: Account) -> None:
    draft = begin_draft()
    first, second = (replaying.ask_for_replay(draft, 30) for _ in range(2))
    replaying.run(account, first.pk)
    assert Replay.objects.get(pk=first.pk).state == "failed"
    assert replaying.newest_replay(draft) == second


@pytest.mark.parametrize("days", [0, 366])
def test_days_that_make_no_sense_are_refused(days: int) -> None:
    with pytest.raises(ValidationError, match="1 to 365 days"):
        replaying.ask_for_replay(begin_draft(), days)
