"""The pages of deals and approvals as members send them, in an account where something waits for a word: things that
are there, and nonsense about them. Whatever is sent, nothing breaks."""

from __future__ import annotations

import json
from collections import Counter
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.approvals import ask
from pipeline.models import Approval, BoardView, Criterion, Deal
from tenancy.models import Account
from tenancy.scope import scope
from tests.pipeline.deals import a_deal, a_ready_deal, stage
from tests.pipeline.test_api_fuzz import known, words

pytestmark = pytest.mark.django_db
SHOWN = [
    *(
        "deals/@deal/loss/",
        "deals/@deal/gate/",
        "approvals/",
        "board/",
        "board/list/",
        "board/list/csv/",
        "board/cards/",
    ),
    *("board/columns/@stage/", "board/disqualification/", "board/assignment/", "board/views/", "board/views/@view/"),
    *("stages/@stage/gate/", "api/v1/approvals/"),
]
OVERRIDE = {"override.on": "1", "override.reason": "It can't wait.", "override.owed_on": "2030-03-12"}
MOVES: dict[str, dict[str, str]] = {  # what is sent to each, and what works there
    "deals/@deal/moves/": OVERRIDE | {"stage": "@stage"},
    "deals/@deal/place/": {},
    "deals/@deal/loss/": {"reason": "Price"},
    "deals/@deal/approvals/": {"stage": "@stage", "criterion": "@criterion"},
    "approvals/@approval/answer/": {"answer": "yes"},
    "board/list/columns/": {},
    "board/moves/": {"chosen": "@deal~1", "stage": "@stage"},
    "board/disqualification/": {"chosen": "@deal~1"},
    "board/assignment/": {"chosen": "@deal~1"},
    "board/views/": {"name": "Burning"},
    "board/views/@view/": {"name": "On fire"},
    "board/views/@view/deletion/": {},
    "api/v1/approvals/": {"deal": "@deal", "to": "@stage"},
    "api/v1/approvals/@approval/answer/": {},
}
DECIDES = ["approvals/@approval/answer/", "deals/@deal/approvals/", "deals/@deal/moves/", "deals/@deal/loss/"]
there = st.sampled_from(["@deal", "@stage", "@criterion", "@approval", "@view", "@lead", "@deal~1", "dea_x", "1", "-1"])
days = st.sampled_from(["2030-03-12", "2026-02-31", "0000-00-00", "9999-12-31", "2030-03-12T09:00", "tomorrow"])
value = there | days | st.sampled_from(["yes", "true", "false"]) | words
NAMES = [
    *("stage", "version", "again", "reason", "competitor", "recycle_on", "before", "after", "override.on"),
    *("override.reason", "override.owed_on", "criterion", "@criterion", "@criterion.starts_at", "@criterion.confirmed"),
    *("answer", "note", "owed_on", "chosen", "name", "column", "leads", "to", "order", "tier", "q", "approved", "deal"),
]
forms = st.dictionaries(st.sampled_from(NAMES), value, max_size=3)
who = st.sampled_from(["rita", "max"])
sent = st.tuples(
    st.tuples(st.just("get"), st.sampled_from(SHOWN))
    | st.tuples(st.just("post"), st.sampled_from([*MOVES, *DECIDES, *DECIDES])),
    who,
    st.booleans(),
    forms,
    st.booleans(),
)


@pytest.fixture
def world(account: Account, cast: SimpleNamespace, settings: Any, tmp_path: Any) -> SimpleNamespace:
    settings.MEDIA_ROOT = tmp_path
    with scope(account):
        deal = a_ready_deal(cast.rita)
        a_deal(cast.raj)
        asked = Criterion.objects.create(stage=stage("Initial"), kind="approval", label="Max approves", params={})
        rows = {
            "deal": deal,
            "lead": deal.lead,
            "stage": stage("Discovery"),
            "criterion": asked,
            "approval": ask(deal, stage("Discovery"), by=cast.rita, criterion=asked),
            "view": BoardView.objects.create(member=cast.rita, name="Mine", query={}),
        }
    clients = {name: Client() for name in ("rita", "max")}
    for name, client in clients.items():
        client.force_login(getattr(cast, name).user)
    ids = {f"@{name}": row.public_id for name, row in rows.items()}
    return SimpleNamespace(clients=clients, ids=ids, seen=Counter(), approval=rows["approval"])


def send(world: SimpleNamespace, step: Any) -> None:
    (verb, place), who, by_script, form, with_file = step
    if verb == "post":
        form = MOVES[place] | form
    url = f"/acme/{known(world, place)}"
    said: dict[str, Any] = {known(world, name): known(world, text) for name, text in form.items()}
    headers = {"HX-Request": "true", "HX-Current-URL": f"http://testserver{url}?q=a&tier=high"} if by_script else {}
    client = world.clients[who]
    if verb == "get":
        answer = client.get(url, said, headers=headers)
    elif place.startswith("api/"):
        answer = client.post(url, json.dumps(said), content_type="application/json")
    else:
        files = {"file": SimpleUploadedFile("a.pdf", b"%PDF-1.7")} if with_file else {}
        answer = client.post(url, said | files, headers=headers)
    world.seen[verb, place, answer.status_code] += 1
    assert answer.status_code < 500, (step, answer.content[:300])


@given(steps=st.lists(sent, min_size=1, max_size=6))
@settings(max_examples=60, derandomize=True)
def nothing_breaks(world: SimpleNamespace, steps: list[Any]) -> None:
    with transaction.atomic():
        for step in steps:
            send(world, step)
        transaction.set_rollback(True)


def test_whatever_members_send_nothing_breaks(world: SimpleNamespace, account: Account) -> None:
    nothing_breaks(world)
    went_well = {place for verb, place, status in world.seen if verb == "post" and status < 400}
    assert went_well >= {*DECIDES, "board/moves/"}, "some of it makes sense"
    with scope(account):
        assert Approval.objects.get(pk=world.approval.pk).answered_at is None
        assert Deal.objects.filter(status="open").count() == 2
