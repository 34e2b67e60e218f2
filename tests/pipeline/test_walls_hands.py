"""A lead changes hands between teams, and people are let in to leads of others."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client

from accounts.models import Member
from events import drain
from events.models import NoticeKind, Notification
from leads.already import ALREADY_KNOWN
from leads.merging import merge
from leads.models import Lead, Suspicion
from pipeline.comments import add_comment
from pipeline.following import unfollow
from pipeline.inviting import feed_of, new_feed
from pipeline.meetings import book_meeting
from pipeline.models import Deal
from pipeline.tasks import add_task
from routing.sending import take
from tenancy import clock
from tenancy.models import Account
from tenancy.scope import scope
from tests.factories import a_lead, in_team
from tests.pipeline.deals import a_ready_deal

pytestmark = pytest.mark.django_db


@pytest.fixture
def rajs(account: Account, cast: SimpleNamespace) -> Deal:
    """A deal of Raj's, of the south; Rita is of the north."""
    with scope(account):
        in_team(cast.rita, "North")
        in_team(cast.raj, "South")
        return a_ready_deal(cast.raj, company="Lumen", name="Jonas Weidmann")


def as_member(member: Member) -> Client:
    client = Client()
    client.force_login(member.user)
    return client


def pass_on(client: Client, lead: Lead, to: Member, page: str = "board/", **headers: str) -> Any:
    asked = {"HX-Request": "true", "HX-Current-URL": f"https://x/acme/{page}"} | headers
    said = {"owner": to.public_id, "reason": "handover"}
    return client.post(f"/acme/leads/{lead.public_id}/assignment/", said, headers=asked)


def test_who_gives_a_lead_to_another_team_is_told_so_and_its_card_leaves(
    account: Account, cast: SimpleNamespace, rajs: Deal
) -> None:
    raj, lead = as_member(cast.raj), rajs.lead
    answer = pass_on(raj, lead, cast.rita)
    assert answer.status_code == 200
    assert json.loads(answer["HX-Trigger"])["toast"]["text"].endswith("is Rita’s now.")
    cards = raj.get(
        f"/acme/board/cards/?leads={lead.public_id}",
        headers={"HX-Request": "true", "HX-Current-URL": "https://x/acme/board/"},
    )
    assert cards.status_code == 200
    assert "Lumen" not in cards.content.decode()
    assert raj.get(f"/acme/leads/{lead.public_id}/").status_code == 404
    assert pass_on(raj, lead, cast.raj).status_code == 404


def test_from_the_leads_own_page_the_way_leads_to_the_list(account: Account, cast: SimpleNamespace, rajs: Deal) -> None:
    raj = as_member(cast.raj)
    answer = pass_on(raj, rajs.lead, cast.rita, page=f"leads/{rajs.lead.public_id}/")
    assert (answer.status_code, answer["HX-Redirect"]) == (200, "/acme/leads/")
    assert "is Rita’s now." in raj.get("/acme/leads/").content.decode()


def test_without_a_script_it_leads_there_too(account: Account, cast: SimpleNamespace, rajs: Deal) -> None:
    raj, said = as_member(cast.raj), {"owner": cast.rita.public_id, "reason": "handover"}
    answer = raj.post(f"/acme/leads/{rajs.lead.public_id}/assignment/", said, follow=True)
    assert answer.redirect_chain == [("/acme/leads/", 302)]
    assert "is Rita’s now." in answer.content.decode()


def test_a_manager_stays_on_the_page(account: Account, cast: SimpleNamespace, rajs: Deal) -> None:
    answer = pass_on(as_member(cast.max), rajs.lead, cast.rita, page=f"leads/{rajs.lead.public_id}/")
    assert "HX-Redirect" not in answer


def test_what_went_to_another_team_is_not_undone_from_outside(
    account: Account, cast: SimpleNamespace, rajs: Deal
) -> None:
    raj, lead = as_member(cast.raj), rajs.lead
    raj.post(f"/acme/leads/{lead.public_id}/facts/budget/", {"value": "90 000"}, headers={"HX-Request": "true"})
    pass_on(raj, lead, cast.rita)
    assert raj.post(f"/acme/leads/{lead.public_id}/undo/", headers={"HX-Request": "true"}).status_code == 404
    undone = raj.post("/acme/undo/", headers={"HX-Request": "true"})
    assert undone.status_code == 200
    assert "Nothing of yours to undo" in undone["HX-Trigger"]
    with scope(account):
        assert Lead.objects.get(pk=lead.pk).budget == "90 000"


def test_who_is_mentioned_sees_the_lead_until_he_leaves_it(account: Account, cast: SimpleNamespace, rajs: Deal) -> None:
    rita, page = as_member(cast.rita), f"/acme/leads/{rajs.lead.public_id}/"
    assert rita.get(page).status_code == 404
    with scope(account):
        add_comment(rajs.lead, "@Rita you know them?", by=cast.raj.by)
    assert rita.get(page).status_code == 200
    assert "Lumen" in rita.get("/acme/board/").content.decode()
    with scope(account):
        unfollow(rajs.lead, cast.rita)
    assert rita.get(page).status_code == 404


def test_who_sees_it_anyway_is_mentioned_without_following(account: Account, cast: SimpleNamespace, rajs: Deal) -> None:
    with scope(account):
        add_comment(rajs.lead, "@Max have a look", by=cast.raj.by)
        assert not rajs.lead.followers.exists()


def test_who_gets_a_task_sees_its_lead(account: Account, cast: SimpleNamespace, rajs: Deal) -> None:
    with scope(account):
        task = add_task(rajs.lead, "Check the licence", member=cast.rita, due_at=clock.now(), by=cast.raj.by)
    rita = as_member(cast.rita)
    assert "Check the licence" in rita.get("/acme/today/").content.decode()
    done = rita.post(f"/acme/today/tasks/{task.public_id}/done/", headers={"HX-Request": "true"})
    assert done.status_code == 200


def test_notices_tasks_and_calendar_forget_a_lead_that_went_away(
    account: Account, cast: SimpleNamespace, rajs: Deal
) -> None:
    with scope(account):
        book_meeting(rajs.lead, starts_at=clock.now(), by=cast.raj.by, member=cast.raj)
        Notification.objects.create(
            member_id=cast.raj.pk, kind=NoticeKind.LEAD, text="Lumen asks again", lead_id=rajs.lead_id
        )
        secret = new_feed(cast.raj)
    raj = as_member(cast.raj)

    def told() -> set[bool]:
        with scope(account):
            _, calendar = feed_of(secret) or (None, "")
        return {"Lumen" in raj.get("/acme/notifications/").content.decode(), "Lumen" in calendar}

    assert told() == {True}
    pass_on(raj, rajs.lead, cast.rita)
    assert told() == {False}


@pytest.mark.parametrize("way", ["to_mail", "to_post"])
def test_neither_mail_nor_webhook_tells_of_a_lead_that_went_away(
    account: Account, cast: SimpleNamespace, rajs: Deal, way: str
) -> None:
    def waiting() -> list[str]:
        about = {"member_id": cast.raj.pk, "tell_at": clock.now(), way: True}
        with scope(account):
            Notification.objects.create(text="Call: Lumen", lead_id=rajs.lead_id, **about)
            Notification.objects.create(text="Your cover begins", **about)
            return [notice.text for notice in take(cast.raj.pk, way)]

    assert waiting() == ["Call: Lumen", "Your cover begins"]
    pass_on(as_member(cast.raj), rajs.lead, cast.rita)
    assert waiting() == ["Your cover begins"]


def test_a_new_owner_of_another_team_works_it_once_it_is_theirs(
    account: Account, cast: SimpleNamespace, rajs: Deal
) -> None:
    pass_on(as_member(cast.raj), rajs.lead, cast.rita)
    rita = as_member(cast.rita)
    assert rita.get(f"/acme/leads/{rajs.lead.public_id}/").status_code == 200
    assert rita.get(f"/acme/deals/{rajs.public_id}/gate/?to={rajs.stage.public_id}").status_code == 200
    drain.drain()
    assert "Lumen" in rita.get("/acme/board/").content.decode()


def test_pairs_and_merges_are_of_leads_that_one_sees(account: Account, cast: SimpleNamespace, rajs: Deal) -> None:
    with scope(account):
        other = a_lead(owner=cast.rita, company="Lumen", name="Jonas Weidman")
        first, second = sorted((rajs.lead, other), key=lambda lead: lead.pk)
        pair = Suspicion.objects.create(first=first, second=second, confidence=80)
    raj, boss = as_member(cast.raj), as_member(cast.max)
    assert "Weidman" not in raj.get("/acme/duplicates/").content.decode()
    assert "Weidman" in boss.get("/acme/duplicates/").content.decode()
    for deed in ("merge", "difference"):
        assert raj.post(f"/acme/duplicates/{pair.public_id}/{deed}/").status_code == 404
    asked = {"lead": other.public_id}
    api = raj.post(f"/acme/api/v1/leads/{rajs.lead.public_id}/merge/", asked, content_type="application/json")
    assert api.status_code == 400
    with scope(account):
        assert Lead.objects.filter(status="open").count() == 2
        assert not Suspicion.objects.exclude(settled_at=None).exists()


def test_a_lead_that_was_attached_to_another_teams_is_known_already(
    account: Account, cast: SimpleNamespace, rajs: Deal
) -> None:
    with scope(account):
        other = a_lead(owner=cast.rita, company="Lumen", name="Jonas Weidman")
        merge(rajs.lead, other, by=cast.max.by)
        into = f"/acme/leads/{other.public_id}/"
    page = f"/acme/leads/{rajs.lead.public_id}/"
    answer = as_member(cast.raj).get(page, follow=True)
    assert answer.redirect_chain == [("/acme/leads/", 302)]
    assert ALREADY_KNOWN in answer.content.decode()
    assert as_member(cast.rita).get(into).status_code == 200
    assert as_member(cast.max).get(page).headers["Location"] == into
