"""The settings of one source: what its senders call things, and what they must bring."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from events.record import PROSPECT, SYSTEM
from leads.capture import Captured, capture
from leads.models import CustomField, Source
from leads.their_names import LOOKED_AT, TheirName, names_of
from tenancy.models import Account
from tenancy.scope import scope
from tests.factories import a_source

ROW = {"name": "Fair", "kind": "event"}


@pytest.fixture
def fair(account: Account) -> Source:
    with scope(account):
        return a_source("Fair", "event", mapping={"mail": "email"}, required=["phone"])


@pytest.fixture
def mo(cast: SimpleNamespace, client: Client) -> Client:
    client.force_login(cast.mo.user)
    return client


def url(source: Source) -> str:
    return f"/acme/settings/sources/{source.public_id}/"


def arrives(source: Source, channel: str = "api", **said: Any) -> Captured:
    return capture({"name": "Jonas", **said}, source=source, channel=channel, by=PROSPECT)


def stored(source: Source, account: Account) -> Source:
    with scope(account):
        found: Source = Source.objects.get(pk=source.pk)
        return found


def test_mo_sees_what_is_mapped_and_what_nobody_understood_with_a_guess(
    mo: Client, fair: Source, account: Account
) -> None:
    with scope(account):
        arrives(fair, mail="jonas@kestrel.example", Telefonnummer="040 123", booth="7b", lead={"Firma": "Kestrel"})
        arrives(fair, channel="import", Zeile="9")
    page = mo.get(url(fair)).content.decode()
    assert all(words in page for words in ("jonas@kestrel.example", "Telefonnummer", "booth", "7b", "lead.Firma"))
    with scope(account):
        rows = {row.theirs: row.fact for row in names_of(fair)}
    assert rows == {"mail": "email", "Telefonnummer": "phone", "booth": "", "lead.Firma": "company"}


def test_what_we_understand_is_not_suggested(fair: Source, account: Account) -> None:
    with scope(account):
        CustomField.add(label="Booth", type="text", by=SYSTEM)
        arrives(fair, booth="7b", custom={"booth": "7b", "row": 3}, campaign={"x": 1}, utm_source="y", empty=" ")
        assert names_of(fair) == [TheirName("mail", "", "email"), TheirName("custom.row", "3", "")]


def test_the_newest_are_looked_at_in_as_many_queries_whatever_came(fair: Source, account: Account) -> None:
    with scope(account):
        for number in range(LOOKED_AT + 1):
            arrives(fair, **{f"key_{number}": "x" * 100})
        with CaptureQueriesContext(connection) as queries:
            rows = names_of(fair)
    assert (len(rows), len(queries) <= 3) == (31, True)
    assert rows[1] == TheirName(f"key_{LOOKED_AT}", "x" * 40 + "…", "")


def test_what_mo_saves_counts_from_the_next_lead_on(mo: Client, fair: Source, account: Account) -> None:
    said = ROW | {"theirs-1": "lead.Firma", "fact-1": "company", "theirs-2": "mail", "fact-2": "", "fact-3": "budget"}
    answer = mo.post(url(fair), said | {"required": ["company", "budget"]}, follow=True)
    assert "Fair saved" in answer.content.decode()
    saved = stored(fair, account)
    assert (saved.mapping, saved.required) == ({"lead.Firma": "company"}, ["company", "budget"])
    with scope(account):
        lead = arrives(saved, lead={"Firma": "Kestrel GmbH"}).lead
        assert (lead.company.name, lead.incomplete) == ("Kestrel", ["budget"])
    assert "Company, Budget" in mo.get("/acme/settings/sources/").content.decode()


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"name": ""}, "This field is required"),
        ({"kind": "x"}, "valid choice"),
        ({"required": ["salary"]}, "valid choice"),
        ({"theirs-1": "a", "fact-1": "salary"}, "There is no such fact: salary"),
        ({"theirs-1": "a", "fact-1": "email", "theirs-2": " a", "fact-2": "name"}, "stands there twice"),
        ({"theirs-1": "x" * 201, "fact-1": "email"}, "at most 200 characters"),
        ({"theirs-1": "a\x00", "fact-1": "email"}, "at most 200 characters"),
        ({f"theirs-{n}": f"k{n}" for n in range(103)} | {f"fact-{n}": "email" for n in range(103)}, "At most 100"),
    ],
)
def test_what_makes_no_sense_is_said_and_nothing_is_saved(
    mo: Client, fair: Source, account: Account, wrong: dict[str, Any], words: str
) -> None:
    answer = mo.post(url(fair), ROW | wrong)
    assert (answer.status_code, words in answer.content.decode()) == (422, True)
    assert stored(fair, account).mapping == {"mail": "email"}


def test_what_was_typed_stays_when_something_is_wrong(mo: Client, fair: Source) -> None:
    page = mo.post(url(fair), ROW | {"name": "", "theirs-1": "Firma", "fact-1": "company"}).content.decode()
    assert 'value="Firma"' in page
    assert '<option value="company" selected>' in page


def test_a_name_that_is_taken_is_an_error_beside_it(mo: Client, fair: Source, account: Account) -> None:
    with scope(account):
        a_source("Website", "form")
    answer = mo.post(url(fair), ROW | {"name": "Website"})
    assert (answer.status_code, "field-error" in answer.content.decode()) == (422, True)


@pytest.mark.parametrize(("who", "status"), [("ada", 200), ("mo", 200), ("max", 403), ("rita", 403)])
def test_who_may_change_a_source(cast: SimpleNamespace, client: Client, fair: Source, who: str, status: int) -> None:
    client.force_login(getattr(cast, who).user)
    assert client.get(url(fair)).status_code == status


def test_what_strangers_sent_stays_text(mo: Client, fair: Source, account: Account) -> None:
    evil = "<img src=x onerror=alert(1)>"
    with scope(account):
        arrives(fair, **{evil: evil})
    assert "<img" not in mo.get(url(fair)).content.decode()
