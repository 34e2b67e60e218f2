"""A lead by hand: pasted, looked over, and checked against whom we know."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from leads.already import Known, known_like
from leads.models import Lead, Submission
from tenancy.models import Account
from tenancy.scope import scope
from tests.factories import a_lead


@pytest.fixture
def rita(cast: SimpleNamespace) -> Client:
    client = Client()
    client.force_login(cast.rita.user)
    return client


@pytest.fixture
def jonas(account: Account, cast: SimpleNamespace) -> Lead:
    with scope(account):
        facts: dict[str, Any] = {
            "name": "Jonas Weidmann",
            "email": "jonas@kestrel.example",
            "phone": "+44 20 7183 8750",
        }
        return a_lead(**facts, company="Kestrel Logistics Ltd", owner=cast.raj)


@pytest.mark.parametrize(
    ("facts", "found"),
    [
        ({"email": "Jonas@Kestrel.example "}, True),
        ({"email": "jonas@kestrel"}, False),
        ({"phone": "020 7183 8750"}, True),
        ({"phone": "020"}, False),
        ({"name": "jonas weidmann"}, True),
        ({"name": "Jonas"}, False),
        ({"company": "Kestrel Logistics"}, True),
        ({"company": "Kestrel"}, False),
        ({"name": "Somebody Else", "email": "jonas@kestrel.example"}, True),
        ({"email": "\x00", "name": "\x00 \x00", "phone": "x" * 400, "company": " "}, False),
        ({}, False),
    ],
)
def test_whom_we_know_is_found_while_typing(account: Account, jonas: Lead, facts: dict[str, Any], found: bool) -> None:
    with scope(account):
        assert [lead.pk for lead in known_like(facts).leads] == ([jonas.pk] if found else [])


def test_spam_is_nobody_we_know(account: Account, jonas: Lead) -> None:
    with scope(account):
        Lead.objects.update(status="spam")
        assert known_like({"email": "jonas@kestrel.example"}) == Known()


def test_looking_takes_two_queries_however_many_there_are(account: Account, jonas: Lead) -> None:
    with scope(account):
        for _ in range(9):
            a_lead(name="Jonas Weidmann")
        with CaptureQueriesContext(connection) as queries:
            found = known_like({"name": "Jonas Weidmann", "company": "Kestrel Logistics"})
    assert len(found.leads) == 5
    assert len(queries) == 2


def test_the_fragment_names_them_and_nothing_else(rita: Client, jonas: Lead) -> None:
    body = rita.get("/acme/leads/new/known/", {"email": "jonas@kestrel.example"}).content.decode()
    assert all(words in body for words in ("Jonas Weidmann", "Kestrel Logistics", "with Raj"))
    assert "<html" not in body
    assert "<li>" not in rita.get("/acme/leads/new/known/").content.decode()


def test_what_is_pasted_fills_the_fields_and_saves_nothing(rita: Client, account: Account, jonas: Lead) -> None:
    text = "Please call.\nKind regards,\nJonas Weidmann\nHead of IT\nKestrel Logistics Ltd\njonas@kestrel.example"
    body = rita.post("/acme/leads/new/pasted/", {"pasted": text}).content.decode()
    for words in ('value="Jonas Weidmann"', 'value="Head of IT"', 'value="jonas@kestrel.example"', "Known already?"):
        assert words in body
    with scope(account):
        assert not Submission.objects.exists()
    assert rita.post("/acme/leads/new/pasted/").status_code == 200
    assert "<img" not in rita.post("/acme/leads/new/pasted/", {"pasted": "<img src=x>\x00"}).content.decode()
