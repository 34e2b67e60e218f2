"""Inputs for an account's own fields: whoever types is told at once what capture would only note."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms

from leads.models import CustomField, FieldType
from leads.normalise import Malformed
from leads.vocabulary import Kept, Reader, custom_value
from tenancy import clock
from tenancy.scope import current_account

HINTS = {FieldType.MONEY: "25000 EUR", FieldType.URL: "https://"}
YES_OR_NO = [("", "Unknown"), ("true", "Yes"), ("false", "No")]


def inputs(*, required: frozenset[str] = frozenset()) -> dict[str, forms.Field]:
    """An input for each own field of the account in scope, by the fact's name; `required` are such names."""
    return {field.name: input_of(field, required=field.name in required) for field in CustomField.objects.live()}


def input_of(field: CustomField, *, required: bool = False) -> forms.Field:
    """The input of one field. What is typed stays as it is: capture reads it the same way."""
    common: dict[str, Any] = {"label": field.label, "required": required, "validators": [reads(field)]}
    pairs = [(choice, choice) for choice in field.choices]
    match field.type:
        case FieldType.CHOICE:
            return forms.ChoiceField(choices=[("", "Choose"), *pairs], **common)
        case FieldType.BOOLEAN:
            return forms.ChoiceField(choices=YES_OR_NO, **common)
        case FieldType.CHOICES:
            return forms.MultipleChoiceField(choices=pairs, widget=forms.CheckboxSelectMultiple, **common)
    attributes = {"placeholder": HINTS.get(FieldType(field.type), ""), "autocomplete": "off"}
    widget = forms.TextInput(attrs={name: value for name, value in attributes.items() if value})
    widget.input_type = "date" if field.type == FieldType.DATE else "text"
    return forms.CharField(max_length=2000, widget=widget, **common)


def reads(field: CustomField) -> Callable[[Any], None]:
    """A validator that refuses, in capture's own words, what capture could not read as a value of `field`."""
    kept = Kept(field.type, tuple(field.choices))

    def check(value: Any) -> None:
        try:
            custom_value(kept, value, Reader.of(current_account(), clock.now(), {}))
        except Malformed as error:
            raise forms.ValidationError(str(error), code=error.code) from None

    return check
