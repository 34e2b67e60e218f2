"""Words that are asked for and given: on the page, in the dialog and over REST."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client

from accounts.models import Member
from events.kinds import Kind
from events.models import Event, Notification
from pipeline.approvals import answer, ask, waiting_for
from pipeline.models import Approval, Criterion, Deal, Move, Override, Stage
from pipeline.refusals import NotOpen
from tenancy import clock
from tenancy.models import Account
from tenancy.scope import scope
from tests.factories import a_key
from tests.leads.test_api_leads import Api
from tests.pipeline.deals import a_deal, a_ready_deal, stage, the_deal

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(cast: SimpleNamespace, account: Account) -> SimpleNamespace:
    """A deal that may leave the first stage but for a manager's word."""
    with scope(account):
        deal = a_ready_deal(cast.rita, company="Kestrel")
        row = Criterion.objects.create(stage=stage("Initial"), kind="approval", label="Max approves", params={})
        return SimpleNamespace(deal=deal, row=row, to=stage("Discovery"), **vars(cast))


@pytest.fixture
def asked(world: SimpleNamespace, account: Account) -> Approval:
    with scope(account):
        return ask(world.deal, world.to, by=world.rita, criterion=world.row, words="They sign on Friday")


def signed_in(member: Any) -> Client:
    client = Client()
    client.force_login(member.user)
    return client


def test_whoever_may_answer_is_told_once_and_asking_again_is_the_same(
    world: SimpleNamespace, asked: Approval, account: Account
) -> None:
    with scope(account):
        assert ask(world.deal, world.to, by=world.raj, criterion=world.row) == asked
        [notice] = Notification.objects.all()
        assert (notice.member_id, notice.path) == (world.max.pk, "approvals/")
        assert notice.text == "Rita asks for approval of Kestrel: Max approves"
        assert Event.objects.filter(kind=Kind.APPROVAL_ASKED, lead_id=world.deal.lead_id).count() == 1
        assert [list(waiting_for(who)) for who in (world.max, world.ada, world.rita)] == [[asked], [asked], []]


def test_yes_confirms_the_criterion_and_the_gate_opens(
    world: SimpleNamespace, asked: Approval, account: Account
) -> None:
    with scope(account):
        with pytest.raises(PermissionDenied):
            answer(asked, True, by=world.raj)
        answer(asked, True, by=world.max, note="Go ahead")
        made = world.deal.move(world.to, by=world.rita.by)
        assert "Confirmed by Max, “Go ahead”" in [item["evidence"] for item in made.evidence]
        told = Notification.objects.get(member_id=world.rita.pk)
        assert told.text == "Max says yes to what you asked for, Kestrel. Go ahead"
        with pytest.raises(NotOpen):
            answer(asked, False, by=world.ada, note="No")


def test_no_needs_a_word_and_leaves_the_gate_shut(world: SimpleNamespace, asked: Approval, account: Account) -> None:
    with scope(account):
        with pytest.raises(ValidationError):
            answer(asked, False, by=world.max)
        answer(asked, False, by=world.max, note="Not before the audit")
        assert Approval.objects.get().answer == "refused"
        assert not world.row.confirmations.exists()
        again = ask(world.deal, world.to, by=world.rita, criterion=world.row)
        assert again != asked


def test_an_admins_word_is_an_admins(world: SimpleNamespace, account: Account) -> None:
    with scope(account):
        Criterion.objects.filter(pk=world.row.pk).update(params={"role": "admin"})
        world.row.refresh_from_db()
        asked = ask(world.deal, world.to, by=world.rita, criterion=world.row)
        with pytest.raises(PermissionDenied, match="an admin"):
            answer(asked, True, by=world.max)
        with pytest.raises(ValidationError, match="Only an admin"):
            world.deal.move(world.to, by=world.max.by, values={world.row.public_id: {"confirmed": "on"}})
        answer(asked, True, by=world.ada)
        assert world.deal.move(world.to, by=world.rita.by)


def test_to_let_a_deal_through_is_an_override_that_is_owed(world: SimpleNamespace, account: Account) -> None:
    with scope(account):
        asked = ask(world.deal, world.to, by=world.rita)
        with pytest.raises(ValidationError):
            answer(asked, True, by=world.max)
        answer(asked, True, by=world.max, note="They sign on Friday", owed_by=date(2099, 4, 1))
        made = Move.objects.get(deal=world.deal)
        assert (made.actor_name, made.reason, made.owed_by) == ("Max", "They sign on Friday", date(2099, 4, 1))
        assert [item["label"] for item in made.owed] == ["Max approves"]
        assert the_deal(world.deal.lead).stage == world.to


def test_what_happened_meanwhile_leaves_nothing_to_answer(
    world: SimpleNamespace, asked: Approval, account: Account
) -> None:
    with scope(account):
        through = ask(world.deal, world.to, by=world.rita)
        made = world.deal.move(world.to, by=world.max.by, override=Override("Go", clock.now().date()))
        assert Approval.objects.get(pk=through.pk).answer == "approved"
        assert not Approval.objects.get(pk=asked.pk).answered_at, "the criterion still takes a word"
        assert [item["label"] for item in made.owed] == ["Max approves"]
        Deal.objects.get(pk=world.deal.pk).lose(by=world.rita.by, reason="Price")
        assert Approval.objects.get(pk=asked.pk).answer == "moot"
        assert not list(waiting_for(world.max))


def test_a_manager_who_ticks_it_in_the_dialog_has_answered(
    world: SimpleNamespace, asked: Approval, account: Account
) -> None:
    with scope(account):
        world.deal.move(world.to, by=world.max.by, values={world.row.public_id: {"confirmed": "on", "note": "Fine"}})
        row = Approval.objects.get()
    assert (row.answer, row.note, row.answered_by_id) == ("approved", "Fine", world.max.pk)


def gate(client: Client, world: SimpleNamespace) -> str:
    url = f"/acme/deals/{world.deal.public_id}/gate/?to={world.to.public_id}"
    return str(client.get(url).content.decode())


def test_a_rep_asks_in_the_dialog_and_loses_nothing_typed(world: SimpleNamespace, account: Account) -> None:
    rita = signed_in(world.rita)
    shown = gate(rita, world)
    assert re.search(r"Ask a manager\s*</button>", shown)
    assert "Ask Max to let it through" in shown
    assert "I approve" not in shown
    assert "Move anyway" not in shown
    url = f"/acme/deals/{world.deal.public_id}/approvals/"
    said = {"stage": world.to.public_id, "again": "1", "headcount": "77", "criterion": world.row.public_id}
    answered = rita.post(url, said, headers={"HX-Request": "true"})
    assert answered.status_code == 200
    assert "Rita asked a manager on" in answered.content.decode()
    rita.post(url, said | {"criterion": ""}, headers={"HX-Request": "true"})
    assert "Asked Max on" in gate(rita, world)
    with scope(account):
        assert Approval.objects.count() == 2
    assert "I approve" in gate(signed_in(world.max), world)


@pytest.mark.parametrize("day", ["9999-12-31", "0001-01-01", "soon"])
def test_a_proof_is_owed_on_a_day_that_calendars_have(world: SimpleNamespace, account: Account, day: str) -> None:
    with scope(account):
        asked = ask(world.deal, world.to, by=world.rita, words="They sign on Friday")
    said = {"answer": "yes", "note": "Fine", "owed_on": day}
    answer = signed_in(world.max).post(f"/acme/approvals/{asked.public_id}/answer/", said)
    assert (answer.status_code, "give a day from today on" in answer.content.decode()) == (422, True)
    with scope(account):
        assert not Move.objects.exists()


def test_a_day_is_meant_by_the_accounts_calendar_wherever_one_reads(world: SimpleNamespace, account: Account) -> None:
    with scope(account):
        asked = ask(world.deal, world.to, by=world.rita, words="They sign today")
        Member.objects.filter(pk=world.max.pk).update(time_zone="Pacific/Kiritimati")
    with clock.at(datetime(2026, 3, 12, 12, tzinfo=UTC)):  # where Max is, it is the 13th
        said = {"answer": "yes", "note": "Fine", "owed_on": "2026-03-12"}
        answer = signed_in(world.max).post(f"/acme/approvals/{asked.public_id}/answer/", said)
    assert answer.status_code == 302
    with scope(account):
        assert str(Move.objects.latest("moved_at").owed_by) == "2026-03-12"


def test_the_page_shows_what_waits_and_takes_the_answer(
    world: SimpleNamespace, asked: Approval, account: Account
) -> None:
    max_, rita = signed_in(world.max), signed_in(world.rita)
    page = max_.get("/acme/approvals/").content.decode()
    assert "Max approves" in page
    assert "“They sign on Friday”" in page
    assert "No answer yet." in rita.get("/acme/approvals/").content.decode()
    url = f"/acme/approvals/{asked.public_id}/answer/"
    assert rita.post(url, {"answer": "yes"}).status_code == 403
    refused = max_.post(url, {"answer": "no"})
    assert refused.status_code == 422
    assert "Say what is missing" in refused.content.decode()
    assert max_.post(url, {"answer": "perhaps"}).status_code == 422
    assert max_.post(url, {"answer": "yes"}).status_code == 302
    assert "needs no answer any more" in max_.post(url, {"answer": "yes"}, follow=True).content.decode()
    assert "Approved by Max" in rita.get("/acme/approvals/").content.decode()


def test_over_rest_members_ask_and_answer_and_keys_do_not(world: SimpleNamespace, account: Account) -> None:
    base = "/acme/api/v1/approvals/"
    body = {"deal": world.deal.public_id, "to": world.to.public_id, "criterion": world.row.public_id}
    rita, max_ = signed_in(world.rita), signed_in(world.max)
    made = rita.post(base, body, content_type="application/json")
    assert made.status_code == 201, made.content
    asked = made.json()
    assert (asked["role"], asked["answer"], asked["deal"]["name"]) == ("manager", None, "Kestrel")
    assert max_.get(base).json()["results"] == [asked]
    url = f"{base}{asked['id']}/answer/"
    assert rita.post(url, {"approved": True}, content_type="application/json").status_code == 403
    empty = max_.post(url, {"approved": False}, content_type="application/json")
    assert (empty.status_code, empty.json()["errors"][0]["pointer"]) == (400, "/note")
    yes = max_.post(url, {"approved": True, "note": "Go"}, content_type="application/json")
    assert (yes.status_code, yes.json()["answer"], yes.json()["note"]) == (200, "approved", "Go")
    assert max_.post(url, {"approved": True}, content_type="application/json").status_code == 409
    with scope(account):
        api = Api(a_key())
    assert api.post(base.removeprefix("/acme"), body).status_code == 403
    assert api.post(url.removeprefix("/acme"), {"approved": True}).status_code == 403


def test_what_takes_no_word_cannot_be_asked(world: SimpleNamespace, account: Account) -> None:
    rita = signed_in(world.rita)
    with scope(account):
        size = Criterion.objects.get(label="Company size is known")
        other = a_deal(world.rita)
        other.lose(by=world.rita.by, reason="Price")
    body = {"deal": world.deal.public_id, "to": world.to.public_id, "criterion": size.public_id}
    refused = rita.post("/acme/api/v1/approvals/", body, content_type="application/json")
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (400, "/criterion")
    closed = {"deal": other.public_id, "to": world.to.public_id}
    assert rita.post("/acme/api/v1/approvals/", closed, content_type="application/json").status_code == 409
    url = f"/acme/deals/{world.deal.public_id}/approvals/"
    assert rita.post(url, {"stage": Stage.PREFIX}).status_code == 404
    assert rita.post(url, {"stage": world.to.public_id, "criterion": size.public_id}).status_code == 404
