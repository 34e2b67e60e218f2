"""Filters in the address, saved views as tabs, several pipelines."""

from __future__ import annotations

import re
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from accounts.models import Member, Team
from leads.privacy.traces import mentions
from pipeline import templates
from pipeline.models import BoardView, Deal, Pipeline
from tenancy.models import Account
from tenancy.scope import scope
from tests.pipeline.deals import a_deal, the_pipeline

pytestmark = pytest.mark.django_db


def as_member(member: Member) -> Client:
    client = Client()
    client.force_login(member.user)
    return client


@pytest.fixture
def rita(account: Account, cast: SimpleNamespace) -> Client:
    with scope(account):
        the_pipeline()
        a_deal(cast.rita, company="Mine Ltd", tier="urgent", product="Backup")
        a_deal(cast.raj, company="Theirs Ltd", tier="low", product="Service desk")
    return as_member(cast.rita)


def post(client: Client, path: str, behind: str = "", **values: Any) -> Any:
    headers = {"HX-Request": "true", "HX-Current-URL": f"https://x/acme/board/{behind}"}
    return client.post(f"/acme/board/{path}", values, headers=headers)


def shown(client: Client, path: str = "") -> set[str]:
    html = client.get(f"/acme/board/{path}").content.decode()
    return set(re.findall(r"(Mine|Theirs)(?: Ltd)?</a>", html))


def kept(account: Account) -> BoardView:
    with scope(account):
        view: BoardView = BoardView.objects.get()
        return view


class TestFilters:
    @pytest.mark.parametrize(
        ("query", "found"),
        [
            ("owner=me", {"Mine"}),
            ("owner=none", set()),
            ("product=Backup", {"Mine"}),
            ("product=Nothing", set()),
            ("product=%00", {"Mine", "Theirs"}),
            ("team=mine", {"Mine", "Theirs"}),
            ("team=tea_x", {"Mine", "Theirs"}),
            ("order=hand", {"Mine", "Theirs"}),
            ("order=sideways", {"Mine", "Theirs"}),
            ("pipeline=pip_01M8PCBYG5F0YT62XBX5SA3D28", {"Mine", "Theirs"}),
        ],
    )
    def test_more_of_them(self, rita: Client, query: str, found: set[str]) -> None:
        assert shown(rita, f"?{query}") == found

    def test_a_teams_deals(self, account: Account, cast: SimpleNamespace, rita: Client) -> None:
        with scope(account):
            north = Team.objects.create(name="North")
            Member.objects.filter(pk=cast.raj.pk).update(team=north)
        assert shown(rita, f"?team={north.public_id}") == {"Theirs"}
        assert shown(as_member(cast.raj), "?team=mine") == {"Theirs"}
        assert ">North</option>" in rita.get("/acme/board/").content.decode()

    def test_products_that_are_asked_for_are_offered(self, account: Account, rita: Client) -> None:
        cache.clear()
        html = rita.get("/acme/board/?product=Backup").content.decode()
        offered = re.findall(r'<option value="(Backup|Service desk)"\s*(selected)?', html)
        assert offered == [("Backup", "selected"), ("Service desk", "")]

    def test_clear_keeps_the_view_and_the_pipeline(self, account: Account, rita: Client) -> None:
        with scope(account):
            pipeline = the_pipeline().public_id
        html = rita.get(f"/acme/board/?view=hot&tier=urgent&pipeline={pipeline}").content.decode()
        clear = re.search(r'href="([^"]+)"\s*class="link">Clear', html)
        assert clear
        assert clear[1].replace("&amp;", "&") == f"/acme/board/?pipeline={pipeline}&view=hot"


class TestSavedViews:
    def test_what_is_shown_becomes_a_tab(self, account: Account, cast: SimpleNamespace, rita: Client) -> None:
        assert "Save this view" in rita.get("/acme/board/views/").content.decode()
        saved = post(rita, "views/", "?tier=urgent&owner=me&view=hot&order=hand", name="My urgent")
        url = saved["HX-Redirect"]
        assert url.startswith("/acme/board/?")
        html = rita.get(url).content.decode()
        assert re.search(r'aria-current="page"\s*>\s*My urgent', html)
        assert shown(rita, url.removeprefix("/acme/board/")) == {"Mine"}
        view = kept(account)
        assert (view.member_id, view.layout, view.shared) == (cast.rita.pk, "board", False)
        assert view.query == {"view": "hot", "order": "hand", "tier": "urgent", "owner": "me"}

    def test_a_private_one_is_seen_by_nobody_else(self, account: Account, cast: SimpleNamespace, rita: Client) -> None:
        post(rita, "views/", "?tier=urgent", name="My urgent")
        raj = as_member(cast.raj)
        assert "My urgent" not in raj.get("/acme/board/").content.decode()
        view = kept(account).public_id
        assert raj.get(f"/acme/board/views/{view}/").status_code == 404
        assert post(raj, f"views/{view}/", name="Mine now").status_code == 404
        assert post(raj, f"views/{view}/deletion/").status_code == 404
        assert kept(account).name == "My urgent"

    def test_a_shared_one_is_everybodys_to_use_and_its_owners_or_an_admins_to_change(
        self, account: Account, cast: SimpleNamespace, rita: Client
    ) -> None:
        post(rita, "views/", "?tier=urgent", name="Urgent", shared="on")
        raj, view = as_member(cast.raj), kept(account).public_id
        assert "Urgent" in raj.get("/acme/board/").content.decode()
        dialog = raj.get(f"/acme/board/views/{view}/").content.decode()
        assert 'name="first"' in dialog
        assert 'name="name"' not in dialog
        post(raj, f"views/{view}/", name="Raj was here", first="on")
        assert kept(account).name == "Urgent"
        assert post(raj, f"views/{view}/deletion/").status_code == 403
        post(as_member(cast.ada), f"views/{view}/", name="Urgent ones", shared="on")
        assert kept(account).name == "Urgent ones"

    def test_it_is_renamed_and_takes_new_filters_only_when_told(self, account: Account, rita: Client) -> None:
        post(rita, "views/", "?tier=urgent", name="Urgent")
        view = kept(account).public_id
        post(rita, f"views/{view}/", "?tier=low", name="Burning")
        assert (kept(account).name, kept(account).query) == ("Burning", {"tier": "urgent"})
        post(rita, f"views/{view}/", f"list/?tier=low&saved={view}", name="Cold", anew="on")
        assert (kept(account).name, kept(account).query, kept(account).layout) == ("Cold", {"tier": "low"}, "list")

    @pytest.mark.parametrize("name", ["", "Urgent", "x" * 61, "a\x00b"])
    def test_a_name_that_cannot_be_is_refused_beside_the_field(self, account: Account, rita: Client, name: str) -> None:
        post(rita, "views/", "?tier=urgent", name="Urgent")
        answer = post(rita, "views/", "?tier=low", name=name)
        assert answer.status_code == 422
        assert "field-error" in answer.content.decode()
        assert kept(account).query == {"tier": "urgent"}

    def test_the_board_opens_with_the_chosen_one_until_it_is_gone(self, account: Account, rita: Client) -> None:
        url = post(rita, "views/", "?tier=urgent", name="Urgent", first="on")["HX-Redirect"]
        assert rita.get("/acme/board/")["Location"] == url
        assert shown(rita, "?view=all") == {"Mine", "Theirs"}
        dialog = rita.get(f"/acme/board/views/{kept(account).public_id}/").content.decode()
        assert re.search(r'name="first"\s*checked', dialog)
        assert post(rita, f"views/{kept(account).public_id}/deletion/")["HX-Redirect"] == "/acme/board/?view=all"
        assert shown(rita) == {"Mine", "Theirs"}

    def test_one_stops_opening_the_board_with_it(self, account: Account, rita: Client) -> None:
        post(rita, "views/", "?tier=urgent", name="Urgent", first="on")
        post(rita, f"views/{kept(account).public_id}/", name="Urgent")
        assert rita.get("/acme/board/").status_code == 200

    def test_habits_of_the_list_stay_beside_it(self, account: Account, cast: SimpleNamespace, rita: Client) -> None:
        post(rita, "views/", "?tier=urgent", name="Urgent", first="on")
        post(rita, "list/columns/", column=["value"])
        with scope(account):
            habits = Member.objects.get(pk=cast.rita.pk).habits["board"]
        assert habits == {"first": kept(account).public_id, "columns": ["value"]}


class TestPipelines:
    def test_one_switches_between_them(self, account: Account, cast: SimpleNamespace, rita: Client) -> None:
        with scope(account):
            first, other = the_pipeline(), templates.install("simple")
            Pipeline.objects.filter(pk=other.pk).update(position=1)
        html = rita.get("/acme/board/").content.decode()
        assert f"pipeline={other.public_id}" in html
        assert ">IT services</h1>" in html
        there = rita.get(f"/acme/board/?pipeline={other.public_id}").content.decode()
        assert f">{other.name}</h1>" in there
        assert "Mine" not in re.sub(r"<option[^>]*>Mine", "", there)
        assert first.public_id in there

    def test_a_single_one_offers_no_switch(self, rita: Client) -> None:
        assert "Other pipelines" not in rita.get("/acme/board/").content.decode()


def test_another_accounts_view_is_not_found(account: Account, eve: Member, rita: Client) -> None:
    post(rita, "views/", "?tier=urgent", name="Urgent", shared="on")
    stranger = as_member(eve)
    assert stranger.get(f"/globex/board/views/{kept(account).public_id}/").status_code == 404
    with scope(account):
        assert Deal.objects.count() == 2


def test_a_view_that_names_a_person_is_found_when_that_person_is_erased(account: Account, rita: Client) -> None:
    post(rita, "views/", "?q=zoe%40kestrel.example", name="One person")
    with scope(account):
        assert [found for found, _ in mentions(BoardView, ("zoe@kestrel.example",))] == [BoardView.objects.get().pk]
