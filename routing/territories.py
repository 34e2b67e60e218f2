"""Changing territories: what belongs to each, whose it is, and their order."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max, QuerySet

from events.kinds import Kind
from events.record import By, record
from leads import normalise
from leads.domains import of_website
from leads.fields import COUNTRIES
from routing.models import RoutingRule, Territory
from routing.places import overlaps, plain
from routing.regions import REGIONS
from routing.state import place_of

MOST = 200
MOST_WORDS = 500  # of one kind of limit
LISTS = ("countries", "regions", "postal_prefixes", "industries", "accounts")
CODES = frozenset(code for code, _ in COUNTRIES)


def every_territory() -> QuerySet[Territory]:
    """All territories in order, with their owners at hand."""
    found: QuerySet[Territory] = Territory.objects.select_related("member", "pool").order_by("position", "id")
    return found


def overlapping(rows: Iterable[Territory]) -> list[tuple[str, str]]:
    """The names of the pairs that some lead could be in both of; the first gets it."""
    return [(one.name, other.name) for one, other in overlaps([place_of(row) for row in rows])]


@transaction.atomic
def put_territory(row: Territory, said: Mapping[str, Any], *, by: By) -> Territory:
    """Store a territory, a new one last; limits are brought into one form. Raises ValidationError by field."""
    for name, value in said.items():
        setattr(row, name, value)
    wrong = dict(_tidied(row)) | _wrong(row)
    if wrong:
        raise ValidationError(wrong)
    if row._state.adding:
        if Territory.objects.count() >= MOST:
            raise ValidationError(f"There are at most {MOST} territories.")
        row.position = (Territory.objects.aggregate(last=Max("position"))["last"] or 0) + 1
    row.save()
    record(Kind.TERRITORY_CHANGED, row, by=by, name=row.name)
    return row


def move_territory(row: Territory, position: int, *, by: By) -> None:
    """Put a territory at `position`, 1 for the first: where two overlap, the first gets the lead."""
    others = list(Territory.objects.exclude(pk=row.pk).order_by("position", "id"))
    at = min(max(position - 1, 0), len(others))
    order = [*others[:at], row, *others[at:]]
    for number, one in enumerate(order, start=1):
        one.position = number
    Territory.objects.bulk_update(order, ["position"])
    record(Kind.TERRITORY_CHANGED, row, by=by, name=row.name, position=at + 1)


def remove_territory(row: Territory, *, by: By) -> None:
    """Raises ValidationError while a rule names it."""
    rules = RoutingRule.objects.filter(territory=row).select_related("version").order_by("version__number")[:5]
    if named := [f"“{rule}” of {rule.version}" for rule in rules]:
        raise ValidationError(f"{row} is needed by {', '.join(named)}.")
    record(Kind.TERRITORY_CHANGED, row, by=by, name=row.name, removed=True)
    row.delete()


def _tidied(row: Territory) -> list[tuple[str, str]]:
    """Bring the lists into one form; what is none of the kind is named."""
    wrong = []
    for name in LISTS:
        words = [FORMS[name](str(word).strip()) for word in getattr(row, name) if str(word).strip()]
        setattr(row, name, list(dict.fromkeys(words)))
        if len(words) > MOST_WORDS:
            wrong.append((name, f"At most {MOST_WORDS} of them."))
    return wrong


def _domain(word: str) -> str:
    return of_website(word) or word.lower()


def _slug(word: str) -> str:
    try:
        return normalise.slug(word)
    except normalise.Malformed:
        return word.lower()


def _wrong(row: Territory) -> dict[str, str]:
    wrong: dict[str, str] = {}
    if not row.name.strip():
        wrong["name"] = "A territory needs a name: conditions and reports use it."
    if Territory.objects.filter(name=row.name).exclude(pk=row.pk).exists():
        wrong["name"] = "There is one with this name already. Choose another."
    if unknown := [code for code in row.countries if code not in CODES]:
        wrong["countries"] = f"“{unknown[0][:20]}” is no country; two letters are wanted, such as DE."
    if unknown := [key for key in row.regions if key not in REGIONS]:
        wrong["regions"] = f"“{unknown[0][:20]}” is no region. There are: {', '.join(REGIONS)}."
    if unknown := [domain for domain in row.accounts if "." not in domain]:
        wrong["accounts"] = f"“{unknown[0][:60]}” is no domain, such as kestrel.example."
    if row.headcount_from and row.headcount_to and row.headcount_from > row.headcount_to:
        wrong["headcount_to"] = "The upper end is below the lower one."
    if row.member_id and row.pool_id:
        wrong["pool"] = "A territory has one owner: a member or a pool."
    if row.member and row.member.left_at:
        wrong["member"] = f"{row.member} has left. Choose somebody who is here."
    if not wrong and not place_of(row).is_limited and not row.accounts:
        wrong["countries"] = "Say what belongs to it: countries, regions, industries, sizes or accounts."
    return wrong


FORMS: dict[str, Callable[[str], str]] = {
    "countries": str.upper,
    "regions": str.lower,
    "postal_prefixes": plain,
    "industries": _slug,
    "accounts": _domain,
}
