"""Exports of four CRMs and two ad platforms, by their documented column names: nobody has to map them by hand."""

from __future__ import annotations

import csv
import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from leads.imports.mapping import guess
from leads.models import Lead
from tenancy.models import Account
from tenancy.scope import scope
from tests.contenthash import table_hashes
from tests.leads.imports.exports import EXPORTS, MANY, PEOPLE, Export, Person
from tests.leads.imports.files import run, undone
from workspace.opening import Opened

pytestmark = pytest.mark.django_db(transaction=True)

META = [
    "id,created_time,ad_id,ad_name,campaign_name,form_id,is_organic,platform,full_name,email,phone_number",
    "l:5301,2026-03-02T09:00:00+01:00,ag:12,Spring,Spring DE,f:77,false,fb,Jörg Weiß,joerg@weiss.example,p:+4940555010",
    "l:5302,2026-03-02T09:05:00+01:00,ag:12,Spring,Spring DE,f:77,false,ig,Ewa Nowicka,ewa@nord.example,p:+4940555017",
]


@pytest.mark.parametrize("system", EXPORTS)
def test_a_whole_export_comes_in_by_itself_once_and_goes_again(opened: Opened, system: str) -> None:
    export = EXPORTS[system]
    with scope(opened.account):
        before = table_hashes()
    batch = run(opened.account, export.upload(), opened.member.by)
    assert {header: batch.mapping.get(header) for header in export.means} == export.means
    assert batch.counts == {"created": MANY}
    with scope(opened.account):
        everybody = Lead.objects.with_people().select_related("source")
        assert sorted(map(said_of, everybody)) == sorted(said_by(person, export) for person in PEOPLE)
        after = table_hashes()
    second = run(opened.account, export.upload(), opened.member.by)
    assert second.counts == {"unchanged": MANY}
    with scope(opened.account):
        assert table_hashes() == after
    undone(opened.account, second)
    undone(opened.account, batch)
    with scope(opened.account):
        assert table_hashes() == before


def said_of(lead: Lead) -> tuple[object, ...]:
    """What we know of a lead; the day on which it was captured, for some systems tell no hour."""
    person = lead.contact
    known = (person.email, person.name, person.phone_e164, person.company and person.company.name)
    return (*known, lead.source.name, lead.captured_at.date())


def said_by(person: Person, export: Export) -> tuple[object, ...]:
    """The same as the other system has it."""
    source = {"meta": ["Facebook", "Instagram"][person.number % 2]}.get(export.system, person.source)
    who = (person.email, person.name, person.phone, person.company.removesuffix(" GmbH"))
    return (*who, source if export.sources else "Import", person.created.date())


def test_an_ad_export_in_utf16_with_tabs(account: Account) -> None:
    text = "\r\n".join(line.replace(",", "\t") for line in META)
    batch = run(account, SimpleUploadedFile("leads.csv", text.encode("utf-16")))
    assert (batch.format, batch.counts) == ("CSV, UTF-16, tabs", {"created": 2})
    with scope(account):
        lead = Lead.objects.with_people().get(external_id="5301")
        assert (lead.contact.name, lead.contact.phone_e164) == ("Jörg Weiß", "+4940555010")
        assert (lead.source.name, lead.captured_at.isoformat()) == ("Facebook", "2026-03-02T08:00:00+00:00")


def test_values_speak_where_headers_do_not() -> None:
    headers = ["A", "B", "C"]
    rows = [["x", "ada@example.com", "+44 20 7183 8750"], ["y", "bo@berg.example", "+46 8 555 01 90"]]
    assert guess(headers, rows, {}, "GB").mapping == {"B": "email", "C": "phone"}


def test_own_fields_are_found_by_key_and_label() -> None:
    found = guess(["Seats wanted", "sites"], [["3", "4"]], {"seats": "Seats wanted", "sites": "Sites"}, "GB")
    assert found.mapping == {"Seats wanted": "custom.seats", "sites": "custom.sites"}


@pytest.mark.parametrize(
    ("dates", "country", "order"),
    [
        (["3/4/2026", "13/4/2026"], "US", "day first"),
        (["3/4/2026", "4/13/2026"], "GB", "month first"),
        (["3/4/2026"], "US", "month first"),
        (["3/4/2026"], "DE", "day first"),
    ],
)
def test_one_column_has_one_order_of_day_and_month(dates: list[str], country: str, order: str) -> None:
    assert guess(["Created"], [[date] for date in dates], {}, country).dates == {"Created": order}


def test_a_name_that_holds_a_comma_is_quoted_like_everything(account: Account) -> None:
    text = io.StringIO()
    csv.writer(text).writerows([["Name", "E-mail"], ["King, Ada", "ada@example.com"]])
    run(account, SimpleUploadedFile("a.csv", text.getvalue().encode()))
    with scope(account):
        assert Lead.objects.with_people().get().contact.last_name == "King"
