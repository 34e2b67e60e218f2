from __future__ import annotations

from io import StringIO
from types import SimpleNamespace

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from accounts.models import Member
from events.models import Job, JobState
from tenancy.scope import scope
from tests.workspace.test_settings import a_dead_job

pytestmark = pytest.mark.django_db


@pytest.fixture
def operator(client: Client, eve: Member) -> Client:
    call_command("make_operator", email=eve.user.email, stdout=StringIO())
    client.force_login(eve.user)
    return client


def test_operator_sees_the_work_of_every_account(operator: Client, cast: SimpleNamespace) -> None:
    with scope(cast.account):
        a_dead_job()

    text = operator.get("/operators/").content.decode()

    assert "/acme/" in text
    assert "/globex/" in text
    assert "It broke." in text
    assert "Redis does not answer" in text


def test_operator_retries_a_dead_job(operator: Client, cast: SimpleNamespace) -> None:
    with scope(cast.account):
        job = a_dead_job()

    operator.post(f"/operators/acme/jobs/{job.public_id}/retry/")

    with scope(cast.account):
        assert Job.objects.get(pk=job.pk).state == JobState.PENDING


def test_to_others_the_page_does_not_exist(client: Client, cast: SimpleNamespace) -> None:
    with scope(cast.account):
        job = a_dead_job()
    assert client.get("/operators/").status_code == 302
    client.force_login(cast.ada.user)

    assert client.get("/operators/").status_code == 404
    assert client.post(f"/operators/acme/jobs/{job.public_id}/retry/").status_code == 404


def test_operator_can_be_revoked(operator: Client, eve: Member) -> None:
    call_command("make_operator", "--revoke", email=eve.user.email, stdout=StringIO())

    assert operator.get("/operators/").status_code == 404
    with pytest.raises(CommandError, match="Nobody here"):
        call_command("make_operator", email="nobody@example.com")
