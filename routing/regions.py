"""Groups of countries that sales people speak of, as ISO 3166 codes."""

from __future__ import annotations

from collections.abc import Iterable

_DACH = "AT CH DE LI"
_NORDICS = "DK FI FO GL IS NO SE"
_BENELUX = "BE LU NL"
_UK_IE = "GB GG IE IM JE"
_EU = "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK"
_EUROPE = f"{_EU} {_DACH} {_NORDICS} {_UK_IE} AD AL BA BY FR GI MC MD ME MK RS RU SM UA VA XK"
_MIDDLE_EAST = "AE BH IL IQ IR JO KW LB OM PS QA SA SY TR YE"
_AFRICA = (
    "AO BF BI BJ BW CD CF CG CI CM CV DJ DZ EG EH ER ET GA GH GM GN GQ GW KE KM LR LS LY MA MG ML MR MU MW MZ NA NE NG "
    "RE RW SC SD SH SL SN SO SS ST SZ TD TG TN TZ UG YT ZA ZM ZW"
)
_ANZ = "AU NZ"
_SOUTH_EAST_ASIA = "BN ID KH LA MM MY PH SG TH TL VN"
_ASIA = f"{_SOUTH_EAST_ASIA} AF AM AZ BD BT CN GE HK IN JP KG KP KR KZ LK MN MO MV NP PK TJ TM TW UZ"
_PACIFIC = "AS CK FJ FM GU KI MH MP NC NF NR NU PF PG PN PW SB TK TO TV VU WF WS"
_NORTH_AMERICA = "BM CA PM US"
_LATAM = (
    "AG AI AR AW BB BL BO BQ BR BS BZ CL CO CR CU CW DM DO EC FK GD GF GP GT GY HN HT JM KN KY LC MF MQ MS MX NI PA PE "
    "PR PY SR SV SX TC TT UY VC VE VG VI"
)

REGIONS: dict[str, tuple[str, frozenset[str]]] = {
    key: (name, frozenset(codes.split()))
    for key, name, codes in (
        ("apac", "APAC", f"{_ASIA} {_ANZ} {_PACIFIC}"),
        ("emea", "EMEA", f"{_EUROPE} {_MIDDLE_EAST} {_AFRICA}"),
        ("americas", "Americas", f"{_NORTH_AMERICA} {_LATAM}"),
        ("africa", "Africa", _AFRICA),
        ("anz", "Australia and New Zealand", _ANZ),
        ("asia", "Asia", _ASIA),
        ("benelux", "Benelux", _BENELUX),
        ("dach", "DACH", _DACH),
        ("eu", "European Union", _EU),
        ("europe", "Europe", _EUROPE),
        ("latam", "Latin America", _LATAM),
        ("middle_east", "Middle East", _MIDDLE_EAST),
        ("nordics", "Nordics", _NORDICS),
        ("north_america", "North America", _NORTH_AMERICA),
        ("south_east_asia", "South-East Asia", _SOUTH_EAST_ASIA),
        ("uk_ireland", "UK and Ireland", _UK_IE),
    )
}


def countries_of(regions: Iterable[str]) -> frozenset[str]:
    """The countries of some regions together; a region that nobody knows has none."""
    return frozenset().union(*(REGIONS[key][1] for key in regions if key in REGIONS))
