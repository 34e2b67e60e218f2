"""A person is erased: everywhere, for good, and without changing what was counted."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from accounts.models import IdempotentAnswer
from events import drain
from events.record import SYSTEM
from followups.models import Suppression
from followups.suppression import suppressed_among
from leads.capture import capture
from leads.enrichment.asking import digest
from leads.models import (
    Company,
    Contact,
    Erasure,
    Import,
    ImportReject,
    Lead,
    Payload,
    Provider,
    ProviderAnswer,
    Source,
    Submission,
)
from leads.privacy.erasure import erase
from leads.privacy.export import export_of
from pipeline.models import File
from reports.catalogue import REPORTS
from scoring.models import Signal, Visitor
from tenancy import clock
from tenancy.scope import scope
from tests.leads.privacy.person import EMAIL, MARK, NAME, PHONE, plant_everywhere, traces, zenobia
from tests.leads.test_api_leads import Api
from workspace.opening import Opened, open_account


@pytest.fixture
def acme(transactional_db: None) -> Opened:
    return open_account(name="Acme", email="ada@acme.example", template="it_services")


@pytest.fixture
def lead(acme: Opened) -> Lead:
    return zenobia(acme)


def forget(acme: Opened, lead: Lead) -> Erasure:
    with scope(acme.account):
        erasure = erase(Contact.objects.get(pk=lead.contact_id), by=acme.member.by)
    drain.drain()
    with scope(acme.account):
        erasure.refresh_from_db()
    return erasure


def test_no_table_tells_of_an_erased_person(acme: Opened, lead: Lead, role_urls: dict[str, str]) -> None:
    """Her mark stands in every text of every table that hangs on her, also in those of tomorrow."""
    planted = plant_everywhere(acme, role_urls["superuser"])
    assert planted >= {
        "contact",
        "lead",
        "submission",
        "event",
        "activity",
        "task",
        "stakeholder",
        "message",
        "payload",
    }
    before = {table for table, word in traces(acme, role_urls["superuser"]) if word == MARK}
    assert planted <= before
    erasure = forget(acme, lead)
    assert not traces(acme, role_urls["superuser"])
    assert erasure.finished_at
    assert erasure.needles == {}


def test_rows_that_do_not_say_whose_they_are_are_searched(acme: Opened, lead: Lead, role_urls: dict[str, str]) -> None:
    with scope(acme.account):
        leave_traces(acme, lead)
    assert {"import_reject", "import", "idempotent_answer", "provider_answer"} & {
        table for table, _ in traces(acme, role_urls["superuser"])
    }
    forget(acme, lead)
    assert not traces(acme, role_urls["superuser"])
    with scope(acme.account):
        assert not ProviderAnswer.objects.exists()
        assert not IdempotentAnswer.objects.exists()
        assert ImportReject.objects.get(row=3).cells == []
        assert ImportReject.objects.get(row=4).cells == ["Somebody Else", "x"]
        assert Import.objects.get().edits == {"8": {"0": "Other"}}
        assert Lead.objects.get(contact__name="Raj Kumar").activities.get().body == "Ask erased about it."
        assert bytes(Payload.objects.get().body) == b""
        with default_storage.open(Import.objects.get().path) as kept:
            assert [json.loads(line) for line in kept] == [[2, ["Else", "else@x.example"]], [3, []]]


def leave_traces(acme: Opened, lead: Lead) -> None:
    """Where her address stands without a word about whose row it is."""
    source = Source.objects.first()
    path = f"{acme.account.pk.hex}/left.jsonl"
    lines = [json.dumps(row) + "\n" for row in ([2, ["Else", "else@x.example"]], [3, [NAME, "p:+44 20 7183 8750"]])]
    default_storage.save(path, ContentFile("".join(lines).encode()))
    edits = {"7": {"0": f"{MARK} {EMAIL.upper()}"}, "8": {"0": "Other"}}
    batch = Import.objects.create(
        name="x.csv", path=path, format="CSV", header_key="x", edits=edits, actor_kind="member"
    )
    ImportReject.objects.create(batch=batch, row=3, cells=[NAME.upper(), MARK], reason="No way to reach anybody.")
    ImportReject.objects.create(batch=batch, row=4, cells=["Somebody Else", "x"], reason="The same.")
    IdempotentAnswer.objects.create(key="k1", digest=b"1", body={"id": lead.public_id, "message": MARK})
    IdempotentAnswer.objects.create(key=f"sign-up of {EMAIL}", digest=b"2", body={})
    provider = Provider.objects.create(name="P", url="https://p.example/{email}")
    ProviderAnswer.objects.create(provider=provider, asked=digest(EMAIL), facts={"job_title": MARK})
    body = f"From: {EMAIL}\n\n{MARK}".encode()
    Payload.objects.create(source=source, protocol="email", body=body, state="failed", why=f"{EMAIL} is odd")
    other = capture({"name": "Raj Kumar", "phone": "+4940361110"}, source=source, channel="api", by=SYSTEM).lead
    other.log_activity(kind="note", body=f"Ask {EMAIL} about it.", by=acme.member.by)
    Visitor.objects.create(key=f"{MARK}-browser", lead=lead)
    Signal.objects.create(kind="page_view", visitor=f"{MARK}-browser", url=f"/{MARK}", occurred_at=clock.now())
    Suppression.objects.create(email_norm=EMAIL, reason="bounced")


def test_that_no_mail_is_wanted_outlives_the_address(acme: Opened, lead: Lead, role_urls: dict[str, str]) -> None:
    with scope(acme.account):
        Suppression.objects.create(email_norm=EMAIL, reason="unsubscribed")
    forget(acme, lead)
    with scope(acme.account):
        assert suppressed_among([EMAIL, "other@kestrel.example"]) == {EMAIL}
        assert EMAIL not in Suppression.objects.get().email_norm
    assert not traces(acme, role_urls["superuser"])


def test_files_go_with_the_person(acme: Opened, lead: Lead) -> None:
    with scope(acme.account):
        path = File.objects.get().path
    assert default_storage.exists(path)
    forget(acme, lead)
    assert not default_storage.exists(path)


def test_what_was_counted_stays_counted(acme: Opened, lead: Lead) -> None:
    with scope(acme.account):
        Lead.objects.filter(pk=lead.pk).update(value_minor=250000, currency="EUR")
        counted = (
            "captured_at",
            "assigned_at",
            "first_response_at",
            "score",
            "tier",
            "value_minor",
            "currency",
            "owner_id",
        )
        before = Lead.objects.values(*counted, "source_id", "company_id").get(pk=lead.pk)
        rows = [model.objects.count() for model in (Lead, Submission, Signal)]
    forget(acme, lead)
    with scope(acme.account):
        assert Lead.objects.values(*counted, "source_id", "company_id").get(pk=lead.pk) == before
        assert [model.objects.count() for model in (Lead, Submission, Signal)] == rows
        lead.refresh_from_db()
        assert (lead.status, lead.disqualified_reason) == ("disqualified", "The person was erased")


def test_no_report_changes(acme: Opened, lead: Lead) -> None:
    api = Api(acme.api_key)

    def reports() -> dict[str, Any]:
        return {name: api.get(f"/api/v1/reports/{name}/").json() for name in REPORTS}

    with scope(acme.account):
        Lead.objects.get(pk=lead.pk).disqualify(reason="Zenobia has no budget", by=acme.member.by)
    drain.drain()
    before = reports()
    forget(acme, lead)
    assert reports() == before


def test_words_that_reports_filter_by_stay_where_others_have_them(acme: Opened, lead: Lead) -> None:
    with scope(acme.account):
        lead.change({"product": "Backup"}, by=acme.member.by)
        capture({"name": "Raj Kumar", "product": "Backup"}, source=None, channel="api", by=SYSTEM)
        Lead.objects.filter(pk=lead.pk).update(territory="Zenobia's street")
    forget(acme, lead)
    with scope(acme.account):
        lead.refresh_from_db()
        assert (lead.product, lead.territory) == ("Backup", "")


@pytest.mark.parametrize(("firm", "kept"), [("Kestrel", True), ("Quuxley Consulting", False)])
def test_a_firm_stays_unless_it_bears_the_persons_name(acme: Opened, lead: Lead, firm: str, kept: bool) -> None:
    with scope(acme.account):
        lead.change({"company": firm}, by=acme.member.by)
    forget(acme, lead)
    with scope(acme.account):
        assert bool(Company.objects.get().name) == kept


def test_who_asks_again_after_erasure_is_somebody_new(acme: Opened, lead: Lead) -> None:
    forget(acme, lead)
    with scope(acme.account):
        again = capture({"name": NAME, "email": EMAIL, "phone": PHONE}, source=None, channel="api", by=SYSTEM)
    drain.drain()
    with scope(acme.account):
        assert again.duplicate_of is None
        assert again.lead.contact_id != lead.contact_id
        assert Lead.objects.get(pk=lead.pk).status == "disqualified"


def test_erasing_twice_is_erasing_once(acme: Opened, lead: Lead) -> None:
    first = forget(acme, lead)
    with scope(acme.account):
        again = erase(Contact.objects.get(pk=lead.contact_id), by=acme.member.by)
    assert again.pk == first.pk


def test_others_keep_what_is_theirs(acme: Opened, lead: Lead) -> None:
    with scope(acme.account):
        colleague = {"name": "Bo Quuxley", "email": "bo@kestrel.example", "phone": PHONE, "message": "Hello"}
        other = capture(colleague, source=None, channel="api", by=SYSTEM).lead
        before: Any = Contact.objects.values().get(pk=other.contact_id)
    forget(acme, lead)
    with scope(acme.account):
        assert Contact.objects.values().get(pk=other.contact_id) == before
        assert Submission.objects.get(lead=other).raw["message"] == "Hello"


NEIGHBOURS = ["la.zenobia@kestrel.example", "lazenobia@kestrel.example", "zenobia@kestrel.example.org"]


@pytest.mark.parametrize("address", NEIGHBOURS)
def test_whose_address_contains_the_erased_one_keeps_it(acme: Opened, lead: Lead, address: str) -> None:
    with scope(acme.account):
        said = {
            "name": "Li Wei",
            "email": address,
            "phone": f"{PHONE}5",
            "message": f"Write to {address}, not {EMAIL}.",
        }
        other = capture(said, source=None, channel="api", by=SYSTEM).lead
        reject = ImportReject(batch=an_import(), row=1, cells=[address, PHONE + "5"], reason="x")
        reject.save()
        before: Any = Contact.objects.values().get(pk=other.contact_id)
    drain.drain()
    forget(acme, lead)
    with scope(acme.account):
        after: Any = Contact.objects.values().get(pk=other.contact_id)
        raw = Submission.objects.get(lead=other).raw
        assert {name: after[name] for name in said_of(before)} == said_of(before)
        assert (raw["email"], raw["phone"]) == (address, f"{PHONE}5")
        assert raw["message"] == f"Write to {address}, not erased."
        assert ImportReject.objects.get(pk=reject.pk).cells == reject.cells


def said_of(row: dict[str, Any]) -> dict[str, Any]:
    return {name: row[name] for name in ("name", "email", "email_norm", "phone", "phone_e164")}


def an_import() -> Import:
    made: Import = Import.objects.create(name="y.csv", format="CSV", header_key="y", actor_kind="member")
    return made


def test_a_word_that_is_no_address_is_taken_from_nobody_else(acme: Opened) -> None:
    """Whoever types “enterprise” for an address takes that word from nobody's notes when forgotten."""
    with scope(acme.account):
        odd = capture({"name": "No Mail", "email": "enterprise"}, source=None, channel="api", by=SYSTEM).lead
        facts = {"email": "li@x.example", "message": "Our enterprise grows", "territory": "enterprise"}
        other = capture(facts, source=None, channel="api", by=SYSTEM).lead
    drain.drain()
    forget(acme, odd)
    with scope(acme.account):
        kept = Lead.objects.get(pk=other.pk)
        assert (kept.message, kept.territory) == ("Our enterprise grows", "enterprise")
        assert Contact.objects.get(pk=odd.contact_id).email == ""


def test_an_export_brings_along_nothing_of_a_neighbour(acme: Opened, lead: Lead) -> None:
    with scope(acme.account):
        for address in NEIGHBOURS:
            capture({"name": "Li", "email": address, "phone": f"{PHONE}7"}, source=None, channel="api", by=SYSTEM)
        told = export_of(Contact.objects.get(pk=lead.contact_id), by=acme.member.by)
    assert not [address for address in NEIGHBOURS if address in json.dumps(told["elsewhere"])]
