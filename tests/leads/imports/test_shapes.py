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
from tests.leads.imports.files import run

pytestmark = pytest.mark.django_db(transaction=True)

VALUES = {
    "email": ["ada@example.com", "bo@berg.example"],
    "name": ["Ada King", "Bo Berg"],
    "first_name": ["Ada", "Bo"],
    "last_name": ["King", "Berg"],
    "phone": ["+442071838750", "+4685550190"],
    "company": ["Example Ltd", "Berg AB"],
    "source": ["Web", "Trade show"],
    "created_at": ["2026-03-02 09:30", "2026-03-03 10:00"],
}
WHO = {"first_name": "First Name", "last_name": "Last Name"}
SHAPES: dict[str, tuple[dict[str, str], str]] = {
    "salesforce": (
        {**WHO, "email": "Email", "phone": "Phone", "company": "Company / Account", "source": "Lead Source"}
        | {"created_at": "Create Date"},
        "Lead ID,Title,Mobile,Rating,Street,Lead Status,Lead Owner",
    ),
    "hubspot": (
        {**WHO, "email": "Email", "phone": "Phone Number", "company": "Company Name", "source": "Original Source"}
        | {"created_at": "Create Date"},
        "Record ID,Contact owner,Lead Status,Marketing contact status,Last Activity Date (GMT+1)",
    ),
    "pipedrive": (
        {"name": "Person - Name", "email": "Person - Email - Work", "phone": "Person - Phone - Work"}
        | {"company": "Organization - Name", "source": "Lead - Source", "created_at": "Lead - Lead created"},
        "Lead - ID,Lead - Title,Lead - Owner,Person - Email - Home,Lead - Labels",
    ),
    "zoho": (
        {**WHO, "email": "Email", "phone": "Phone", "company": "Company", "source": "Lead Source"}
        | {"created_at": "Created Time"},
        "Record Id,Lead Owner,Salutation,Fax,Secondary Email,Created By,Modified Time,Full Name",
    ),
    "meta": (
        {"name": "full_name", "email": "email", "phone": "phone_number", "company": "company_name"}
        | {"source": "platform", "created_at": "created_time"},
        "id,ad_id,ad_name,adset_id,adset_name,campaign_id,campaign_name,form_id,form_name,is_organic",
    ),
    "google ads": (
        {"name": "Full Name", "email": "User Email", "phone": "User Phone", "company": "Company Name"}
        | {"created_at": "Lead Submit Time"},
        "Lead ID,Campaign ID,Campaign Name,Form ID,GCLID,Is Test",
    ),
}
META = [
    "id,created_time,ad_id,ad_name,campaign_name,form_id,is_organic,platform,full_name,email,phone_number",
    "l:5301,2026-03-02T09:00:00+01:00,ag:12,Spring,Spring DE,f:77,false,fb,Jörg Weiß,joerg@weiss.example,p:+4940555010",
    "l:5302,2026-03-02T09:05:00+01:00,ag:12,Spring,Spring DE,f:77,false,ig,Ewa Nowicka,ewa@nord.example,p:+4940555017",
]


@pytest.mark.parametrize("system", SHAPES)
def test_columns_are_understood_by_themselves(system: str) -> None:
    wanted, others = SHAPES[system]
    headers = [*others.split(","), *wanted.values()]
    rows = [["x"] * len(others.split(",")) + [VALUES[fact][at] for fact in wanted] for at in (0, 1)]
    found = guess(headers, rows, {}, "GB").mapping
    assert {header: found.get(header) for header in wanted.values()} == {head: fact for fact, head in wanted.items()}


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
