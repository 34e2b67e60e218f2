from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client

from accounts.models import Member
from events.kinds import Kind
from events.models import Event
from events.record import SYSTEM
from followups.defaults import install
from followups.jobs import enrol_leads
from followups.models import Cadence, Enrolment, Message, Touch
from followups.opting_out import unsubscribe
from leads.models import Lead
from tenancy import clock
from tenancy.scope import scope
from tests.factories import a_key, a_lead
from tests.followups.conftest import MONDAY
from tests.followups.stage import a_deal, touch_on_time


@pytest.fixture
def lead(cast: SimpleNamespace) -> Lead:
    """Rita's, of a medium tier, with a deal but in no cadence."""
    with scope(cast.account):
        install()
        lead = a_lead(owner=cast.rita, tier="medium", email="jonas@kestrel.example")
        a_deal(lead)
        return lead


@pytest.fixture
def enrolment(lead: Lead) -> Enrolment:
    with scope(lead.account), clock.at(MONDAY):
        enrol_leads([lead.pk])
        touch_on_time(Enrolment.objects.get())
        found: Enrolment = Enrolment.objects.select_related("cadence", "lead").get()
        return found


def ask(member: Member, path: str, data: dict[str, str] | None = None) -> Any:
    client = Client()
    client.force_login(member.user)
    headers = {"HX-Request": "true"}
    url = f"/{member.account.slug}/{path}"
    return client.get(url, headers=headers) if data is None else client.post(url, data, headers=headers)


def text(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


def test_it_says_where_the_cadence_stands(cast: SimpleNamespace, enrolment: Enrolment) -> None:
    page = text(ask(cast.rita, f"leads/{enrolment.lead.public_id}/cadence/"))
    assert "First contact</strong>. Step 1 of 5. Next: call on Wed 4 Mar, 10:00, unless they reply." in page
    assert "Second e-mail, another angle" in page
    assert "Stop the cadence" in page


def test_stop_ends_it_and_says_so(cast: SimpleNamespace, enrolment: Enrolment) -> None:
    page = text(ask(cast.rita, f"enrolments/{enrolment.public_id}/ending/", {}))
    assert "stopped by hand" in page
    with scope(cast.account):
        enrolment.refresh_from_db()
        assert enrolment.end_reason == "stopped"
        assert not Touch.objects.filter(finished_at=None).exists()
        assert Event.objects.get(kind=Kind.CADENCE_ENDED).actor_id == cast.rita.pk
    ask(cast.rita, f"enrolments/{enrolment.public_id}/ending/", {})
    with scope(cast.account):
        assert Event.objects.filter(kind=Kind.CADENCE_ENDED).count() == 1


def test_another_can_be_started(cast: SimpleNamespace, lead: Lead) -> None:
    with scope(cast.account):
        cadence = Cadence.objects.get(name="Re-engage")
    page = text(ask(cast.rita, f"leads/{lead.public_id}/enrolments/", {"cadence": cadence.public_id}))
    assert "Re-engage</strong>" in page
    with scope(cast.account):
        assert Enrolment.objects.get().cadence_id == cadence.pk


def test_two_at_once_are_refused(cast: SimpleNamespace, enrolment: Enrolment) -> None:
    with scope(cast.account):
        other = Cadence.objects.get(name="Re-engage").public_id
    answer = ask(cast.rita, f"leads/{enrolment.lead.public_id}/enrolments/", {"cadence": other})
    assert answer.status_code == 422
    assert "First contact is still running. Stop it first." in text(answer)


def test_a_mail_that_nobody_can_vouch_for_is_shown(cast: SimpleNamespace, enrolment: Enrolment) -> None:
    with scope(cast.account):
        Message.objects.update(state="unconfirmed", error="Nobody knows whether it went.")
    assert "Nobody knows whether it went." in text(ask(cast.rita, f"leads/{enrolment.lead.public_id}/cadence/"))


def test_mo_reads_and_may_not_touch(cast: SimpleNamespace, enrolment: Enrolment) -> None:
    page = text(ask(cast.mo, f"leads/{enrolment.lead.public_id}/cadence/"))
    assert "First contact" in page
    assert "Stop the cadence" not in page
    assert ask(cast.mo, f"enrolments/{enrolment.public_id}/ending/", {}).status_code == 403


def test_eve_finds_nothing(eve: Member, enrolment: Enrolment) -> None:
    assert ask(eve, f"leads/{enrolment.lead.public_id}/cadence/").status_code == 404
    assert ask(eve, f"enrolments/{enrolment.public_id}/ending/", {}).status_code == 404


def over_rest(lead: Lead, method: str, path: str, body: Any = None) -> Any:
    with scope(lead.account):
        key = a_key()
    call = getattr(Client(), method)
    headers = {"Authorization": f"Bearer {key}"}
    return call(f"/api/v1/{path}", data=body, content_type="application/json", headers=headers)


def test_a_cadence_starts_and_stops_over_rest(lead: Lead) -> None:
    with scope(lead.account):
        cadence = Cadence.objects.get(name="1-3-7-14").public_id
    started = over_rest(lead, "post", f"leads/{lead.public_id}/enrolments/", {"cadence": cadence})
    assert started.status_code == 201
    body = started.json()
    assert (body["name"], body["lead"], body["ended_at"]) == ("1-3-7-14", lead.public_id, None)
    again = over_rest(lead, "post", f"leads/{lead.public_id}/enrolments/", {"cadence": cadence})
    assert again.status_code == 422
    assert "still running" in again.json()["detail"]
    stopped = over_rest(lead, "delete", f"enrolments/{body['id']}/")
    assert (stopped.status_code, stopped.json()["end_reason"]) == (200, "stopped")


@pytest.mark.parametrize("body", [{}, {"cadence": None}, {"cadence": "cad_x"}, {"cadence": ["\x00"]}, [], "x"])
def test_nonsense_over_rest_is_refused(lead: Lead, body: Any) -> None:
    assert over_rest(lead, "post", f"leads/{lead.public_id}/enrolments/", body).status_code in {400, 422}


def test_neither_for_a_closed_lead_nor_after_an_opt_out(lead: Lead) -> None:
    with scope(lead.account):
        cadence = Cadence.objects.get(name="1-3-7-14").public_id
        unsubscribe(lead.contact)
    path = f"leads/{lead.public_id}/enrolments/"
    assert "no more mails" in over_rest(lead, "post", path, {"cadence": cadence}).json()["detail"]
    with scope(lead.account):
        lead.disqualify(reason="No budget", by=SYSTEM)
    assert "closed" in over_rest(lead, "post", path, {"cadence": cadence}).json()["detail"]
