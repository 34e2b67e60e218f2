"""The input of one fact, in its place on the lead page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from leads.catalogue import Type, catalogue
from leads.labels import fact_words
from leads.models import Lead
from leads.vocabulary import FACTS, UNCHANGEABLE
from pipeline.lead_who import shown_fact

LONG = frozenset({"message", "business_problem"})
HINTS = {"tech_stack": "Azure, SAP", "timeline_days": "days", "value": "25000 EUR"}


@dataclass(frozen=True)
class FactInput:
    """`kind` is text, long, number, date, boolean, choice or choices; `value` what stands there now, as one would type
    it, and `chosen` the same of several choices."""

    name: str
    label: str
    kind: str
    url: str
    value: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    hint: str = ""
    chosen: tuple[str, ...] = ()

    def read(self, posted: Any) -> Any:
        """The typed value; an empty one empties the fact."""
        if self.kind == "choices":
            return posted.getlist("value") or None
        value = str(posted.get("value", "")).strip()
        if self.kind == "boolean":
            return {"true": True, "false": False}.get(value)
        return value or None


def fact_input(lead: Lead, name: str) -> FactInput | None:
    """The input of a fact that a person may set; None for any other."""
    field = catalogue().get(name)
    changeable = name.startswith("custom.") or (name in FACTS and name not in UNCHANGEABLE)
    if field is None or not changeable:
        return None
    facts = lead.facts
    shown, value = shown_fact(lead, name, facts), facts.get(name)
    yes_or_no = (("true", "Yes"), ("false", "No")) if field.type == Type.BOOLEAN else ()
    return FactInput(
        name=name,
        label=field.label if name.startswith("custom.") else shown["label"],
        kind=_kind(name, field.type, bool(field.choices)),
        url=shown["url"],
        value=_typed(value),
        choices=yes_or_no or field.choices,
        hint=HINTS.get(name, "25000 EUR" if field.type == Type.MONEY else ""),
        chosen=tuple(value) if isinstance(value, list) else (),
    )


def _kind(name: str, of: Type, has_choices: bool) -> str:
    if of == Type.BOOLEAN:
        return "boolean"
    if has_choices:
        return "choices" if of == Type.LIST else "choice"
    if name in LONG:
        return "long"
    return {Type.NUMBER: "number", Type.DATE: "date"}.get(of, "text")


def _typed(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return fact_words(value).replace(",", "") if isinstance(value, dict) else fact_words(value)
