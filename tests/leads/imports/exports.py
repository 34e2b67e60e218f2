"""Exports of four CRMs and two ad platforms, in the columns that their public documentation names."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.core.files.uploadedfile import SimpleUploadedFile

MANY = 24
FIRST = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
NAMES = ["Ada King", "Jörg Weiß", "Zoë Núñez", "Łukasz Żak", "Anne d’Arc", "Bo Berg", "Ewa Nowicka", "Otto Brandl"]
SOURCES = ["Web", "Trade Show", "Partner Referral"]


@dataclass(frozen=True)
class Person:
    """One lead of the other system."""

    number: int

    @property
    def name(self) -> str:
        return f"{NAMES[self.number % len(NAMES)]}-{'ABCDEFGHIJKLMNOPQRSTUVWXYZ'[self.number]}"

    @property
    def first(self) -> str:
        return self.name.partition(" ")[0]

    @property
    def last(self) -> str:
        return self.name.partition(" ")[2]

    @property
    def email(self) -> str:
        return f"person{self.number}@firm{self.number % 7}.example"

    @property
    def phone(self) -> str:
        return f"+4940555{self.number:04d}"

    @property
    def company(self) -> str:
        return f"Firm {self.number % 7} GmbH"

    @property
    def source(self) -> str:
        return SOURCES[self.number % len(SOURCES)]

    @property
    def created(self) -> datetime:
        return FIRST + timedelta(days=self.number, minutes=self.number)


PEOPLE = [Person(number) for number in range(MANY)]


@dataclass(frozen=True)
class Export:
    """A system's table: its columns, a row for a person, and what the columns that matter are to us."""

    system: str
    columns: str
    row: Callable[[Person], list[str]]
    means: dict[str, str]
    dialect: str = "excel"
    encoding: str = "utf-8"
    sources: bool = True  # whether it names the source of each

    def upload(self) -> SimpleUploadedFile:
        text = io.StringIO(newline="")
        writer = csv.writer(text, dialect=self.dialect)
        writer.writerow(self.columns.split(","))
        writer.writerows(self.row(person) for person in PEOPLE)
        return SimpleUploadedFile("export.csv", text.getvalue().encode(self.encoding))


WHO = {"First Name": "first_name", "Last Name": "last_name", "Email": "email"}
_ALL = [
    Export(
        "salesforce",
        "Lead ID,First Name,Last Name,Title,Company / Account,Email,Phone,Mobile,Lead Source,Rating,Street,Lead Status,"
        "Lead Owner,Create Date",
        lambda one: [
            *(f"00Q5g00000{one.number:05d}", one.first, one.last, "Head of IT", one.company, one.email, one.phone, ""),
            *(one.source, "Warm", "1 Main St", "Working - Contacted", "Rita Lindqvist"),
            f"{one.created:%-m/%-d/%Y}",
        ],
        WHO
        | {"Phone": "phone", "Company / Account": "company", "Lead Source": "source", "Create Date": "created_at"}
        | {"Lead ID": "external_id"},
    ),
    Export(
        "hubspot",
        "Record ID,First Name,Last Name,Email,Phone Number,Contact owner,Lead Status,Marketing contact status,"
        "Create Date,Company Name,Original Source,Last Activity Date (GMT+1)",
        lambda one: [
            *(f"{5100 + one.number}", one.first, one.last, one.email, one.phone, "", "New", "Marketing contact"),
            *(f"{one.created:%Y-%m-%d %H:%M}", one.company, one.source, "2026-05-01 10:00"),
        ],
        WHO
        | {"Phone Number": "phone", "Company Name": "company", "Original Source": "source", "Create Date": "created_at"}
        | {"Record ID": "external_id"},
    ),
    Export(
        "pipedrive",
        "Lead - ID,Lead - Title,Lead - Owner,Lead - Labels,Lead - Source,Lead - Lead created,Person - Name,"
        "Person - Email - Work,Person - Email - Home,Person - Phone - Work,Organization - Name",
        lambda one: [
            *(f"7d6f1b40-0000-11f0-9a0b-{one.number:012d}", f"{one.company} lead", "Rita Lindqvist", "Warm"),
            *(one.source, f"{one.created:%Y-%m-%d %H:%M:%S}", one.name, one.email, "", one.phone, one.company),
        ],
        {"Person - Name": "name", "Person - Email - Work": "email", "Person - Phone - Work": "phone"}
        | {"Organization - Name": "company", "Lead - Source": "source", "Lead - Lead created": "created_at"}
        | {"Lead - ID": "external_id"},
    ),
    Export(
        "zoho",
        "Record Id,Lead Owner,Salutation,First Name,Last Name,Full Name,Title,Email,Secondary Email,Phone,Fax,Company,"
        "Lead Source,Lead Status,Created By,Created Time,Modified Time",
        lambda one: [
            *(f"zcrm_52760000004{one.number:05d}", "Raj Mehta", "Ms.", one.first, one.last, one.name, "CTO", one.email),
            *("", one.phone, "", one.company, one.source, "Contacted", "Raj Mehta"),
            *(f"{one.created:%Y-%m-%d %H:%M:%S}", "2026-05-01 10:00:00"),
        ],
        WHO
        | {"Phone": "phone", "Company": "company", "Lead Source": "source", "Created Time": "created_at"}
        | {"Record Id": "external_id"},
    ),
    Export(
        "meta",
        "id,created_time,ad_id,ad_name,adset_id,adset_name,campaign_id,campaign_name,form_id,form_name,is_organic,"
        "platform,full_name,email,phone_number,company_name",
        lambda one: [
            *(f"l:{53010 + one.number}", f"{one.created:%Y-%m-%dT%H:%M:%S+00:00}", "ag:12", "Spring", "as:13", "DACH"),
            *("c:14", "Spring DE", "f:77", "Desk", "false", ["fb", "ig"][one.number % 2], one.name, one.email),
            *(f"p:{one.phone}", one.company),
        ],
        {"full_name": "name", "email": "email", "phone_number": "phone", "company_name": "company"}
        | {"platform": "source", "created_time": "created_at", "id": "external_id"},
        dialect="excel-tab",
        encoding="utf-16",
    ),
    Export(
        "google ads",
        "Lead ID,Campaign ID,Campaign Name,Form ID,GCLID,Is Test,Lead Submit Time,Full Name,User Email,User Phone,"
        "Company Name",
        lambda one: [
            *(f"CjwKCAjw{one.number:04d}", "1890", "Spring DE", "66", f"EAIaIQ{one.number}", "false"),
            *(f"{one.created:%Y-%m-%d %H:%M:%S}", one.name, one.email, one.phone, one.company),
        ],
        {"Full Name": "name", "User Email": "email", "User Phone": "phone", "Company Name": "company"}
        | {"Lead Submit Time": "created_at", "Lead ID": "external_id"},
        sources=False,
    ),
]
EXPORTS = {export.system: export for export in _ALL}
