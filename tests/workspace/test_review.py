"""The review page: what was found, new weights into a draft, how often; for admins only."""

from __future__ import annotations

from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from scoring.defaults import publish_default_model
from scoring.models import Review, ReviewPlan, ScoringVersion
from scoring.review.looking import ask_for_look, look
from scoring.versions import begin_draft, draft_version, rules_of
from tenancy import clock
from tenancy.scope import scope
from tests.scoring.review.test_looking import AS_WEIGHED, ONLY_ROLE, a_past

pytestmark = pytest.mark.django_db(transaction=True)
URL = "/acme/settings/scoring/review/"
PROFILE = {"industries": ["Logistics"], "countries": ["DE"]}


@pytest.fixture
def ada(client: Client, cast: SimpleNamespace) -> Client:
    with scope(cast.account):
        cast.model = publish_default_model(cast.account, PROFILE)
        ScoringVersion.objects.update(published_at=clock.now() - timedelta(days=30))
    client.force_login(cast.ada.user)
    return client


def looked(cast: SimpleNamespace, shares: dict[tuple[str, str], int], count: int = 50) -> datetime:
    with scope(cast.account):
        a_past(shares, count, now=clock.now())
    look(cast.account, cast.model.pk)
    with scope(cast.account):
        at: datetime = Review.objects.get().made_at
        return at


def page(client: Client) -> str:
    response = client.get(URL)
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def test_before_the_first_look_it_says_when_it_comes(ada: Client) -> None:
    assert "The first look comes by itself within a week." in page(ada)


def test_without_rules_there_is_nothing_to_review(client: Client, cast: SimpleNamespace) -> None:
    client.force_login(cast.ada.user)
    assert "There are no weights to review until there are." in page(client)
    assert client.post(f"{URL}looks/").status_code == 302
    assert client.post(f"{URL}weights/").status_code == 302
    assert client.post(f"{URL}closing/").status_code == 302


def test_leads_that_do_what_their_weights_say_are_said_to(ada: Client, cast: SimpleNamespace) -> None:
    looked(cast, AS_WEIGHED)
    shown = page(ada)
    assert "No group of leads does otherwise than its weights say." in shown
    assert "50% of the 200 leads closed in this time were won" in shown
    assert "The weights fit. Nothing surely better is known." in shown


def test_drift_is_shown_with_its_figures_by_source_industry_and_size(ada: Client, cast: SimpleNamespace) -> None:
    looked(cast, ONLY_ROLE)
    shown = page(ada)
    assert "otherwise than their weights say" in shown
    for panel in ("by-source", "by-industry", "by-size"):
        assert f'id="{panel}"' in shown
    assert "Less than promised" in shown
    assert "% won, in truth between" in shown  # the plot, in words


def test_too_few_leads_are_greyed_and_said_honestly(ada: Client, cast: SimpleNamespace) -> None:
    looked(cast, AS_WEIGHED, count=5)
    shown = page(ada)
    assert "Too few to judge" in shown
    assert (
        "New weights are worked out from 30 won and 30 lost leads; 20 won leads and 20 lost leads are still missing."
        in shown
    )
    assert "Put them into a draft" not in shown


def test_chosen_weights_open_as_a_draft_with_its_preview(ada: Client, cast: SimpleNamespace) -> None:
    looked(cast, ONLY_ROLE)
    assert "Put them into a draft" in page(ada)
    with scope(cast.account):
        rules = [one["rule"] for one in Review.objects.get().findings["weights"]["weights"] if one["proposed"]]
    response = ada.post(f"{URL}weights/", {"rules": rules}, follow=True)
    assert response.redirect_chain[-1][0] == "/acme/settings/scoring/draft/"
    assert "would change tier" in response.content.decode()
    with scope(cast.account):
        draft = draft_version()
        assert draft
        assert [rule.points for rule in rules_of(draft)] != [rule.points for rule in rules_of(cast.model)]
    assert "put into draft 2" in page(ada)


def test_a_draft_in_the_way_is_said(ada: Client, cast: SimpleNamespace) -> None:
    looked(cast, ONLY_ROLE)
    with scope(cast.account):
        begin_draft()
    assert "Publish or discard it first" in page(ada)
    answer = ada.post(f"{URL}weights/", {"rules": ["scr_x"]}, follow=True)
    assert "Choose at least one weight to change." in answer.content.decode()


def test_weights_may_stay_and_it_is_kept_who_said_so(ada: Client, cast: SimpleNamespace) -> None:
    looked(cast, ONLY_ROLE)
    ada.post(f"{URL}closing/")
    assert "The weights stay as they are, Ada" in page(ada)


def test_progress_is_shown_can_be_left_and_ends_with_the_page_anew(ada: Client, cast: SimpleNamespace) -> None:
    ada.post(f"{URL}looks/")
    assert "Waiting for its turn. You may leave this page." in page(ada)
    part = ada.get(f"{URL}looks/", headers={"HX-Request": "true"})
    assert "Waiting for its turn" in part.content.decode()
    assert 'hx-trigger="every 1s"' in part.content.decode()
    look(cast.account, cast.model.pk)
    assert ada.get(f"{URL}looks/", headers={"HX-Request": "true"})["HX-Refresh"] == "true"


def test_a_look_that_got_stuck_can_be_asked_for_again(ada: Client, cast: SimpleNamespace) -> None:
    with scope(cast.account):
        ask_for_look()
    assert "disabled>Look again now" in page(ada)
    with scope(cast.account):
        Review.objects.update(asked_at=clock.now() - timedelta(minutes=11))
    assert "disabled>Look again now" not in page(ada)


@pytest.mark.parametrize(
    ("days", "status"), [("60", 302), ("90", 302), ("59", 422), ("91", 422), ("x", 422), ("", 422)]
)
def test_how_often_is_sixty_to_ninety_days(ada: Client, cast: SimpleNamespace, days: str, status: int) -> None:
    assert ada.post(URL, {"every_days": days}).status_code == status
    with scope(cast.account):
        assert ReviewPlan.objects.exists() == (status == 302)


def test_the_notice_opens_the_page(ada: Client, cast: SimpleNamespace) -> None:
    looked(cast, ONLY_ROLE)
    assert f'href="{URL}"' in ada.get("/acme/notifications/").content.decode()


def test_a_past_of_hundreds_costs_as_many_statements_as_none(ada: Client, cast: SimpleNamespace) -> None:
    def statements() -> int:
        with CaptureQueriesContext(connection) as asked:
            page(ada)
        return len(asked)

    page(ada)
    before = statements()
    looked(cast, ONLY_ROLE)
    assert statements() <= before + 1


@pytest.mark.parametrize("who", ["rita", "max", "mo"])
def test_only_admins_may(ada: Client, cast: SimpleNamespace, who: str) -> None:
    ada.force_login(getattr(cast, who).user)
    for path in ("", "looks/"):
        assert ada.get(f"{URL}{path}").status_code == 403
    for path in ("", "looks/", "weights/", "closing/"):
        assert ada.post(f"{URL}{path}").status_code == 403


def test_eve_sees_nothing_of_it(ada: Client, cast: SimpleNamespace, eve: Any) -> None:
    ada.force_login(eve.user)
    assert ada.get(URL).status_code == 404
