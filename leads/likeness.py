"""How alike are two people? A pure function of what is known of both, with its reasons."""

from __future__ import annotations

from dataclasses import dataclass

from rapidfuzz import fuzz

SAME_NAME, ALIKE, OTHER_NAME = 95, 82, 60  # of 100, whatever the order of the words
CERTAIN, NEARLY, PHONE_ONLY, SHARED_PHONE = 100, 96, 75, 45


@dataclass(frozen=True)
class Person:
    """What is compared: everything in its stored normal form, empty where it is not known."""

    name: str = ""
    email: str = ""
    phone: str = ""
    firm: str = ""  # name without legal suffix
    domain: str = ""


@dataclass(frozen=True)
class Likeness:
    """`confidence` is 0-100. `attachable`: nothing speaks against taking both for one without asking anybody."""

    confidence: int
    reasons: tuple[str, ...]
    attachable: bool


def likeness(one: Person, other: Person) -> Likeness:
    """Compare two people. Symmetric; two known and different addresses are never attached without a person's word."""
    if one.email and one.email == other.email:
        return Likeness(CERTAIN, ("The same e-mail address",), attachable=True)
    name = round(fuzz.token_sort_ratio(one.name, other.name)) if one.name and other.name else None
    found = max(_by_phone(one, other, name), _by_firm(one, other, name), (0, ()))
    differ = bool(one.email and other.email)
    reasons = (*found[1], "Different e-mail addresses") if differ and found[1] else found[1]
    return Likeness(found[0], reasons, attachable=not differ)


def _by_phone(one: Person, other: Person, name: int | None) -> tuple[int, tuple[str, ...]]:
    if not one.phone or one.phone != other.phone:
        return 0, ()
    if name is None:
        return PHONE_ONLY, ("The same phone number", "One name is not known")
    if name >= ALIKE:
        return NEARLY, ("The same phone number", _named(name))
    if name < OTHER_NAME:
        return SHARED_PHONE, ("The same phone number, perhaps a switchboard’s", "Other names")
    return PHONE_ONLY, ("The same phone number", _named(name))


def _by_firm(one: Person, other: Person, name: int | None) -> tuple[int, tuple[str, ...]]:
    """The same firm employs many: only the name tells, and it never makes more than nearly certain."""
    same_domain = bool(one.domain and one.domain == other.domain)
    same_firm = bool(one.firm and one.firm == other.firm)
    if name is None or name < ALIKE or not (same_domain or same_firm):
        return 0, ()
    return min(name, NEARLY - 2), (_named(name), f"The same {'domain' if same_domain else 'company'}")


def _named(name: int) -> str:
    return "The same name" if name >= SAME_NAME else f"Names {name} % alike"
