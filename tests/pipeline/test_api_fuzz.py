"""The endpoints of pipelines, stages, criteria, deals and approvals, with things that are there and nonsense about
them: whatever is sent, nothing breaks."""

from __future__ import annotations

import json
from collections import Counter
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.criteria import CHECKS
from pipeline.models import Criterion, Deal, Pipeline, Stage, StageKind
from tenancy.models import Account
from tenancy.scope import scope
from tests.factories import a_key
from tests.fuzz.nasty import TEXTS
from tests.leads.test_api_leads import Api
from tests.pipeline.deals import a_deal, a_ready_deal

pytestmark = pytest.mark.django_db
LONE = "\ud800"  # no JSON text carries one
WORDS = [text for text in TEXTS if not any(LONE <= letter <= "\udfff" for letter in text)]
words = st.sampled_from(
    [*WORDS, "lost", "won", "Discovery complete", "open", "exit", "2026-03-12", "name", "technical"]
)
numbers = st.sampled_from([0, 1, -1, 2, 3.5, 100, 101, 2**31, 2**63, 10**30, True, False])
anything = st.recursive(
    st.none() | words | numbers,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=3),
    max_leaves=6,
)
NAMES = [
    *("name", "template", "archived", "position", "pipeline", "kind", "limit_working_days", "probability", "wip"),
    *("is_opportunity", "skip", "back", "colour", "stage", "when", "label", "params", "required", "value", "currency"),
    *("expected_close", "values", "override", "reason", "competitor", "recycle_on", "version", "deal", "to", "words"),
    *("criterion", "approved", "note", "owed_by"),
]
PARAMS = ["field", "least", "question", "condition", "kind", "outcome", "count", "roles", "reviewed", "role", "date"]
SENSIBLE: dict[str, st.SearchStrategy[Any]] = {
    "kind": st.sampled_from([*CHECKS, *StageKind.values]),
    "when": st.sampled_from(["entry", "exit"]),
    "params": st.dictionaries(st.sampled_from([*PARAMS, "minimum"]), anything, max_size=4),
    "stage": st.sampled_from(["lost", "won", "@stage", "Technical fit confirmed"]),
    "values": st.dictionaries(st.sampled_from(["headcount", "tech_stack", "@criterion"]), anything, max_size=3),
    "override": st.fixed_dictionaries({"reason": words}, optional={"owed_by": anything}),
    **{name: st.just(f"@{name}") for name in ("pipeline", "criterion", "deal")},
    "to": st.just("@stage"),
}
bodies = st.fixed_dictionaries({}, optional={name: SENSIBLE.get(name, anything) | anything for name in NAMES})
SEEDS: dict[str, dict[str, Any]] = {
    "pipelines/": {"name": "Renewals", "template": "simple"},
    "stages/": {"pipeline": "@pipeline", "name": "Legal", "kind": "open"},
    "criteria/": {"stage": "@stage", "when": "exit", "kind": "field", "params": {"field": "budget"}},
    "deals/@deal/moves/": {"stage": "lost", "reason": "Price"},
}
sent = st.tuples(
    st.sampled_from(
        [
            *("pipelines/", "pipelines/@pipeline/", "stages/", "stages/@stage/", "criteria/", "criteria/@criterion/"),
            *("deals/", "deals/@deal/", "deals/@deal/moves/", "deals/@deal/gate/", "approvals/"),
        ]
    ),
    st.sampled_from(["get", "post", "post", "patch", "patch", "delete"]),
    bodies | st.just({}) | anything,
)


@pytest.fixture
def world(account: Account, cast: SimpleNamespace) -> SimpleNamespace:
    with scope(account):
        a_deal(cast.rita)
        deal = a_ready_deal(cast.rita)
        stages = Stage.objects.order_by("position")
        criterion = Criterion.objects.filter(stage=stages[1]).first()
        there = {"pipeline": Pipeline.objects.get(), "stage": stages[1], "criterion": criterion, "deal": deal}
        ids = {f"@{name}": row.public_id for name, row in there.items()}
        return SimpleNamespace(api=Api(a_key()), ids=ids, deal=deal, seen=Counter())


def known(world: SimpleNamespace, text: str) -> str:
    for name, public in world.ids.items():
        text = text.replace(name, public)
    return text


@given(steps=st.lists(sent, min_size=1, max_size=6))
@settings(max_examples=150, derandomize=True)
def nothing_breaks(world: SimpleNamespace, account: Account, steps: list[Any]) -> None:
    with transaction.atomic():
        for path, method, body in steps:
            url = "/api/v1/" + known(world, path)
            if isinstance(body, dict) and method == "post":
                body = SEEDS.get(path, {}) | body
            if method == "get":
                asked = {name: str(value) for name, value in body.items()} if isinstance(body, dict) else {}
                answer = world.api.get(url, **{name: known(world, value) for name, value in asked.items()})
            else:
                send = getattr(world.api.client, method)
                answer = send(url, known(world, json.dumps(body)), content_type="application/json")
            world.seen[method, answer.status_code] += 1
            assert answer.status_code < 500, (method, path, body, answer.content[:300])
        transaction.set_rollback(True)


def test_whatever_is_sent_nothing_breaks(world: SimpleNamespace, account: Account) -> None:
    nothing_breaks(world, account)
    went_well = {method for method, status in world.seen if status < 300}
    assert went_well == {"get", "post", "patch", "delete"}, "some of it makes sense"
    with scope(account):
        assert Deal.objects.filter(pk=world.deal.pk, status="open").exists()
