"""The intake queue: everything that arrived is there, and what people do with it has effect."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from events import drain
from events.kinds import Kind
from events.models import Event
from events.record import PROSPECT
from leads.capture import Captured, capture
from leads.duplicates import tell_apart
from leads.intake.queue import arrived
from leads.models import Contact, Lead, Silence, Submission, Suspicion
from leads.removal import remove_spam
from pipeline.models import Deal
from tenancy import clock
from tenancy.models import Account
from tenancy.scope import scope
from tests.factories import a_source
from workspace.opening import Opened, open_account

URL = "/acme/intake/"


def seen_by(member: Any) -> Client:
    client = Client()
    client.force_login(member.user)
    return client


@pytest.fixture
def max_(cast: SimpleNamespace) -> Client:
    return seen_by(cast.max)


def sent(channel: str = "form", spam: str = "", ago: int = 0, source: Any = None, **facts: Any) -> Captured:
    return capture(
        {"email": f"{len(facts)}{ago}@x.example"} | facts,
        source=source or a_source(),
        channel=channel,
        by=PROSPECT,
        spam=spam,
        received_at=clock.now() - timedelta(minutes=ago),
    )


def names(client: Client, query: str = "") -> list[str]:
    return [row["name"] for row in client.get(f"{URL}?{query}").context["rows"]]


@pytest.mark.parametrize(("who", "status"), [("rita", 403), ("max", 200), ("mo", 200), ("ada", 200)])
def test_who_may_see_it(cast: SimpleNamespace, who: str, status: int) -> None:
    client = seen_by(getattr(cast, who))
    assert client.get(URL).status_code == status
    assert (f'href="{URL}"' in client.get("/acme/leads/").content.decode()) == (status == 200)


def test_everything_that_arrived_is_there_newest_first(max_: Client, account: Account) -> None:
    with scope(account):
        needy = a_source("Fair", "event", required=["company"])
        sent(name="Old", ago=9)
        sent(name="Repeat", email="a@b.example", ago=5)
        sent(name="Repeat", email="A@b.example", channel="api", ago=3)
        sent(name="Missing", source=needy, phone="odd", ago=2)
        sent(name="Machine", spam="It was filled in faster than anybody types.", ago=1)
    assert names(max_) == ["Machine", "Missing", "Repeat", "Repeat", "Old"]
    body = max_.get(URL).content.decode()
    for words in ("Incomplete", "Company", "1 malformed", "Spam folder", "Fair", "API", "faster than anybody"):
        assert words in body


def test_filters_narrow_it(max_: Client, account: Account) -> None:
    with scope(account):
        fair = a_source("Fair", "event", required=["company"])
        sent(name="Old", ago=9)
        sent(name="Repeat", email="a@b.example", ago=5)
        sent(name="Repeat", email="A@b.example", channel="api", ago=3)
        sent(name="Missing", source=fair, phone="odd", ago=2)
        sent(name="Machine", spam="Reason", ago=1)
    assert names(max_, "view=spam") == ["Machine"]
    assert names(max_, f"source={fair.public_id}") == ["Missing"]
    assert names(max_, "channel=api") == ["Repeat"]
    assert names(max_, "complete=no") == ["Missing"]
    assert names(max_, "complete=odd") == ["Missing"]
    assert names(max_, "first=repeat") == ["Repeat"]
    assert names(max_, "went=waiting&first=new") == ["Missing", "Repeat", "Old"]
    assert names(max_, "went=owned") == names(max_, "went=closed") == []


def test_who_is_perhaps_known_is_marked_and_leads_to_the_pair(max_: Client, account: Account) -> None:
    with scope(account):
        one, other, _ = (sent(name=f"N{n}", email=f"n{n}@x.example", ago=n) for n in range(3))
        pair = Suspicion.objects.create(first=one.lead, second=other.lead, confidence=80)
    body = max_.get(URL).content.decode()
    assert body.count(f'href="/acme/duplicates/#{pair.public_id}"') == 2
    assert names(max_, "first=suspected") == ["N0", "N1"]
    with scope(account):
        tell_apart(pair)
    assert names(max_, "first=suspected") == []
    assert "Perhaps known</a>" not in max_.get(URL).content.decode()


def test_a_silent_source_is_told_where_people_look_for_what_came(max_: Client, account: Account) -> None:
    with scope(account):
        silence = Silence.objects.create(source=a_source(), since=clock.now(), sentence="Nothing since noon.")
    assert "Website is silent for longer than it should be." in max_.get(URL).content.decode()
    with scope(account):
        silence.ended_at = clock.now()
        silence.save()
    assert "is silent" not in max_.get(URL).content.decode()


EVERY_FILTER = ["", "view=spam", "channel=api", "complete=no", "complete=odd", "first=suspected", "went=waiting"]


def test_ten_thousand_rows_are_read_by_an_index_in_as_many_queries(max_: Client, account: Account) -> None:
    with scope(account):
        rare, lead = a_source("Rare", "event"), sent(ago=5).lead
        rows = (
            Submission(lead=lead, source=lead.source, channel="form", raw={}, received_at=clock.now())
            for _ in range(10_000)
        )
        Submission.objects.bulk_create(rows, batch_size=2000)
    with CaptureQueriesContext(connection) as all_of_them:
        max_.get(URL)
    for query in [*EVERY_FILTER, f"source={rare.public_id}"]:
        with CaptureQueriesContext(connection) as queries:
            assert max_.get(f"{URL}?{query}").status_code == 200
        assert len(queries) <= len(all_of_them)
    with scope(account):
        for wanted in ({}, {"source": rare.public_id}, {"first": "suspected"}):
            plan = arrived(wanted).order_by("-received_at", "-id")[:51].explain()
            assert "Seq Scan on submission" not in plan, plan


@pytest.mark.parametrize("query", ["source=x", "channel=x", "view=x", "went=x", "cursor=x", "complete=%00"])
def test_a_query_without_sense_shows_everything(max_: Client, query: str) -> None:
    answer = max_.get(f"{URL}?{query}")
    assert (answer.status_code, answer["Location"]) == (302, URL)


def test_pages_by_key_with_the_same_number_of_queries(max_: Client, account: Account) -> None:
    with scope(account):
        sent(name="First", ago=999)
    with CaptureQueriesContext(
        connection,
    ) as few:
        max_.get(URL)
    with scope(account):
        for number in range(60):
            sent(name=f"N{number}", email=f"n{number}@x.example", ago=number)
    with CaptureQueriesContext(connection) as many:
        first = max_.get(URL)
    assert len(many) <= len(few)
    second = max_.get(first.context["next_url"])
    assert (len(first.context["rows"]), len(second.context["rows"])) == (50, 11)
    assert len(max_.get(second.context["previous_url"]).context["rows"]) == 50


@pytest.fixture
def opened(db: None) -> Opened:
    return open_account("Acme", "ada@acme.example")


def sort(opened: Opened, act: str, *captured: Captured, view: str = "") -> str:
    client = Client()
    client.force_login(opened.user)
    chosen = [one.submission.public_id for one in captured]
    answer = client.post(f"{URL}?view={view}" if view else URL, {"act": act, "chosen": chosen}, follow=True)
    assert answer.status_code == 200
    return str(answer.content.decode())


def test_restored_spam_is_scored_and_routed_like_any_lead(opened: Opened) -> None:
    with scope(opened.account):
        one = sent(name="Jonas", spam="Reason")
        drain.drain()
        assert not Deal.objects.exists()
    assert "1 out of the spam folder" in sort(opened, "restore", one, view="spam")
    drain.drain()
    with scope(opened.account):
        lead = Lead.objects.get()
        assert (lead.status, lead.owner_id, lead.score is not None) == ("open", opened.member.pk, True)
        assert Deal.objects.get(lead=lead).status == "open"
        assert Submission.objects.get().spam == "Reason"  # what arrived is never changed
    assert "stayed where they were" in sort(opened, "restore", one)


def test_what_a_person_calls_spam_stops_everything_and_can_come_back(opened: Opened) -> None:
    with scope(opened.account):
        one = sent(name="Jonas")
    drain.drain()
    assert "1 in the spam folder" in sort(opened, "spam", one)
    drain.drain()
    with scope(opened.account):
        lead = Lead.objects.get()
        assert (lead.status, Deal.objects.get().status) == ("spam", "disqualified")
        assert Event.objects.filter(kind=Kind.LEAD_PUT_ASIDE, lead_id=lead.pk, actor_name=opened.member.name).exists()
    sort(opened, "restore", one, view="spam")
    drain.drain()
    with scope(opened.account):
        assert (Lead.objects.get().status, Deal.objects.get().status) == ("open", "open")


def test_only_spam_that_nobody_worked_on_is_deleted(opened: Opened) -> None:
    with scope(opened.account):
        machine, real, worked = sent(name="Machine", spam="Reason"), sent(name="Real", ago=1), sent(name="Was", ago=2)
        known = sent(name="Real", email=str(real.lead.contact.email), spam="Reason")
    drain.drain()
    sort(opened, "spam", worked)
    body = sort(opened, "delete", machine, real, worked, known, view="spam")
    assert "2 deleted for good" in body
    with scope(opened.account):
        assert set(Lead.objects.values_list("pk", flat=True)) == {real.lead.pk, worked.lead.pk}
        assert set(Contact.objects.values_list("name", flat=True)) == {"Real", "Was"}
        assert Submission.objects.count() == 2
        assert Event.objects.filter(kind=Kind.LEAD_DELETED).count() == 2


def test_a_folder_full_of_spam_goes_in_as_many_statements_as_a_little(opened: Opened) -> None:
    counts = []
    for round_, size in enumerate((2, 30)):
        with scope(opened.account):
            ids = [sent(email=f"{round_}-{n}@x.example", company=f"C{n}", spam="Reason").lead.pk for n in range(size)]
            with CaptureQueriesContext(connection) as queries:
                assert remove_spam(ids, by=PROSPECT) == size
            counts.append(len(queries))
            assert not Lead.objects.exists()
    assert counts[0] == counts[1] <= 100


@pytest.mark.parametrize("act", ["", "x", "restore"])
def test_nothing_chosen_is_said(opened: Opened, act: str) -> None:
    assert "Choose something first." in sort(opened, act)


def test_strange_ids_are_left_out(opened: Opened) -> None:
    client = Client()
    client.force_login(opened.user)
    answer = client.post(URL, {"act": "restore", "chosen": ["x", "sub_1", "lead_01", "\x00"]})
    assert answer.status_code == 302
