"""The provider that is built in: what an address, a number and a title say by themselves. Pure, and part of capture."""

from __future__ import annotations

from typing import Any

from leads import domains, titles
from leads.normalise import Malformed
from leads.normalise import email as read_email
from leads.normalise import phone as read_phone


def said_by(*, email: str = "", phone: str = "", job_title: str = "", country: str = "") -> dict[str, Any]:
    """Facts by name; `country` is where numbers without + are dialled. Nonsense says nothing."""
    facts = _by_address(email) | _by_number(phone, country)
    facts |= {"seniority": titles.seniority(job_title), "department": titles.department(job_title)}
    return {name: value for name, value in facts.items() if value not in ("", None)}


def _by_address(email: str) -> dict[str, Any]:
    try:
        host = read_email(email).rpartition("@")[2]
    except Malformed:
        return {}
    return {
        "domain": domains.of_email(email),
        "free_mail": domains.is_free_mail(host),
        "disposable_mail": domains.is_disposable(host),
    }


def _by_number(phone: str, country: str) -> dict[str, Any]:
    try:
        return {"country": read_phone(phone, country)[1]}
    except Malformed:
        return {}
