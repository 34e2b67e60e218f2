"""What a sender calls things, and what we call them: `{"Firmenname": "company", "lead.mail": "email"}`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from copy import deepcopy
from typing import Any

from django.core.exceptions import ValidationError

from leads.reading import NAMES, is_blank
from leads.vocabulary import FACTS, storable

Names = Mapping[str, str]
MOST, LONGEST = 100, 200  # names of one sender, and characters of one


def translated(payload: Mapping[str, Any], mapping: Names) -> dict[str, Any]:
    """`payload` under our names. A key of the mapping may be a path with dots; what it leads to moves, the rest stays.

    Where two of theirs mean the same of ours the first that says something counts.
    """
    if not mapping:
        return dict(payload)
    ours: dict[str, Any] = deepcopy(dict(payload))
    found = [(name, _taken(ours, theirs)) for theirs, name in mapping.items()]
    for name, value in reversed(found):
        if not is_blank(value):
            _put(ours, name, value)
    return ours


def names_beside(ours: Names) -> dict[str, str]:
    """What of a mapping is for facts that go by our names already, from a form of ours, a table or a webhook that was
    mapped by itself: there a sender's "name" that means a firm is no name of anybody's."""
    return {theirs: fact for theirs, fact in ours.items() if theirs.partition(".")[0] not in NAMES}


def _taken(payload: dict[str, Any], path: str) -> Any:
    """The value at `path`, which is gone from `payload` afterwards; None if there is none."""
    if path in payload:
        return payload.pop(path)
    first, _, rest = path.partition(".")
    inner = payload.get(first)
    if not rest or not isinstance(inner, dict):
        return None
    value = _taken(inner, rest)
    if not inner:
        del payload[first]
    return value


def _put(payload: dict[str, Any], name: str, value: Any) -> None:
    family, _, key = name.partition(".")
    if not key:
        payload[name] = value
        return
    within = payload.get(family)
    payload[family] = (within if isinstance(within, dict) else {}) | {key: value}


def check_mapping(mapping: Names, custom: Iterable[str]) -> None:
    """Raises ValidationError for too many or too long names of theirs, and for facts that there are not.

    `custom` has the keys of the account's own fields.
    """
    if len(mapping) > MOST or any(not key or len(key) > LONGEST or key != storable(key) for key in mapping):
        raise ValidationError(f"At most {MOST} keys of at most {LONGEST} characters are mapped.")
    check_facts(mapping.values(), custom)


def check_facts(names: Iterable[str], custom: Iterable[str]) -> None:
    """Raises ValidationError (`unknown`) where one of the names is no fact of ours."""
    if unknown := unknown_names(names, custom):
        raise ValidationError(f"There is no such fact: {', '.join(unknown)}.", code="unknown")


def unknown_names(names: Iterable[str], custom: Iterable[str]) -> list[str]:
    """Those that are no fact of ours: neither built in, nor `custom.x` of the account, nor of a campaign."""
    own = {f"custom.{key}" for key in custom}
    known = FACTS.keys() | own | {"visitor"}
    return [name for name in names if name not in known and not _is_attribution(name)]


def _is_attribution(name: str) -> bool:
    family, _, key = name.partition(".")
    return bool(key) and family in ("campaign", "consent")
