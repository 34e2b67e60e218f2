"""Tasks, comments, documents, meetings and objections over REST: each with its own PATCH and DELETE."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from leads.models import Activity
from pipeline.models import Comment, File, Meeting, Objection, Task
from tenancy import clock
from tenancy.scope import scope
from tests.factories import a_key

pytestmark = pytest.mark.django_db
JSON = "application/json"


@pytest.fixture
def api(desk: SimpleNamespace) -> Client:
    with scope(desk.account):
        return Client(headers={"Authorization": f"Bearer {a_key()}"})


def path(row: Any, noun: str) -> str:
    return f"/api/v1/{noun}/{row.public_id}/"


def patch(api: Client, row: Any, noun: str, **said: Any) -> Any:
    return api.patch(path(row, noun), said, JSON)


def test_a_task_is_put_off_handed_over_done_and_made_anew(api: Client, desk: SimpleNamespace) -> None:
    due = clock.now() + timedelta(days=2)
    said = patch(api, desk.task, "tasks", due_at=due.isoformat(), every="day", member=desk.raj.public_id)
    assert said.status_code == 200
    assert said.json()["member"] == desk.raj.public_id
    assert said.json()["every"] == "day"
    assert patch(api, desk.task, "tasks", done=True).json()["done_at"]
    listed = api.get(f"/api/v1/leads/{desk.lead.public_id}/tasks/").json()["results"]
    assert [bool(one["done_at"]) for one in listed] == [True, False]
    assert patch(api, desk.task, "tasks", done=False).json()["done_at"] is None
    with scope(desk.account):
        assert Task.objects.count() == 1
    assert patch(api, desk.task, "tasks", due_at=None).status_code == 400
    assert api.delete(path(desk.task, "tasks")).status_code == 204
    assert api.delete(path(desk.task, "tasks")).status_code == 404


def test_an_objection_is_corrected_answered_opened_and_removed(api: Client, desk: SimpleNamespace) -> None:
    assert patch(api, desk.objection, "objections", text="Far too dear", blocking=False).json()["blocking"] is False
    assert patch(api, desk.objection, "objections", answer="n/a").status_code == 400
    assert patch(api, desk.objection, "objections", answer="Ten per cent off").json()["answered_at"]
    assert patch(api, desk.objection, "objections", answer=None).json()["answered_at"] is None
    assert api.delete(path(desk.objection, "objections")).status_code == 204
    with scope(desk.account):
        assert not Objection.objects.exists()


def test_a_meeting_is_moved_held_and_cancelled(api: Client, desk: SimpleNamespace) -> None:
    assert patch(api, desk.meeting, "meetings", place="Zurich", minutes=60).json()["place"] == "Zurich"
    assert patch(api, desk.meeting, "meetings", outcome="held").json()["outcome"] == "held"
    with scope(desk.account):
        assert Activity.objects.get().outcome == "held"
    assert api.delete(path(desk.meeting, "meetings")).status_code == 204
    with scope(desk.account):
        assert Meeting.objects.get().outcome == "cancelled"
    nowhere = {"starts_at": "2030-03-12T09:00:00Z", "invite": True}
    with scope(desk.account):
        type(desk.lead.contact).objects.update(email="", email_norm="")
    refused = api.post(f"/api/v1/leads/{desk.lead.public_id}/meetings/", nowhere, JSON)
    assert refused.status_code == 400
    assert refused.json()["errors"][0]["pointer"] == "/invite"


def test_a_comment_is_its_authors(api: Client, desk: SimpleNamespace) -> None:
    listed = f"/api/v1/leads/{desk.lead.public_id}/comments/"
    added = api.post(listed, {"body": "@Max look"}, JSON)
    assert added.status_code == 201
    assert added.json()["mentions"] == [desk.max.public_id]
    assert [one["body"] for one in api.get(listed).json()["results"]] == ["Hm", "@Max look"]
    own = f"/api/v1/comments/{added.json()['id']}/"
    assert api.patch(own, {"body": "Look"}, JSON).json()["body"] == "Look"
    assert patch(api, desk.comment, "comments", body="Mine now").status_code == 403
    assert api.delete(path(desk.comment, "comments")).status_code == 403
    assert api.delete(own).status_code == 204
    assert api.post(listed, {"body": ""}, JSON).status_code == 400
    assert api.post(listed, {"body": "x" * 5001}, JSON).status_code == 400
    with scope(desk.account):
        assert Comment.objects.count() == 1


def test_a_document_waits_is_named_and_removed(api: Client, desk: SimpleNamespace, settings: Any) -> None:
    settings.FILE_SCANNER = "/usr/bin/true"
    listed = f"/api/v1/leads/{desk.lead.public_id}/files/"
    added = api.post(listed, {"file": SimpleUploadedFile("a.pdf", b"%PDF-1.7")})
    assert added.json()["state"] == "waiting"
    own = f"/api/v1/files/{added.json()['id']}/"
    assert api.get(own).status_code == 409
    with scope(desk.account):
        File.objects.update(state="clean")
    assert b"".join(api.get(own).streaming_content) == b"%PDF-1.7"  # type: ignore[attr-defined]
    assert api.patch(own, {"kind": "proposal"}, JSON).json()["kind"] == "proposal"
    assert api.patch(own, {"kind": "party"}, JSON).status_code == 400
    assert api.delete(own).status_code == 204
    assert api.get(own).status_code == 404


@pytest.mark.parametrize("noun", ["tasks", "objections", "meetings", "stakeholders", "comments"])
def test_another_accounts_key_finds_nothing(desk: SimpleNamespace, eve: Any, noun: str) -> None:
    with scope(eve.account):
        stranger = Client(headers={"Authorization": f"Bearer {a_key()}"})
    rows = {"tasks": desk.task, "objections": desk.objection, "meetings": desk.meeting}
    row = (rows | {"stakeholders": desk.person, "comments": desk.comment})[noun]
    assert stranger.patch(path(row, noun), {"title": "x"}, JSON).status_code == 404
    assert stranger.delete(path(row, noun)).status_code == 404
    assert stranger.get(f"/api/v1/leads/{desk.lead.public_id}/{noun}/").status_code == 404
