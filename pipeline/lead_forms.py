"""The small forms of the lead page."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.utils import timezone

from leads.models import ActivityKind, StakeholderRole
from pipeline.lead_writing import OUTCOMES
from tenancy import clock

REASONS = (
    "Not our profile",
    "No budget",
    "No need",
    "No decision in sight",
    "Can’t be reached",
    "Chose somebody else",
    "Duplicate",
    "Not serious",
)


class Log(forms.Form):
    """A call, e-mail, meeting, note or LinkedIn message; a note needs words, everything else an outcome."""

    kind = forms.ChoiceField(choices=ActivityKind.choices)
    body = forms.CharField(max_length=10_000, required=False)

    def clean(self) -> dict[str, Any]:
        said = self.cleaned_data
        kind = said.get("kind", "")
        said["outcome"] = str(self.data.get(f"outcome-{kind}", ""))
        allowed = [value for value, _ in OUTCOMES.get(kind, ("", []))[1]]
        if allowed and said["outcome"] not in allowed:
            self.add_error(None, "Say how it went.")
        if not allowed:
            said["outcome"] = ""
        if kind == ActivityKind.NOTE and not said.get("body"):
            self.add_error("body", "A note needs a word or two.")
        return said


class Disqualify(forms.Form):
    reason = forms.ChoiceField(choices=[(reason, reason) for reason in REASONS], label="Because")
    recycle_on = forms.DateField(
        label="Bring it back on",
        required=False,
        widget=forms.DateInput(attrs={"type": "date", "class": "input"}),
        help_text="Empty: it stays out.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].widget.attrs["class"] = "select"

    def clean_recycle_on(self) -> Any:
        day = self.cleaned_data["recycle_on"]
        if day and not timezone.localdate(clock.now()) < day < timezone.localdate(clock.now()) + timedelta(days=3653):
            raise forms.ValidationError("Choose a day to come, within ten years.")
        return day


class NewStakeholder(forms.Form):
    name = forms.CharField(max_length=200, label="Name")
    role = forms.ChoiceField(choices=StakeholderRole.choices, label="Part in the decision")
    job_title = forms.CharField(max_length=200, required=False, label="Job title")
    email = forms.EmailField(max_length=320, required=False, label="E-mail")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.widget.attrs |= {"class": "select" if name == "role" else "input", "autocomplete": "off"}


class NewTask(forms.Form):
    title = forms.CharField(max_length=120, label="What")
    due_at = forms.DateTimeField(
        label="When",
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local", "class": "input"}, format="%Y-%m-%dT%H:%M"),
        help_text="Empty: some day.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["title"].widget.attrs |= {"class": "input", "autocomplete": "off"}
