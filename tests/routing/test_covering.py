"""While Rita is away Raj acts for her, and everything comes back by itself."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace

import pytest
from django.core.exceptions import ValidationError
from django.test import Client

from accounts.models import Member
from events.models import Event, Job, JobState, Notification
from leads.models import Lead, Status
from pipeline.jobs import open_deals
from pipeline.models import Task
from pipeline.tasks import add_task
from pipeline.templates import install
from routing import assignment, covering
from routing.digest import digest
from routing.jobs import tell_of_covers, tell_owners, turn_covers
from routing.models import Correction, Cover, Covered, Decision, Leave
from routing.reasons import Reason
from routing.reassignment import reassign
from tenancy import clock
from tests.factories import a_lead, a_member

pytestmark = pytest.mark.usefixtures("rules", "in_scope")

MONDAY, FRIDAY = date(2026, 3, 16), date(2026, 3, 20)
SUNDAY = datetime(2026, 3, 15, 12, tzinfo=UTC)
MIDNIGHT = datetime(2026, 3, 16, tzinfo=UTC)
SATURDAY = datetime(2026, 3, 21, tzinfo=UTC)
HOUR = timedelta(hours=1)


def planned(rules: SimpleNamespace, at: datetime = SUNDAY) -> Cover:
    with clock.at(at):
        return covering.plan(rules.rita, rules.raj, MONDAY, FRIDAY, by=rules.rita.by)


def ring() -> None:
    """Do what is due of covers, at its own time."""
    while job := Job.objects.filter(kind=turn_covers.name, state=JobState.PENDING).order_by("run_at").first():
        if job.run_at > clock.now():
            return
        Job.objects.filter(pk=job.pk).update(state=JobState.DONE)
        with clock.at(job.run_at):
            turn_covers([job.subject_id])


def until(moment: datetime) -> None:
    with clock.at(moment):
        ring()


def owners() -> list[str]:
    leads = Lead.objects.select_related("owner").order_by("captured_at", "id")
    return [lead.owner.name for lead in leads]


def told(member: Member) -> list[str]:
    for cover in Cover.objects.all():
        tell_of_covers([cover.pk])
    return list(Notification.objects.filter(member_id=member.pk).order_by("created_at").values_list("text", flat=True))


def test_her_open_leads_go_and_come_back_by_themselves(rules: SimpleNamespace) -> None:
    for status in (Status.OPEN, Status.OPEN, Status.WON):
        a_lead(owner=rules.rita, status=status)
    a_lead(owner=rules.raj)
    planned(rules)
    until(MIDNIGHT - HOUR)
    assert owners() == ["Rita", "Rita", "Rita", "Raj"]
    until(MIDNIGHT)
    assert owners() == ["Raj", "Raj", "Rita", "Raj"]
    assert Decision.objects.filter(reason="cover").first().sentence == "Raj acts for Rita until 20 Mar."
    until(SATURDAY)
    assert owners() == ["Rita", "Rita", "Rita", "Raj"]
    assert Cover.objects.get().ended_at == SATURDAY


def test_it_begins_at_once_if_she_is_away_already(rules: SimpleNamespace) -> None:
    a_lead(owner=rules.rita)
    noon = MIDNIGHT + 12 * HOUR
    planned(rules, at=noon)
    until(noon)
    assert owners() == ["Raj"]


def test_what_went_elsewhere_meanwhile_or_was_closed_stays(rules: SimpleNamespace) -> None:
    moved, closed, back = (a_lead(owner=rules.rita) for _ in range(3))
    planned(rules)
    until(MIDNIGHT)
    with clock.at(MIDNIGHT + HOUR):
        reassign(moved, rules.max, reason=Reason.WRONG_SIZE, by=rules.max.by)
        Lead.objects.filter(pk=closed.pk).update(status=Status.LOST)
    until(SATURDAY)
    assert owners() == ["Max", "Raj", "Rita"]
    assert [row.returned_at is not None for row in Covered.objects.order_by("id")] == [False, False, True]
    assert Lead.objects.get(pk=back.pk).owner == rules.rita


def test_neither_way_is_a_correction_nor_a_notice_for_each_lead(rules: SimpleNamespace) -> None:
    leads = [a_lead(owner=rules.rita) for _ in range(3)]
    planned(rules)
    until(MIDNIGHT)
    with clock.at(MIDNIGHT):
        tell_owners([lead.pk for lead in leads])
        assert told(rules.raj) == ["You act for Rita until 20 Mar: 3 leads of theirs are yours."]
        assert told(rules.rita) == ["Raj acts for you until 20 Mar, with 3 leads."]
    assert not Correction.objects.exists()


def test_the_digest_says_what_happened(rules: SimpleNamespace) -> None:
    first, second = (a_lead(owner=rules.rita, name=name) for name in ("Jonas", "Petra"))
    cover = planned(rules)
    until(MIDNIGHT)
    with clock.at(MIDNIGHT + HOUR):
        first.log_activity(kind="call", outcome="spoke", by=rules.raj.by)
        second.log_activity(kind="email", automatic=True, by=rules.raj.by)
    until(SATURDAY)
    cover.refresh_from_db()
    made = digest(cover)
    assert made.sentence == "2 leads are back: 1 worked on."
    assert [(str(line.lead), len(line.news)) for line in made.lines] == [("Jonas", 1), ("Petra", 0)]
    with clock.at(SATURDAY):
        assert told(rules.rita)[-1] == "You are back. 2 leads are back: 1 worked on."
        assert told(rules.raj)[-1] == "2 leads went back to Rita."


def test_she_gets_no_new_leads_meanwhile_and_his_own_stay_his(rules: SimpleNamespace) -> None:
    planned(rules)
    assert Leave.objects.get().note == "Raj acts for them"
    until(MIDNIGHT)
    with clock.at(MIDNIGHT + 10 * HOUR):
        new = [a_lead() for _ in range(2)]
        assignment.route([lead.pk for lead in new], by=rules.ada.by)
    assert owners() == ["Raj", "Raj"]
    until(SATURDAY)
    assert owners() == ["Raj", "Raj"]


def test_she_comes_back_early(rules: SimpleNamespace) -> None:
    a_lead(owner=rules.rita)
    cover = planned(rules)
    until(MIDNIGHT)
    for _ in range(2):
        with clock.at(MIDNIGHT + HOUR):
            covering.end(cover, by=rules.rita.by)
    assert owners() == ["Rita"]
    assert Event.objects.filter(kind="cover.ended").count() == 1
    assert not Job.objects.filter(kind=turn_covers.name, state=JobState.PENDING).exists()


def test_a_cover_that_is_called_off_before_it_began_tells_nobody(rules: SimpleNamespace) -> None:
    covering.end(planned(rules), by=rules.rita.by)
    assert not Event.objects.filter(kind__startswith="cover").exists()


def test_open_tasks_go_along_and_come_back(rules: SimpleNamespace) -> None:
    install("simple")
    lead = a_lead(owner=rules.rita)
    open_deals([lead.pk])
    add_task(lead, "Send the offer", by=rules.rita.by)
    planned(rules)
    until(MIDNIGHT)
    open_deals([lead.pk])
    assert Task.objects.get().member == rules.raj
    until(SATURDAY)
    open_deals([lead.pk])
    assert Task.objects.get().member == rules.rita


def test_hundreds_are_handed_over_some_at_a_time(rules: SimpleNamespace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(covering, "AT_ONCE", 2)
    for _ in range(5):
        a_lead(owner=rules.rita)
    planned(rules)
    until(MIDNIGHT)
    assert owners() == ["Raj"] * 5
    assert Event.objects.get(kind="cover.begun").body["leads"] == 5
    until(SATURDAY)
    assert owners() == ["Rita"] * 5


@pytest.mark.parametrize(
    ("acting", "first", "last", "field"),
    [
        ("rita", MONDAY, FRIDAY, "acting"),
        ("mo", MONDAY, FRIDAY, "acting"),
        ("raj", FRIDAY, MONDAY, "last_day"),
        ("raj", date(2026, 3, 9), date(2026, 3, 13), "last_day"),
        ("raj", MONDAY, date(2027, 4, 1), "last_day"),
    ],
)
def test_what_makes_no_sense_is_refused(
    rules: SimpleNamespace, acting: str, first: date, last: date, field: str
) -> None:
    with clock.at(SUNDAY), pytest.raises(ValidationError) as refusal:
        covering.plan(rules.rita, getattr(rules, acting), first, last, by=rules.ada.by)
    assert list(refusal.value.message_dict) == [field]


def test_nobody_is_covered_twice_or_acts_while_away(rules: SimpleNamespace) -> None:
    planned(rules)
    with clock.at(SUNDAY):
        with pytest.raises(ValidationError, match="already"):
            covering.plan(rules.rita, rules.max, FRIDAY, FRIDAY, by=rules.ada.by)
        with pytest.raises(ValidationError, match="is away, or acts"):
            covering.plan(rules.max, rules.rita, FRIDAY, FRIDAY, by=rules.ada.by)
        with pytest.raises(ValidationError, match="is away, or acts"):
            covering.plan(rules.raj, rules.max, FRIDAY, FRIDAY, by=rules.ada.by)


# Pages


@pytest.fixture
def rita(client: Client, rules: SimpleNamespace) -> Client:
    client.force_login(rules.rita.user)
    return client


def days(**said: str) -> dict[str, str]:
    today = clock.now().date()
    return {"first_day": f"{today}", "last_day": f"{today + timedelta(days=4)}"} | said


def test_rita_plans_her_own_cover_and_nobody_elses(rita: Client, rules: SimpleNamespace) -> None:
    page = rita.get("/acme/covers/").content.decode()
    assert "Everybody looks after their own leads." in page
    said = days(member=rules.raj.public_id, acting=rules.max.public_id)
    assert rita.post("/acme/covers/", said).status_code == 422
    said = days(member=rules.rita.public_id, acting=rules.raj.public_id)
    assert rita.post("/acme/covers/", said).status_code == 302
    assert "Raj acts for Rita" in rita.get("/acme/covers/").content.decode()
    again = rita.post("/acme/covers/", said)
    assert (again.status_code, "already" in again.content.decode()) == (422, True)


def test_max_plans_for_others_and_sees_all(client: Client, rules: SimpleNamespace) -> None:
    client.force_login(rules.max.user)
    said = days(member=rules.rita.public_id, acting=rules.raj.public_id)
    assert client.post("/acme/covers/", said).status_code == 302
    assert Cover.objects.get().planned_by == "Max"


def test_the_digest_is_for_the_two_and_managers(client: Client, rules: SimpleNamespace) -> None:
    a_lead(owner=rules.rita, name="Jonas Weidmann")
    cover = planned(rules)
    until(MIDNIGHT)
    zoe = a_member("Zoe")
    for member, status in ((rules.rita, 200), (rules.raj, 200), (rules.max, 200), (zoe, 403)):
        client.force_login(member.user)
        assert client.get(f"/acme/covers/{cover.public_id}/").status_code == status
    client.force_login(rules.rita.user)
    client.post(f"/acme/covers/{cover.public_id}/ending/")
    page = client.get(f"/acme/covers/{cover.public_id}/").content.decode()
    assert "1 lead is back; nothing happened to them." in page
    assert "Jonas Weidmann" in page
