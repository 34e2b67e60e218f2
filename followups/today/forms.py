from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils import timezone

from followups.today.answering import OUTCOMES


class CallForm(forms.Form):
    """How a call went, in one click."""

    outcome = forms.ChoiceField(choices=[(value, label) for _, value, label in OUTCOMES])


class StepForm(forms.Form):
    """What to do next about a lead, and when, in the member's zone."""

    title = forms.CharField(label="What", max_length=120, widget=forms.TextInput({"class": "input", "autofocus": True}))
    due_at = forms.DateTimeField(
        label="When",
        widget=forms.DateTimeInput({"class": "input", "type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        input_formats=["%Y-%m-%dT%H:%M"],
    )

    def __init__(self, *args: Any, zone: ZoneInfo, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.zone = zone

    def full_clean(self) -> None:
        with timezone.override(self.zone):
            super().full_clean()

    def clean_due_at(self) -> datetime:
        due: datetime = self.cleaned_data["due_at"]
        if not 2000 <= due.year <= 2100:
            raise forms.ValidationError("Choose a day within this century.")
        return due
