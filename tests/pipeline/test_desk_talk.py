"""Comments, undo, history and the timeline on a lead's page; what people write there stays text."""

from __future__ import annotations

import re
from types import SimpleNamespace

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from events.models import Notification
from events.record import SYSTEM
from leads.models import Activity, Lead
from pipeline.comments import add_comment
from pipeline.following import follow
from pipeline.meetings import book_meeting
from pipeline.models import File, Follower, Task
from pipeline.objections import raise_objection
from pipeline.tasks import add_task
from tenancy import clock
from tenancy.scope import scope
from tests.factories import a_lead
from tests.pipeline.desk_urls import toast, url

pytestmark = pytest.mark.django_db
SCRIPTS = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "{{ 7|add:7 }}",
    "javascript:alert(1)",
    "<svg/onload=alert(1)>",
)


def test_a_comment_is_written_on_the_timeline_and_is_its_authors(client: Client, desk: SimpleNamespace) -> None:
    answer = client.post(f"{desk.url}activities/", {"kind": "comment", "body": "@Max what do you think?"})
    assert toast(answer)["text"] == "Comment added."
    shown = client.get(f"{desk.url}timeline/").content.decode()
    assert "@Max what do you think?" in shown
    assert shown.count("Edit<span") == 2
    with scope(desk.account):
        assert Notification.objects.get(member_id=desk.max.pk).text.startswith("Rita mentions you")
        assert not Activity.objects.exists()
    client.force_login(desk.max.user)
    assert "Edit<span" not in client.get(f"{desk.url}timeline/").content.decode()
    assert client.post(url(desk.comment), {"act": "remove"}).status_code == 403
    assert client.post(f"{desk.url}activities/", {"kind": "comment", "body": " "}).status_code == 422


@pytest.mark.parametrize(
    ("kind", "there", "not_there"),
    [
        ("comment", "Rita commented", "Task: Call"),
        ("task", "Task: Call", "Rita commented"),
        ("meeting", "Discovery call: booked", "Task: Call"),
        ("people", "Objection raised", "Task: Call"),
        ("nonsense", "Task: Call", "nothing like that"),
    ],
)
def test_the_timeline_shows_one_kind_of_thing(
    client: Client, desk: SimpleNamespace, kind: str, there: str, not_there: str
) -> None:
    shown = client.get(f"{desk.url}timeline/?kind={kind}").content.decode()
    assert there in shown
    assert not_there not in shown


@pytest.mark.parametrize(
    ("then", "kind", "days"), [("call:1", "call", 1), ("call:3", "call", 3), ("email:1", "email", 1), ("", "", 0)]
)
def test_a_call_and_the_next_step_in_one_post(
    client: Client, desk: SimpleNamespace, then: str, kind: str, days: int
) -> None:
    client.post(f"{desk.url}activities/", {"kind": "call", "outcome-call": "no_answer", "then": then})
    with scope(desk.account):
        assert Activity.objects.get().outcome == "no_answer"
        planned = Task.objects.exclude(pk=desk.task.pk).first()
    if not then:
        assert planned is None
        return
    assert planned
    assert planned.kind == kind
    due = timezone.localtime(planned.due_at, timezone.get_default_timezone())
    assert due.weekday() < 5
    assert 0 <= (due.date() - timezone.localdate(clock.now())).days - days <= 2


def test_logging_can_go_on_to_book(client: Client, desk: SimpleNamespace) -> None:
    answer = client.post(f"{desk.url}activities/", {"kind": "call", "outcome-call": "spoke", "then": "book"})
    assert f'hx-get="{desk.url}meetings/"' in answer.content.decode()


def test_following(client: Client, desk: SimpleNamespace) -> None:
    client.force_login(desk.mo.user)  # who may see may follow
    assert "You follow" in toast(client.post(f"{desk.url}following/", {"act": "begin"}))["text"]
    assert ">Following<" in client.get(f"{desk.url}parts/desk/").content.decode()
    client.post(f"{desk.url}following/", {"act": "end"})
    with scope(desk.account):
        assert not Follower.objects.exists()


def test_undo_by_its_button(client: Client, desk: SimpleNamespace) -> None:
    client.post(url(desk.task, "done/"))
    assert toast(client.post(f"{desk.url}undo/"))["text"] == "Undone: Done: Call"
    with scope(desk.account):
        assert Task.objects.get().done_at is None
    client.post(url(desk.task, "done/"))
    assert toast(client.post("/acme/undo/"))["text"] == "Undone: Done: Call"
    client.force_login(desk.max.user)
    assert "Nothing of yours" in toast(client.post(f"{desk.url}undo/"))["text"]
    assert "Nothing of yours" in toast(client.post("/acme/undo/"))["text"]


def test_every_field_has_its_history(client: Client, desk: SimpleNamespace) -> None:
    with scope(desk.account):
        desk.lead.change({"headcount": "50"}, by=desk.rita.by)
        desk.lead.change({"headcount": "180", "budget": "a lot"}, by=desk.max.by)
    shown = client.get(f"{desk.url}history/").content.decode()
    for words in ("Company size", "180", "Max", "Rita", "a lot", "Unknown"):
        assert words in shown
    only = client.get(f"{desk.url}history/?fact=budget").content.decode()
    assert "a lot" in only
    assert not re.search(r"\b180\b", only), "not even among the microseconds of a time"
    assert "180" in client.get(f"{desk.url}history/?fact=nonsense").content.decode()


def test_the_firms_other_leads_are_there(client: Client, desk: SimpleNamespace) -> None:
    with scope(desk.account):
        other = a_lead(owner=desk.raj, name="Petra Novak", company="Kestrel")
        Lead.objects.filter(pk=other.pk).update(company_id=desk.lead.company_id)
    shown = client.get(f"{desk.url}parts/desk/").content.decode()
    assert "Petra Novak" in shown
    assert f"/acme/leads/{other.public_id}/" in shown


def test_it_costs_the_same_however_much_hangs_there(client: Client, desk: SimpleNamespace) -> None:
    def asked(what: str) -> int:
        with CaptureQueriesContext(connection) as statements:
            assert client.get(desk.url + what).status_code == 200
        return len(statements)

    asked("parts/desk/")
    before = {what: asked(what) for what in ("parts/desk/", "parts/next/", "timeline/", "history/")}
    with scope(desk.account):
        for number in range(6):
            person = desk.lead.add_stakeholder(name=f"Person {number}", role="user", by=SYSTEM)
            raise_objection(desk.lead, text=f"No {number}", by=SYSTEM, stakeholder=person)
            book_meeting(desk.lead, starts_at=clock.now(), by=SYSTEM)
            add_comment(desk.lead, f"Hm {number}", by=desk.max.by)
            add_task(desk.lead, f"Do {number}", by=SYSTEM)
            desk.lead.change({"headcount": number + 5}, by=SYSTEM)
        for member in (desk.max, desk.ada, desk.raj):
            follow(desk.lead, member)
    after = {what: asked(what) for what in before}
    assert all(after[what] <= before[what] + 1 for what in before), (before, after)


@pytest.mark.parametrize("text", SCRIPTS)
def test_what_people_write_is_text(client: Client, desk: SimpleNamespace, text: str) -> None:
    with scope(desk.account):
        add_comment(desk.lead, text, by=desk.rita.by)
        add_task(desk.lead, text, by=desk.rita.by)
        person = desk.lead.add_stakeholder(name=text, role="user", by=desk.rita.by)
        raise_objection(desk.lead, text=text, by=desk.rita.by, stakeholder=person)
        book_meeting(desk.lead, starts_at=clock.now(), title=text, place=text, by=desk.rita.by)
        desk.lead.change({"budget": text}, by=desk.rita.by)
        Member = type(desk.max)
        Member.objects.filter(pk=desk.max.pk).update(name=text)
        follow(desk.lead, desk.max)
        File.objects.create(lead=desk.lead, name=text, path="x", size=1, content_type="text/plain")
    for what in ("", "parts/desk/", "parts/next/", "parts/facts/", "timeline/", "history/", "tasks/", "meetings/"):
        shown = client.get(desk.url + what).content.decode()
        for tag in ("<script>alert", "<img src=x", "<svg/onload"):
            assert tag not in shown, what
        assert "7|add:7" in shown or "{{" not in text or what not in ("parts/desk/", "timeline/")
        assert 'href="javascript:' not in shown
