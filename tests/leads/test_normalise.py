"""From how people write a value to how we keep it."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from leads import domains, names, places, titles
from leads import normalise as n
from leads.reading import read
from leads.vocabulary import Reader

TODAY = date(2026, 3, 2)


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        (" Ada@Example.COM ", "ada@example.com"),
        ("ada+tag@example.com", "ada+tag@example.com"),
        ("jörg@müller.de", "jörg@müller.de"),
        ("ada@xn--mller-kva.de", "ada@müller.de"),
    ],
)
def test_email(written: str, kept: str) -> None:
    assert n.email(written) == kept


@pytest.mark.parametrize(
    "written", ["ada", "ada@", "@example.com", "ada@host", "a b@example.com", "ada@@example.com", ""]
)
def test_no_email(written: str) -> None:
    with pytest.raises(n.Malformed):
        n.email(written)


@pytest.mark.parametrize(
    ("written", "region", "kept"),
    [
        ("020 7183 8750", "GB", ("+442071838750", "GB")),
        ("+49 (40) 555-0142", "GB", ("+49405550142", "DE")),
        ("0049 40 5550142", "DE", ("+49405550142", "DE")),
    ],
)
def test_phone(written: Any, region: str, kept: tuple[str, str]) -> None:
    assert n.phone(written, region) == kept


@pytest.mark.parametrize("written", ["12", "call me", "", "+", "9" * 40])
def test_no_phone(written: str) -> None:
    with pytest.raises(n.Malformed):
        n.phone(written, "GB")


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        (240, 240),
        ("240", 240),
        ("51-200", 125),
        ("51 – 200 employees", 125),
        ("1,000+", 1000),
        ("1.000", 1000),
        ("2k", 2000),
        ("1k-5k", 3000),
        ("about 50 people", 50),
        (12.9, 12),
    ],
)
def test_count(written: Any, kept: int) -> None:
    assert n.count(written) == kept


@pytest.mark.parametrize("written", ["", "many", "-5", -5, True, 10**12, float("nan"), float("inf"), "9" * 30])
def test_no_count(written: Any) -> None:
    with pytest.raises(n.Malformed):
        n.count(written)


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        (45, 45),
        ("45", 45),
        ("6 weeks", 42),
        ("3 months", 90),
        ("a year", 365),
        ("ASAP", 0),
        ("2026-03-15", 13),
        ("15.03.2026", 13),
        ("1 January 2020", 0),
    ],
)
def test_days(written: Any, kept: int) -> None:
    assert n.days(written, TODAY) == kept


@pytest.mark.parametrize(
    ("written", "region", "kept"),
    [
        ("3/4/2026", "DE", date(2026, 4, 3)),
        ("3/4/2026", "US", date(2026, 3, 4)),
        ("12/31/2026", "US", date(2026, 12, 31)),
        ("31/12/2026", "US", date(2026, 12, 31)),
        ("2026-03-04", "US", date(2026, 3, 4)),
    ],
)
def test_a_day_is_read_as_the_country_writes_it(written: str, region: str, kept: date) -> None:
    assert n.day(written, region) == kept


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("25000", (2_500_000, "EUR")),
        (25000.5, (2_500_050, "EUR")),
        ("€25,000", (2_500_000, "EUR")),
        ("25.000,50", (2_500_050, "EUR")),
        ("$1,234.56", (123_456, "USD")),
        ("25k USD", (2_500_000, "USD")),
        ("1000 JPY", (1000, "JPY")),
        ({"amount": "25000.00", "currency": "GBP"}, (2_500_000, "GBP")),
        ("25000 EUR", (2_500_000, "EUR")),
        ("25.000 €", (2_500_000, "EUR")),
        ("EUR 1.250.000", (125_000_000, "EUR")),
        ("1.250.000", (125_000_000, "EUR")),
        ("1.250.000,50 €", (125_000_050, "EUR")),
        ("€0.125", (12, "EUR")),
        ("199.125", (19_912, "EUR")),
        ("12.500 KWD", (12_500, "KWD")),
        ("EUR 25k", (2_500_000, "EUR")),
    ],
)
def test_money(written: Any, kept: tuple[int, str]) -> None:
    assert n.money(written, "EUR") == kept


@pytest.mark.parametrize(
    ("written", "usual", "kept"),
    [
        ("$25,000", "CAD", "CAD"),
        ("$25,000", "EUR", "USD"),
        ("$25,000 AUD", "EUR", "AUD"),
        ("AUD $25,000", "CAD", "AUD"),
        ("$25,000 all in", "EUR", "USD"),
        ("¥25,000", "CNY", "CNY"),
        ("€25,000", "USD", "EUR"),
    ],
)
def test_a_sign_that_several_share_is_of_the_one_named_or_usual(written: str, usual: str, kept: str) -> None:
    assert n.money(written, usual) == (2_500_000, kept)


@pytest.mark.parametrize("written", ["lots", "-5", "9" * 20, {}, {"amount": 1, "currency": "XXY"}, True, []])
def test_no_money(written: Any) -> None:
    with pytest.raises(n.Malformed):
        n.money(written, "EUR")


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("Germany", "DE"),
        ("deu", "DE"),
        ("de", "DE"),
        ("UK", "GB"),
        ("Österreich", "AT"),
        ("USA", "US"),
        ("Atlantis", ""),
    ],
)
def test_country(written: str, code: str) -> None:
    assert places.country(written) == code


@pytest.mark.parametrize(("written", "code"), [("English", "en"), ("en-GB", "en"), ("deu", "de"), ("Elvish", "")])
def test_language(written: str, code: str) -> None:
    assert places.language(written) == code


@pytest.mark.parametrize(
    ("whole", "first", "last"),
    [
        ("Ada King", "Ada", "King"),
        ("King, Ada", "Ada", "King"),
        ("Dr. Ada King", "Ada", "King"),
        ("Mary Ann Smith", "Mary Ann", "Smith"),
        ("Ludwig van Beethoven", "Ludwig", "van Beethoven"),
        ("Ada", "Ada", ""),
        ("Dr.", "Dr.", ""),
        (",", "", ""),
    ],
)
def test_names_are_split(whole: str, first: str, last: str) -> None:
    assert names.split(whole) == (first, last)


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("Example Ltd.", "Example"),
        ("Example GmbH & Co. KG", "Example"),
        ("Example, Inc.", "Example"),
        ("Voorbeeld B.V.", "Voorbeeld"),
        ("Inc", "Inc"),
        ("Coca Cola", "Coca Cola"),
        ("SA Brewery", "SA Brewery"),
    ],
)
def test_companies_lose_their_legal_suffix(written: str, kept: str) -> None:
    assert names.without_legal_suffix(written) == kept


@pytest.mark.parametrize(
    ("written", "domain"),
    [
        ("https://www.shop.example.co.uk/path?x", "example.co.uk"),
        ("Example.com", "example.com"),
        ("http://localhost", ""),
        ("not a site", ""),
        ("http://[bad", ""),
        ("co.uk", ""),
    ],
)
def test_domains(written: str, domain: str) -> None:
    assert domains.of_website(written) == domain


def test_free_mail_has_no_firm() -> None:
    assert domains.of_email("ada@gmail.com") == ""
    assert domains.of_email("ada@mail.example.com") == "example.com"


@pytest.mark.parametrize(
    ("title", "seniority", "department"),
    [
        ("CTO", "c_level", "it"),
        ("Chief Financial Officer", "c_level", "finance"),
        ("Founder & CEO", "owner", "executive"),
        ("Head of IT", "head", "it"),
        ("Vice President Sales", "head", "sales"),
        ("Marketing Manager", "manager", "marketing"),
        ("Einkaufsleiter", "head", "procurement"),
        ("Product Owner", "specialist", "engineering"),
        ("", "", ""),
    ],
)
def test_titles(title: str, seniority: str, department: str) -> None:
    assert (titles.seniority(title), titles.department(title)) == (seniority, department)


def test_texts_lose_what_no_database_keeps() -> None:
    assert n.text(" a\x00b\ud800c\nd ", 20) == "abc\nd"
    with pytest.raises(n.Malformed):
        n.text("abc", 2)


def test_the_it_decision_has_two_words() -> None:
    assert (n.it_decision("In-house"), n.it_decision("MSP")) == ("in_house", "provider")
    with pytest.raises(n.Malformed):
        n.it_decision("maybe")


@pytest.mark.parametrize(("country", "kept"), [("US", 2), ("DE", 32)])
def test_a_day_of_need_is_read_as_the_country_writes_it(country: str, kept: int) -> None:
    reader = Reader(country, "EUR", datetime(2026, 3, 2, tzinfo=UTC))
    assert read({"timeline_days": "3/4/2026"}, reader).lead["timeline_days"] == kept
