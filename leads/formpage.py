"""The form a person fills in: made of a Form's fields, checked while somebody is there to mend it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms

from leads import normalise
from leads.labels import fact_label
from leads.models import Form

LONG = {"message", "business_problem"}
AUTOCOMPLETE = {
    "name": "name",
    "first_name": "given-name",
    "last_name": "family-name",
    "email": "email",
    "phone": "tel",
    "company": "organization",
    "job_title": "organization-title",
    "website": "url",
    "country": "country-name",
}
TYPES = {"email": "email", "phone": "tel", "website": "text", "headcount": "text"}


class FormPage(forms.Form):
    """`fields` of a Form as inputs. Only what is missing, or an address that cannot be answered, is an error."""

    use_required_attribute = False  # our own words, in the summary and beside the field

    def __init__(self, form: Form, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data, label_suffix="")
        self.fields.update({spec["field"]: _field(spec) for spec in form.fields})

    def clean_email(self) -> str:
        address: str = self.cleaned_data["email"]
        try:
            return normalise.email(address) if address else ""
        except normalise.Malformed:
            raise forms.ValidationError("Please finish the address, for example jonas@kestrel.de") from None

    @property
    def wrong(self) -> list[tuple[str, str, str]]:
        """For the summary: each error with its field's id and label."""
        return [
            (self[name].id_for_label, str(self[name].label), str(message))
            for name, messages in self.errors.items()
            if name in self.fields
            for message in messages
        ]


def _field(spec: dict[str, Any]) -> forms.Field:
    name, label = spec["field"], spec.get("label") or fact_label(spec["field"])
    common: dict[str, Any] = {
        "label": label,
        "required": bool(spec.get("required")),
        "help_text": spec.get("help", ""),
        "error_messages": {"required": f"{label}: please fill this in.", "invalid_choice": "Please choose one."},
    }
    if choices := spec.get("choices"):
        widget = forms.RadioSelect(attrs={"class": "radio"})
        return forms.ChoiceField(choices=[(choice, choice) for choice in choices], widget=widget, **common)
    if name in LONG:
        return forms.CharField(max_length=20_000, widget=forms.Textarea(attrs={"rows": 3}), **common)
    attrs = {"autocomplete": AUTOCOMPLETE.get(name, "off")}
    field_input = forms.TextInput(attrs=attrs)
    field_input.input_type = TYPES.get(name, "text")
    return forms.CharField(max_length=500, widget=field_input, **common)
