"""What hangs on a lead, on its page: dialogs that do what they say, and refuse with words."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from leads.models import Activity, Lead, Stakeholder
from pipeline.desk import size
from pipeline.desk_forms import snoozed
from pipeline.models import Comment, File, Meeting, Objection, Task
from tenancy import clock
from tenancy.scope import scope
from tests.pipeline.desk_urls import toast, url

pytestmark = pytest.mark.django_db


def local(moment: Any) -> str:
    return f"{timezone.localtime(moment):%Y-%m-%dT%H:%M}"


SOON = local(timezone.now() + timedelta(days=3))
ADDED: list[tuple[str, dict[str, str], type[Any], dict[str, Any]]] = [
    ("tasks/", {"title": "Offer", "due_at": SOON, "reminder": "60", "every": "week"}, Task, {"every": "week"}),
    ("tasks/", {"title": "Offer"}, Task, {"due_at": None}),
    ("objections/", {"text": "No staff", "blocking": "on"}, Objection, {"blocking": True}),
    ("objections/", {"text": "No staff"}, Objection, {"blocking": False}),
    ("meetings/", {"kind": "review", "starts_at": SOON, "minutes": "60", "place": "Here"}, Meeting, {"minutes": 60}),
    ("meetings/", {"kind": "other", "starts_at": SOON, "minutes": "30", "invite": "on"}, Meeting, {"kind": "other"}),
    ("stakeholders/", {"name": "Otto", "role": "user"}, Stakeholder, {"role": "user"}),
]


@pytest.mark.parametrize(("end", "said", "model", "like"), ADDED)
def test_adding(
    client: Client, desk: SimpleNamespace, end: str, said: dict[str, str], model: type[Any], like: dict[str, Any]
) -> None:
    assert client.get(desk.url + end).status_code == 200
    answer = client.post(desk.url + end, said)
    assert answer.status_code == 200, answer.content
    assert toast(answer)["undo"] == f"{desk.url}undo/"
    with scope(desk.account):
        made = model.objects.order_by("pk").last()
        assert {name: getattr(made, name) for name in like} == like
        if model is Meeting:
            assert bool(made.invited_at) == ("invite" in said)


REFUSED = [
    ("tasks/", {"title": ""}, "title"),
    ("tasks/", {"title": "x" * 121}, "title"),
    ("tasks/", {"title": "Call", "due_at": "soon"}, "due_at"),
    ("tasks/", {"title": "Call", "due_at": "0001-01-01T00:00"}, "due_at"),
    ("tasks/", {"title": "Call", "every": "day"}, "due_at"),
    ("tasks/", {"title": "Call", "reminder": "15"}, "due_at"),
    ("tasks/", {"title": "Call", "member": "mem_nobody"}, "member"),
    ("objections/", {"text": " "}, "text"),
    ("objections/", {"text": "x", "stakeholder": "stk_nobody"}, "stakeholder"),
    ("meetings/", {"kind": "discovery", "minutes": "30"}, "starts_at"),
    ("meetings/", {"kind": "party", "starts_at": SOON, "minutes": "30"}, "kind"),
    ("files/", {"kind": "other"}, "file"),
    ("stakeholders/", {"name": "Otto", "role": "king"}, "role"),
]


@pytest.mark.parametrize(("end", "said", "field"), REFUSED)
def test_what_says_too_little_is_refused_beside_its_field(
    client: Client, desk: SimpleNamespace, end: str, said: dict[str, str], field: str
) -> None:
    answer = client.post(desk.url + end, said)
    assert answer.status_code == 422
    assert f'id="id_{field}_error"' in answer.content.decode()


def test_changing_and_removing(client: Client, desk: SimpleNamespace) -> None:
    changes: list[tuple[Any, dict[str, str], str, str]] = [
        (desk.task, {"title": "Write", "due_at": SOON}, "title", "Write"),
        (desk.objection, {"text": "Far too dear"}, "text", "Far too dear"),
        (desk.meeting, {"kind": "discovery", "starts_at": SOON, "minutes": "45", "title": "Intro"}, "title", "Intro"),
        (desk.person, {"name": "Birgit Sommer", "role": "champion", "reviewed": "on"}, "role", "champion"),
        (desk.comment, {"body": "Aha"}, "body", "Aha"),
    ]
    for row, said, name, value in changes:
        assert "Save" in client.get(url(row)).content.decode()
        assert client.post(url(row), said).status_code == 200
        with scope(desk.account):
            row.refresh_from_db()
            assert getattr(row, name) == value
        assert client.post(url(row), {"act": "remove"}).status_code == 200
        with scope(desk.account):
            gone = not type(row).objects.filter(pk=row.pk).exists()
            assert gone or row.__class__.objects.get(pk=row.pk).outcome == "cancelled"


def test_a_task_is_put_off(client: Client, desk: SimpleNamespace) -> None:
    for until in ("hour", "tomorrow", "monday", "week"):
        assert client.post(url(desk.task, "snooze/"), {"until": until}).status_code == 200
        with scope(desk.account):
            desk.task.refresh_from_db()
            assert clock.now() < desk.task.due_at <= clock.now() + timedelta(days=8)
            assert desk.task.due_at == desk.task.remind_at
    assert client.post(url(desk.task, "snooze/"), {"until": "never"}).status_code == 400
    assert snoozed("monday").weekday() == 0  # type: ignore[union-attr]


def test_an_objection_is_answered_and_opened_again(client: Client, desk: SimpleNamespace) -> None:
    answer = client.post(url(desk.objection, "answer/"), {"answer": "n/a"})
    assert answer.status_code == 422
    assert "Write what was agreed" in answer.content.decode()
    client.post(url(desk.objection, "answer/"), {"answer": "Ten per cent off"})
    shown = client.get(f"{desk.url}parts/desk/").content.decode()
    assert "Answered: Ten per cent off" in shown
    client.post(url(desk.objection, "answer/"), {"act": "open"})
    assert "Holds the gate" in client.get(f"{desk.url}parts/desk/").content.decode()


@pytest.mark.parametrize("outcome", ["held", "no_show"])
def test_a_meeting_that_took_place_is_logged_once(client: Client, desk: SimpleNamespace, outcome: str) -> None:
    for _ in range(2):
        assert client.post(url(desk.meeting, "outcome/"), {"outcome": outcome}).status_code == 200
    assert client.post(url(desk.meeting, "outcome/"), {"outcome": "sang"}).status_code == 400
    with scope(desk.account):
        logged = Activity.objects.get()
        assert (logged.kind, logged.outcome, logged.occurred_at) == ("meeting", outcome, desk.meeting.starts_at)
        assert bool(Lead.objects.get().first_response_at) == (outcome == "held")


def test_a_document_goes_in_and_comes_out(client: Client, desk: SimpleNamespace) -> None:
    sent = {"file": SimpleUploadedFile("offer.pdf", b"%PDF-1.7"), "kind": "proposal"}
    assert client.post(f"{desk.url}files/", sent).status_code == 200
    with scope(desk.account):
        file = File.objects.get()
    page = f"/acme/files/{file.public_id}/"
    assert page in client.get(f"{desk.url}parts/desk/").content.decode()
    got = client.get(page)
    assert b"".join(got.streaming_content) == b"%PDF-1.7"  # type: ignore[attr-defined]
    assert got["Content-Disposition"].startswith("attachment")
    client.post(f"{page}kind/", {"kind": "signed_agreement"})
    with scope(desk.account):
        File.objects.update(state="waiting")
        assert File.objects.get().kind == "signed_agreement"
    assert client.get(page).status_code == 409
    assert "Being checked" in client.get(f"{desk.url}parts/desk/").content.decode()
    client.post(f"{page}kind/", {"act": "remove"})
    assert client.get(page).status_code == 404


@pytest.mark.parametrize(("name", "content"), [("offer.pdf", b"<html>"), ("a.svg", b"<svg>"), ("a.pdf", b"")])
def test_a_file_of_another_type_is_refused_beside_its_field(
    client: Client, desk: SimpleNamespace, name: str, content: bytes
) -> None:
    answer = client.post(f"{desk.url}files/", {"file": SimpleUploadedFile(name, content), "kind": "other"})
    assert answer.status_code == 422
    assert 'id="id_file_error"' in answer.content.decode()
    with scope(desk.account):
        assert not File.objects.exists()


def test_sizes_in_words() -> None:
    assert [size(count) for count in (0, 1023, 1024, 1024 * 1024, 25 * 1024 * 1024)] == [
        *("0 B", "1023 B", "1 KB", "1.0 MB", "25.0 MB")
    ]


def test_a_rep_of_another_account_finds_nothing(client: Client, desk: SimpleNamespace, eve: Any) -> None:
    client.force_login(eve.user)
    for row in (desk.task, desk.objection, desk.meeting, desk.person, desk.comment):
        path = url(row).replace("/acme/", "/globex/")
        assert client.get(path).status_code == 404
        assert client.post(path, {"act": "remove"}).status_code == 404
    with scope(desk.account):
        assert Comment.objects.count() == 1
