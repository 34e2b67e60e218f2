"""The form a person fills in: made of a Form's fields, checked while somebody is there to mend it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms

from leads import normalise
from leads.labels import fact_label
from leads.models import CustomField, FieldType, Form
from leads.own_inputs import HINTS, reads

LONG = {"message", "business_problem"}
MANY = 6  # so many choices stand open; more become a menu
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
CUSTOM_TYPES = {FieldType.DATE: "date", FieldType.URL: "url"}


class FormPage(forms.Form):
    """`fields` of a Form as inputs; those the account has archived are left out.

    Only what is missing, an address that cannot be answered, or a value that an own field cannot hold is an error.
    """

    use_required_attribute = False  # our own words, in the summary and beside the field

    def __init__(
        self, form: Form, data: Mapping[str, Any] | None = None, initial: Mapping[str, Any] | None = None
    ) -> None:
        super().__init__(data, label_suffix="", initial=dict(initial or {}))
        own = _own_fields(form)
        offered = [spec for spec in form.fields if spec["field"] in own or not spec["field"].startswith("custom.")]
        self.fields.update({spec["field"]: _field(spec, own.get(spec["field"])) for spec in offered})

    def clean_email(self) -> str:
        address: str = self.cleaned_data["email"]
        try:
            return normalise.email(address) if address else ""
        except normalise.Malformed:
            raise forms.ValidationError("Please finish the address, for example jonas@kestrel.de") from None

    @property
    def wrong(self) -> list[tuple[str, str, str]]:
        """For the summary: each error with the id of its field, or of the first of its boxes, and its label."""
        return [
            (self[name].id_for_label or f"{self[name].auto_id}_0", str(self[name].label), str(message))
            for name, messages in self.errors.items()
            if name in self.fields
            for message in messages
        ]


def _own_fields(form: Form) -> dict[str, CustomField]:
    """The account's own fields that the form asks for, by `custom.key`."""
    keys = [spec["field"].removeprefix("custom.") for spec in form.fields if spec["field"].startswith("custom.")]
    found = CustomField.objects.live().filter(key__in=keys) if keys else ()
    return {field.name: field for field in found}


def _field(spec: dict[str, Any], own: CustomField | None) -> forms.Field:
    name = spec["field"]
    label = spec.get("label") or (own.label if own else fact_label(name))
    common: dict[str, Any] = {
        "label": label,
        "required": bool(spec.get("required")) and not spec.get("hidden"),
        "help_text": spec.get("help", ""),
        "error_messages": {"required": f"{label}: please fill this in.", "invalid_choice": "Please choose one."},
    }
    # Nobody can mend what they do not see: what stands wrong in a hidden field is kept as a problem of the lead.
    if spec.get("hidden"):
        return forms.CharField(max_length=500, widget=forms.HiddenInput, initial=spec.get("value", ""), **common)
    if own:
        common["validators"] = [reads(own)]
    if own and own.type == FieldType.BOOLEAN:
        return forms.BooleanField(widget=forms.CheckboxInput(attrs={"class": "checkbox"}), **common)
    if choices := _choices(spec, own):
        return _choice(choices, own, common)
    if name in LONG:
        return forms.CharField(max_length=20_000, widget=forms.Textarea(attrs={"rows": 3}), **common)
    return _line(name, own, common)


def _choices(spec: dict[str, Any], own: CustomField | None) -> list[str]:
    """What the form offers; of an own list only what stands in that list."""
    wanted = [str(choice) for choice in spec.get("choices", [])]
    if own and own.has_choices:
        return [choice for choice in wanted if choice in own.choices] or [str(choice) for choice in own.choices]
    return wanted


def _choice(choices: list[str], own: CustomField | None, common: dict[str, Any]) -> forms.Field:
    pairs = [(choice, choice) for choice in choices]
    if own and own.type == FieldType.CHOICES:
        boxes = forms.CheckboxSelectMultiple(attrs={"class": "checkbox"})
        return forms.MultipleChoiceField(choices=pairs, widget=boxes, **common)
    if len(pairs) > MANY:
        return forms.ChoiceField(choices=[("", "Please choose"), *pairs], **common)
    return forms.ChoiceField(choices=pairs, widget=forms.RadioSelect(attrs={"class": "radio"}), **common)


def _line(name: str, own: CustomField | None, common: dict[str, Any]) -> forms.Field:
    attrs = {"autocomplete": AUTOCOMPLETE.get(name, "off")}
    if own and own.type in HINTS:
        attrs["placeholder"] = HINTS[FieldType(own.type)]
    if own and own.type in (FieldType.NUMBER, FieldType.MONEY):
        attrs["inputmode"] = "decimal"
    field_input = forms.TextInput(attrs=attrs)
    field_input.input_type = CUSTOM_TYPES.get(FieldType(own.type), "text") if own else TYPES.get(name, "text")
    return forms.CharField(max_length=500, widget=field_input, **common)
