"""One value at a time, from how people write it to how we keep it. Nothing is refused here: `Malformed` is caught by
those who read whole submissions, kept aside and shown."""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

import phonenumbers
from email_validator import SPECIAL_USE_DOMAIN_NAMES, EmailNotValidError, validate_email

from leads import places
from leads.money import digits, has_sign, is_currency, minor
from leads.titles import SENIORITIES

MOST = 2_147_483_647  # of an integer column
MOST_MINOR = 10**15
# Controls, and halves of surrogate pairs: legal in JSON and in Python, but not in UTF-8.
_UNKEPT = re.compile("[\x00-\x08\x0b-\x1f\ud800-\udfff]")
_PLAIN_EMAIL = re.compile(
    r"(?=[^@]{1,64}@)[a-z0-9_+-]+(?:\.[a-z0-9_+-]+)*@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}",
    re.IGNORECASE | re.ASCII,
)
_RESERVED_ENDINGS = frozenset(name.rpartition(".")[2] for name in SPECIAL_USE_DOMAIN_NAMES)
_UNITS = {"day": 1, "week": 7, "month": 30, "quarter": 91, "year": 365}
_DATES = ("%Y-%m-%d", "%d.%m.%Y", "%d/%m/%Y", "%d-%m-%Y", "%Y/%m/%d", "%d %B %Y", "%d %b %Y", "%B %d, %Y", "%B %d %Y")
_MONTH_FIRST = ("%m/%d/%Y", "%m-%d-%Y")
MONTH_FIRST_COUNTRIES = frozenset({"US", "PH", "PR", "GU"})
_SYMBOLS = {"€": "EUR", "$": "USD", "£": "GBP", "¥": "JPY"}
_TRUE, _FALSE = {"true", "yes", "y", "1", "on", "ja", "oui"}, {"false", "no", "n", "0", "off", "nein", "non"}
_IN_HOUSE = {"in_house", "in-house", "in house", "inhouse", "internal", "own team", "own"}
_PROVIDER = {"provider", "external", "outsourced", "msp", "managed", "agency"}


class Malformed(ValueError):
    """A value that makes no sense for its fact. `str()` is the sentence for people."""

    code = "malformed"


def text(value: Any, most: int) -> str:
    """One clean line or paragraph of at most `most` characters, without NUL and other controls; joins lists."""
    if isinstance(value, list):
        value = ", ".join(str(item) for item in value)
    if isinstance(value, dict):
        raise Malformed("A text is wanted here.")
    cleaned = str(value).strip()
    if not cleaned.isprintable():  # nearly all are, and to know that is quick
        cleaned = _UNKEPT.sub("", cleaned)
    if len(cleaned) > most:
        raise Malformed(f"At most {most} characters fit here; the whole is kept in the submission.")
    return cleaned


def email(value: Any) -> str:
    """The address in small letters, plus-tags kept, the domain as people write it."""
    written = text(value, 320)
    if _is_plain(written):
        return written.lower()
    try:
        found = validate_email(written, check_deliverability=False, globally_deliverable=False)
    except EmailNotValidError as error:
        raise Malformed(str(error)) from None
    if "." not in found.domain:
        raise Malformed("The part after the @ has no dot.")
    return found.normalized.lower()


def _is_plain(address: str) -> bool:
    """Whether it is one of nearly all: what the validator says of these is known without its tables, much faster."""
    ending = address.rpartition(".")[2].lower()
    return bool(
        len(address) <= 254
        and "--" not in address
        and ending not in _RESERVED_ENDINGS
        and _PLAIN_EMAIL.fullmatch(address)
    )


def phone(value: Any, region: str) -> tuple[str, str]:
    """E.164 and the country it is in (may be ""); `region` is where numbers without + are dialled."""
    written = text(value, 60)
    try:
        number = phonenumbers.parse(written, region)
    except phonenumbers.NumberParseException:
        raise Malformed("This is no phone number.") from None
    if not phonenumbers.is_possible_number(number):
        raise Malformed("A phone number of this length does not exist there.")
    e164 = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return e164[:16], phonenumbers.region_code_for_number(number) or ""


def country(value: Any) -> str:
    found = places.country(text(value, 100))
    if not found:
        raise Malformed("No country is called so.")
    return found


def language(value: Any) -> str:
    found = places.language(text(value, 100))
    if not found:
        raise Malformed("No language is called so.")
    return found


def slug(value: Any, most: int = 80) -> str:
    """`IT Services` -> `it_services`."""
    return re.sub(r"[\W_]+", "_", text(value, most).casefold()).strip("_")


def seniority(value: Any) -> str:
    """owner, c_level, head, manager or specialist."""
    written = slug(value)
    if written not in SENIORITIES:
        raise Malformed(f"This is one of: {', '.join(SENIORITIES)}.")
    return written


def count(value: Any) -> int:
    """A whole number of things: `240`, `51-200` (its middle), `1,000+`, `2k`, `about 50 people`."""
    if isinstance(value, bool):
        raise Malformed("A number is wanted here.")
    if isinstance(value, int | float):
        return _within(value)
    written = re.sub(r"(?<=\d)[,. '](?=\d{3}\b)", "", text(value, 100).casefold())
    found = [
        float(number) * (1000 if thousand else 1) for number, thousand in re.findall(r"(\d+(?:\.\d+)?)(k)?", written)
    ]
    if not found or written.startswith("-"):
        raise Malformed("A number, or a range such as 51-200, is wanted here.")
    return _within(sum(found[:2]) / len(found[:2]))


def _within(value: float) -> int:
    if not 0 <= value <= MOST:  # NaN too
        raise Malformed("This number is out of range.")
    return int(value)


def days(value: Any, today: date, region: str = "") -> int:
    """Days until the need: `45`, `6 weeks`, `asap`, `2026-03-15`, a date as people of `region` write it."""
    if isinstance(value, str):
        written = value.strip().casefold()
        if written in {"asap", "now", "immediately", "urgent", "today", "sofort"}:
            return 0
        if unit := next((unit for unit in _UNITS if unit in written), ""):
            amount = 1 if not re.search(r"\d", written) else count(written.replace(unit, ""))
            return _within(amount * _UNITS[unit])
        if re.search(r"\d[-./ ]\w+[-./ ,]+\d", written):
            return max((day(value, region) - today).days, 0)
    return count(value)


def day(value: Any, region: str = "") -> date:
    """A date as ISO, or as people write it in words and numbers: 3/4/2026 is in March where `region` has it so."""
    written = text(value, 40)
    try:
        return datetime.fromisoformat(written).date()
    except ValueError:
        pass
    for pattern in (*(_MONTH_FIRST if region in MONTH_FIRST_COUNTRIES else ()), *_DATES):
        try:
            return datetime.strptime(written, pattern).date()
        except ValueError:
            continue
    raise Malformed("A date is wanted here, such as 2026-03-15.")


def number(value: Any) -> Decimal:
    """`1234.5`, `1,234.50`, `1.234,50`, `1.234.567`, `25k`."""
    if isinstance(value, bool):
        raise Malformed("A number is wanted here.")
    # A word, such as the E of EUR, is no exponent.
    written = re.sub(r"[^\d.,\-kKeE]", "", re.sub(r"[^\W\d_]{2,}", "", text(value, 60)))
    written = _without_dots(written, 2)
    thousands = written[-1:] in "kK" and written[:-1]
    written = written.rstrip("kK")
    if re.search(r",\d{1,2}$", written) or ("," in written and written.rfind(",") > written.rfind(".") > -1):
        written = written.replace(".", "").replace(",", ".")
    try:
        found = Decimal(re.sub(r",", "", written)) * (1000 if thousands else 1)
    except InvalidOperation:
        raise Malformed("A number is wanted here.") from None
    if not found.is_finite() or abs(found) > MOST_MINOR:
        raise Malformed("This number is out of range.")
    return found


def _without_dots(written: str, least: int) -> str:
    """Without the dots between thousands, where at least so many groups of three digits follow."""
    groups = rf"(?<![\d.])[1-9]\d{{0,2}}(?:\.\d{{3}}){{{least},}}(?![\d.])"
    return re.sub(groups, lambda found: found[0].replace(".", ""), written)


def currency(value: Any) -> str:
    written = text(value, 20)
    code = _SYMBOLS.get(written, written.upper())
    if not is_currency(code):
        raise Malformed("A currency is three letters, such as EUR.")
    return code


def money(value: Any, default: str) -> tuple[int, str]:
    """Whole minor units and the currency of `25000`, `€25,000`, `25.000 €`, `25k USD` or `{"amount", "currency"}`."""
    code = default
    if isinstance(value, dict):
        code = currency(value["currency"]) if value.get("currency") else default
        value = value.get("amount", "")
    elif isinstance(value, str):
        named = _currency_within(value, default)
        code = named or default
        # Whoever writes a currency beside it is no machine that computes three decimals.
        value = _without_dots(value, 1) if named and digits(named) < 3 else value
    amount = minor(number(value), code)
    if not 0 <= amount <= MOST_MINOR:
        raise Malformed("This amount is out of range.")
    return amount, code


def _currency_within(written: str, default: str) -> str:
    """The currency an amount names, or ""; a sign that several share is of the one beside it, or the usual one."""
    letters = re.search(r"\b[A-Za-z]{3}\b", written)
    named = letters[0].upper() if letters and is_currency(letters[0].upper()) else ""
    sign = next((sign for sign in _SYMBOLS if sign in written), "")
    if not sign:
        return named
    return next((code for code in (named, default) if has_sign(code, sign)), _SYMBOLS[sign])


def boolean(value: Any) -> bool:
    written = str(value).strip().casefold()
    if written in _TRUE | _FALSE:
        return written in _TRUE
    raise Malformed("Yes or no is wanted here.")


def words(value: Any) -> list[str]:
    """A list of short texts, given as a list or separated by commas."""
    items = value if isinstance(value, list) else re.split(r"[,;\n]", text(value, 2000))
    found = [text(item, 80) for item in items]
    return list(dict.fromkeys(item for item in found if item))[:50]


def it_decision(value: Any) -> str:
    """in_house or provider."""
    written = text(value, 60).casefold()
    if written in _IN_HOUSE | _PROVIDER:
        return "in_house" if written in _IN_HOUSE else "provider"
    raise Malformed("This is in_house or provider.")


def link(value: Any) -> str:
    """An http(s) address."""
    written = text(value, 500)
    if not re.match(r"https?://[^\s/]+\.[^\s]+$", written, re.IGNORECASE):
        raise Malformed("A link begins with https://.")
    return written
