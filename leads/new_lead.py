"""Add a lead by hand: a few facts, and capture underneath."""

from __future__ import annotations

from typing import Any

from django import forms

from leads.models import Source, SourceKind
from leads.normalise import Malformed
from leads.normalise import email as well_formed
from leads.own_inputs import inputs
from tenancy.models import Account

BY_HAND = "Added by hand"
FACTS = ("name", "email", "phone", "company", "job_title", "message")


class NewLead(forms.Form):
    name = forms.CharField(max_length=200, required=False, label="Name")
    email = forms.CharField(max_length=320, required=False, label="Work e-mail")
    phone = forms.CharField(max_length=60, required=False, label="Phone")
    company = forms.CharField(max_length=200, required=False, label="Company")
    job_title = forms.CharField(max_length=200, required=False, label="Job title")
    from_source: Any = forms.ModelChoiceField(queryset=None, required=False, label="Source", empty_label=BY_HAND)
    message = forms.CharField(
        max_length=20_000, required=False, label="What do they want?", widget=forms.Textarea(attrs={"rows": 4})
    )

    def __init__(self, data: Any = None, *, account: Account, initial: Any = None) -> None:
        super().__init__(data, label_suffix="", initial=initial)
        sources: Any = self.fields["from_source"]
        sources.queryset = Source.objects.filter(account=account).order_by("name")
        self.own = inputs()
        self.fields |= self.own

    def clean_email(self) -> str:
        address: str = self.cleaned_data["email"]
        try:
            return well_formed(address) if address else ""
        except Malformed as error:
            raise forms.ValidationError(str(error)) from None

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if not self.errors and not any(cleaned.get(name) for name in ("name", "email", "phone")):
            raise forms.ValidationError("Give at least a name, an e-mail address or a phone number.")
        return cleaned

    def typed(self, data: Any) -> dict[str, Any]:
        """What stands in the fields of a page that is not sent yet; empty ones are left out."""
        found = {name: field.widget.value_from_datadict(data, {}, name) for name, field in self.fields.items()}
        return {name: value for name, value in found.items() if value}

    @property
    def facts(self) -> dict[str, Any]:
        """What was said, as capture takes it."""
        said = {name: value for name, value in self.cleaned_data.items() if value}
        own = {name.removeprefix("custom."): said[name] for name in self.own if name in said}
        return {name: said[name] for name in FACTS if name in said} | ({"custom": own} if own else {})

    @property
    def source(self) -> Source:
        """The chosen source, else the one for what is added by hand; made when it is missing."""
        chosen: Source | None = self.cleaned_data.get("from_source")
        return chosen or Source.objects.get_or_create(name=BY_HAND, defaults={"kind": SourceKind.MANUAL})[0]
