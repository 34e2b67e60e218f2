"""Countries and languages, however people write them, as ISO codes."""

from functools import cache
from typing import Any

import pycountry

from leads.names import fold

ALIASES = {
    "uk": "GB",
    "great britain": "GB",
    "britain": "GB",
    "england": "GB",
    "scotland": "GB",
    "wales": "GB",
    "northern ireland": "GB",
    "usa": "US",
    "u.s.": "US",
    "u.s.a.": "US",
    "america": "US",
    "united states of america": "US",
    "holland": "NL",
    "the netherlands": "NL",
    "deutschland": "DE",
    "osterreich": "AT",
    "schweiz": "CH",
    "suisse": "CH",
    "espana": "ES",
    "italia": "IT",
    "belgie": "BE",
    "belgique": "BE",
    "polska": "PL",
    "sverige": "SE",
    "norge": "NO",
    "danmark": "DK",
    "suomi": "FI",
    "brasil": "BR",
    "uae": "AE",
    "south korea": "KR",
    "korea": "KR",
    "russia": "RU",
    "czech republic": "CZ",
    "turkey": "TR",
    "ivory coast": "CI",
    "vietnam": "VN",
    "macau": "MO",
}


def country(text: str) -> str:
    """`Germany`, `DEU`, `de` -> `DE`; "" when it is none."""
    return _countries().get(fold(text), "")


def language(text: str) -> str:
    """`English`, `eng`, `en-GB`, `en_gb` -> `en`; "" when it is none."""
    folded = fold(text).replace("_", "-")
    return _languages().get(folded) or _languages().get(folded.partition("-")[0], "")


@cache
def _countries() -> dict[str, str]:
    return _index(pycountry.countries, "alpha_2", "alpha_3", "name", "official_name", "common_name") | ALIASES


@cache
def _languages() -> dict[str, str]:
    return _index(pycountry.languages, "alpha_2", "alpha_3", "name")


def _index(database: Any, *attributes: str) -> dict[str, str]:
    entries = [entry for entry in database if hasattr(entry, "alpha_2")]
    return {
        fold(value): entry.alpha_2 for name in attributes for entry in entries if (value := getattr(entry, name, None))
    }
