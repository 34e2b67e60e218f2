"""Every fact of a lead that a condition may ask about: its name, its type, and where it is, in memory and in SQL."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, cached_property, lru_cache
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db.models import F
from django.db.models.expressions import Combinable

from tenancy.ids import from_public, public_id

if TYPE_CHECKING:
    from leads.models import CustomField


class Type(StrEnum):
    TEXT = "text"
    CHOICE = "choice"
    NUMBER = "number"
    MONEY = "money"
    DATE = "date"
    TIME = "time"
    LIST = "list"
    BOOLEAN = "boolean"


@dataclass(frozen=True)
class Field:
    """One fact.

    `lookup` is its path from Lead; `column` an expression instead, and then `read` says the same of what stands at
    `paths`.
    `normal` marks a stored form that is already uniform (small letters, say) and brings what people type into it.
    `prefix`: people write public ids, the column holds the UUID.
    """

    name: str
    label: str
    type: Type
    lookup: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    column: Callable[[], Any] | None = None
    read: Callable[..., Any] | None = None
    paths: tuple[str, ...] = ()
    normal: Callable[[str], str] | None = None
    prefix: str = ""
    json: tuple[str, str] | None = None  # column and key

    @cached_property
    def reads(self) -> tuple[str, ...]:
        """The paths from Lead whose values `told` takes."""
        return self.paths or (self.json[0] if self.json else self.lookup,)

    def told(self, *values: Any) -> Any:
        """The fact, by what stands at its paths, as `leads.facts` lists it; None when it is not known."""
        if self.read:
            return self.read(*values)
        if self.json:
            return values[0].get(self.json[1])
        return public_id(self.prefix, values[0]) if self.prefix and values[0] else values[0]

    def of(self, lead: Any) -> Any:
        """The same of a lead in memory."""
        return self.told(*(_at(path, lead) for path in self.reads))

    def expression(self) -> Combinable:
        """The fact in SQL, relative to Lead."""
        return self.column() if self.column else F(self.lookup)


def _at(path: str, lead: Any) -> Any:
    value = lead
    for step in path.split("__"):
        value = None if value is None else getattr(value, step)
    return value


FIELDS: dict[str, Field] = {}
# Facts whose keys an account or a sender makes up: `custom.sites`, `campaign.utm_source`.
FAMILIES = frozenset({"custom", "campaign"})

Catalogue = dict[str, Field]


def register(*fields: Field) -> None:
    """Add facts to every account's catalogue; later apps call it when they start."""
    FIELDS.update({field.name: field for field in fields})


def find(name: str) -> Field | None:
    """The field called `name`, typed text where only the account knows better; None when there is none."""
    return FIELDS.get(name) or _made_up(name)


@lru_cache(4096)
def _made_up(name: str) -> Field | None:
    family, _, key = name.partition(".")
    if not key or family not in FAMILIES:
        return None
    label = key.replace("_", " ").replace("-", " ").capitalize()
    return Field(name, label, Type.TEXT, json=(family, key))


def catalogue() -> Catalogue:
    """All facts of the account in scope by name, its own fields among them."""
    # Asked for by name: the models know their facts through this module.
    own = apps.get_model("leads.CustomField").of_the_account()
    return FIELDS | {field.name: field for field in map(_custom, own)} | _campaign()


_CUSTOM_TYPES = {
    "text": Type.TEXT,
    "url": Type.TEXT,
    "number": Type.NUMBER,
    "money": Type.MONEY,
    "date": Type.DATE,
    "choice": Type.TEXT,
    "choices": Type.LIST,
    "boolean": Type.BOOLEAN,
}


def _custom(field: CustomField) -> Field:
    choices = tuple((str(choice), str(choice)) for choice in field.choices)
    return Field(
        f"custom.{field.key}", field.label, _CUSTOM_TYPES[field.type], choices=choices, json=("custom", field.key)
    )


@cache
def _campaign() -> Catalogue:
    keys = ("utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content", "gclid", "fbclid", "msclkid")
    fields = [Field(f"campaign.{key}", key, Type.TEXT, json=("campaign", key)) for key in keys]
    return {field.name: field for field in fields}


def canonical_id(prefix: str) -> Callable[[str], str]:
    """Brings a typed public id into the one form it is shown in; anything else stays what it is."""

    def canonical(text: str) -> str:
        try:
            return public_id(prefix, from_public(prefix, text))
        except ValueError:
            return text

    return canonical
