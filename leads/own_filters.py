"""Lists filtered by an account's own fields: `custom.region=North`. The same language as everywhere."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from django.db.models import Q

from leads.catalogue import Catalogue, Type, catalogue
from leads.conditions import InvalidCondition, q, validate
from tenancy import clock


def own_filters() -> dict[str, Callable[[str], Q]]:
    """How each own field of the account in scope filters; a reader raises ValueError for what makes no sense."""
    known = catalogue()
    return {name: partial(_filter, known, name) for name in known if name.startswith("custom.")}


def _filter(known: Catalogue, name: str, text: str) -> Q:
    leaf = _leaf(name, known[name].type, text)
    try:
        validate(leaf, known)
    except InvalidCondition as error:
        raise ValueError(str(error)) from None
    return q(leaf, clock.now())


def _leaf(name: str, of: Type, text: str) -> dict[str, Any]:
    match of:
        case Type.BOOLEAN:
            if text not in ("true", "false"):
                raise ValueError("true or false is wanted.")
            return {"field": name, "operator": f"is_{text}"}
        case Type.LIST:
            return {"field": name, "operator": "has_any", "value": text.split(",")}
        case Type.NUMBER | Type.MONEY:
            return {"field": name, "operator": "is", "value": _number(text)}
        case _:
            return {"field": name, "operator": "is", "value": text}


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise ValueError("A number is wanted.") from None
