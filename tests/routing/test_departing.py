"""Rita leaves: a preview of where her leads would go, and then they go there."""

from __future__ import annotations

from datetime import UTC, datetime
from types import SimpleNamespace

import pytest
from django.core.exceptions import ValidationError
from django.test import Client

from accounts.models import Member
from events.kinds import Kind
from events.models import Event, Job, JobState
from leads.models import Lead, Status
from pipeline.jobs import let_deals_go, open_deals
from pipeline.models import Deal
from pipeline.templates import install
from routing import departing
from routing.jobs import move_leads_of_leavers
from routing.models import Decision, PoolMember, RoutingRule
from tenancy import clock
from tests.factories import a_lead, a_member
from workspace.members import deactivate

pytestmark = pytest.mark.usefixtures("rules", "in_scope")
TUESDAY = datetime(2026, 3, 17, 10, tzinfo=UTC)


def leave(rules: SimpleNamespace, to: Member | None = None) -> None:
    with clock.at(TUESDAY):
        deactivate(rules.rita, by=rules.ada.by, to=to)
        while Job.objects.filter(kind=move_leads_of_leavers.name, state=JobState.PENDING).update(state=JobState.DONE):
            move_leads_of_leavers([rules.rita.pk])


def owners() -> list[str]:
    leads = Lead.objects.open().select_related("owner").order_by("captured_at", "id")
    return [str(lead.owner) for lead in leads]


def test_the_preview_is_what_happens_and_writes_nothing(rules: SimpleNamespace) -> None:
    a_member("Jun")
    for _ in range(5):
        a_lead(owner=rules.rita)
    a_lead(owner=rules.rita, status=Status.LOST)
    with clock.at(TUESDAY):
        before = departing.preview(rules.rita)
    assert (before.count, before.looked_at, before.nobody) == (5, 5, 0)
    assert dict(before.shares).keys() == {"Jun", "Raj"}
    assert sorted(dict(before.shares).values()) == [2, 3]
    assert (Decision.objects.count(), PoolMember.objects.count()) == (0, 0)
    leave(rules)
    assert {name: owners().count(name) for name, _ in before.shares} == dict(before.shares)
    assert Event.objects.filter(kind=Kind.LEAD_ASSIGNED).count() == 5


def test_all_can_go_to_one_person(rules: SimpleNamespace) -> None:
    a_lead(owner=rules.rita)
    leave(rules, to=rules.max)
    assert owners() == ["Max"]
    assert Decision.objects.get().sentence == "Rita left, and Max took over."


def test_where_there_is_nobody_leads_wait_and_their_deals_have_no_owner(rules: SimpleNamespace) -> None:
    install("simple")
    RoutingRule.objects.update(action="member", pool=None, member=rules.rita)
    lead = a_lead(owner=rules.rita)
    open_deals([lead.pk])
    with clock.at(TUESDAY):
        assert departing.preview(rules.rita).nobody == 1
    leave(rules)
    let_deals_go([lead.pk])
    assert owners() == ["None"]
    assert Deal.objects.get().owner is None
    assert Event.objects.get(kind=Kind.LEAD_UNASSIGNED).lead_id == lead.pk


def test_hundreds_go_some_at_a_time(rules: SimpleNamespace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(departing, "AT_ONCE", 2)
    for _ in range(5):
        a_lead(owner=rules.rita)
    leave(rules)
    assert owners() == ["Raj"] * 5


def test_an_heir_must_stay(rules: SimpleNamespace) -> None:
    with pytest.raises(ValidationError, match="who stays"):
        deactivate(rules.rita, by=rules.ada.by, to=rules.rita)
    assert Member.objects.active().filter(pk=rules.rita.pk).exists()


def test_the_page_shows_where_leads_would_go_and_then_they_do(client: Client, rules: SimpleNamespace) -> None:
    for _ in range(3):
        a_lead(owner=rules.rita)
    client.force_login(rules.ada.user)
    url = f"/acme/settings/members/{rules.rita.public_id}/departure/"
    page = client.get(url).content.decode()
    assert "Where their 3 open leads would go" in page
    assert "Raj" in page
    assert client.post(url, {"to": rules.rita.public_id}).status_code == 422
    client.post(url, {"to": rules.max.public_id})
    assert "3 leads of people who left are moving on." in client.get("/acme/settings/members/").content.decode()
    move_leads_of_leavers([rules.rita.pk])
    assert owners() == ["Max"] * 3
    assert "moving on" not in client.get("/acme/settings/members/").content.decode()
