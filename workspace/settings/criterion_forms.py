"""The inputs of a criterion, by its kind; the condition builder holds a condition."""

from __future__ import annotations

from typing import Any

from django import forms

from leads.catalogue import Catalogue
from leads.models import ActivityKind, StakeholderRole
from pipeline.approval import Approver
from pipeline.criteria import MEETINGS, OUTCOMES, fillable
from pipeline.models import Criterion, When
from pipeline.proof import DOCUMENTS

ANY = ("", "Any")
WORDS = {
    "spoke": "Spoke",
    "no_answer": "No answer",
    "voicemail": "Voicemail",
    "wrong_number": "Wrong number",
    "sent": "Sent",
    "replied": "They replied",
    "held": "Held",
    "no_show": "Nobody came",
    "cancelled": "Cancelled",
}
SIDES = [(When.EXIT.value, "Leaves this stage"), (When.ENTRY.value, "Enters this stage")]


def _count(label: str, least: int, most: int, words: str = "", *, needed: bool = False) -> forms.Field:
    return forms.IntegerField(min_value=least, max_value=most, required=needed, label=label, help_text=words)


def _text(label: str, words: str) -> forms.Field:
    return forms.CharField(max_length=200, required=False, label=label, help_text=words)


def _choice(label: str, choices: Any, words: str = "", *, needed: bool = False) -> forms.Field:
    return forms.ChoiceField(choices=choices, required=needed, label=label, help_text=words)


def _tick(label: str) -> forms.Field:
    return forms.BooleanField(required=False, label=label)


def fields_of(kind: str, known: Catalogue) -> dict[str, forms.Field]:
    """The inputs of the parameters that a criterion of `kind` takes."""
    match kind:
        case "field":
            return {
                "field": _choice("Fact", [("", "Choose a fact"), *fillable(known).items()], needed=True),
                "question": _text("Ask the rep", "Such as “What hurts, in their words?” Empty: the fact’s name."),
                "least": _count("At least, characters", 0, 500, "“n/a”, “tbd” and “xxx” never count."),
            }
        case "activity":
            outcomes = dict.fromkeys(word for some in OUTCOMES.values() for word in some)
            return {
                "kind": _choice("What is logged", ActivityKind.choices, needed=True),
                "outcome": _choice("With the outcome", [ANY, *((word, WORDS[word]) for word in outcomes)]),
                "count": _count("How often", 1, 50),
            }
        case "meeting":
            return {"kind": _choice("Which meeting", [ANY, *((k, w.capitalize()) for k, w in MEETINGS.items())])}
        case "stakeholder":
            roles = forms.MultipleChoiceField(
                choices=StakeholderRole.choices,
                label="One of these parts in the decision",
                widget=forms.CheckboxSelectMultiple({"class": "checkbox"}),
            )
            return {"roles": roles, "reviewed": _tick("They must have confirmed it")}
        case "document":
            return {"kind": _choice("Which document", [ANY, *((k, w.capitalize()) for k, w in DOCUMENTS.items())])}
        case "approval":
            return {"role": _choice("Who approves", Approver.choices, needed=True)}
        case "checklist":
            return {"question": _text("What is confirmed", "As the rep reads it."), "date": _tick("With a date")}
        case "score":
            return {"minimum": _count("At least", 1, 100, "Points of 100.", needed=True)}
        case _:
            return {}


class CriterionForm(forms.Form):
    """When it is asked and what it is called, and the parameters of its kind."""

    when = forms.ChoiceField(choices=SIDES, label="Asked when a deal")
    label = forms.CharField(
        max_length=120, required=False, label="Called", help_text="Empty: by what it asks.", strip=True
    )

    def __init__(self, data: Any = None, *, row: Criterion, known: Catalogue) -> None:
        said = {"when": row.when, "label": row.label} | {f"p-{name}": value for name, value in row.params.items()}
        super().__init__(data, label_suffix="", initial=said)
        self.row, self.names = row, list(fields_of(row.kind, known))
        for name, field in fields_of(row.kind, known).items():
            self.fields[f"p-{name}"] = field
        for field in self.fields.values():
            if isinstance(field, forms.MultipleChoiceField | forms.BooleanField):
                field.widget.attrs["class"] = "checkbox"
            else:
                field.widget.attrs |= {"class": "select" if isinstance(field, forms.ChoiceField) else "input"}

    @property
    def plain(self) -> list[Any]:
        """All but the boxes to tick, which stand apart."""
        return [self[name] for name in self.fields if not self._ticks(name)]

    @property
    def ticks(self) -> list[Any]:
        return [self[name] for name in self.fields if isinstance(self.fields[name], forms.BooleanField)]

    @property
    def boxes(self) -> list[Any]:
        return [self[name] for name in self.fields if isinstance(self.fields[name], forms.MultipleChoiceField)]

    def _ticks(self, name: str) -> bool:
        return isinstance(self.fields[name], forms.BooleanField | forms.MultipleChoiceField)

    def columns(self, tree: Any) -> dict[str, Any]:
        """The criterion's columns; `tree` is what the builder holds."""
        said = self.cleaned_data
        params = {name: said.get(f"p-{name}") for name in self.names}
        if self.row.kind == "condition":
            params = {"condition": tree}
        return {"when": said["when"], "label": said["label"], "params": params}

    def refuse(self, errors: dict[str, list[str]]) -> None:
        """What the domain refuses, beside the field it speaks of."""
        for name, words in errors.items():
            key = f"p-{name.removeprefix('params.')}" if name.startswith("params.") else name
            self.add_error(key if key in self.fields else None, words)
