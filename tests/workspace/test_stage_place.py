"""The page of a stage says who changed it, moves it by a step, and shows what is wrong in what is folded away."""

from __future__ import annotations

from types import SimpleNamespace

from django.test import Client

from pipeline import editing
from pipeline.models import Stage
from tenancy.models import Account
from tenancy.scope import scope
from tests.workspace.test_stage_pages import BASE, ada, discovery, pytestmark, words

__all__ = ["ada", "discovery", "pytestmark"]


def order(account: Account) -> list[str]:
    with scope(account):
        return [row.name.split()[0] for row in Stage.objects.in_use()]


def test_a_stage_goes_up_and_down_by_a_step_and_not_beyond(ada: Client, account: Account, discovery: Stage) -> None:
    path = f"{BASE}stages/{discovery.public_id}/place/"
    ada.post(path, {"position": "down"})
    assert order(account) == ["Initial", "Technical", "Discovery", "Commercial", "Closed"]
    for _ in range(3):
        ada.post(path, {"position": "up"})
    assert order(account) == ["Discovery", "Initial", "Technical", "Commercial", "Closed"]
    page = words(ada.get(f"{BASE}stages/{discovery.public_id}/"))
    assert "disabled" in page.partition('aria-label="Move Discovery complete up"')[2].partition(">")[0]
    assert "disabled" not in page.partition('aria-label="Move Discovery complete down"')[2].partition(">")[0]


def test_a_stage_says_who_changed_it_last(
    ada: Client, cast: SimpleNamespace, account: Account, discovery: Stage
) -> None:
    path = f"{BASE}stages/{discovery.public_id}/"
    assert "Changed " not in words(ada.get(path))
    with scope(account):
        editing.put_stage(discovery, {"wip": 12}, by=cast.max.by)
        editing.put_stage(discovery, {"wip": 6}, by=cast.ada.by)
    assert f"by {cast.ada.name}</span>" in words(ada.get(path))


def test_what_is_wrong_is_never_folded_away(ada: Client, discovery: Stage) -> None:
    path = f"{BASE}stages/{discovery.public_id}/"
    kept = {"name": "Discovery", "kind": "open", "probability": "25", "skip": "True", "back": "free"}
    assert '<details class="stages-rest" >' in words(ada.get(path))
    answer = ada.post(path, kept | {"name": "Initial interest"})
    assert answer.status_code == 422
    assert '<details class="stages-rest" open>' in words(answer)
    assert "There is a stage of this name already." in words(answer)
    assert ada.post(path, kept).status_code == 302


def test_a_stakeholders_criterion_says_which_part_is_meant(ada: Client, discovery: Stage) -> None:
    assert "Role is decision-maker." in words(ada.get(f"{BASE}stages/{discovery.public_id}/"))
