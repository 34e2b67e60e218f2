"""The small forms of the lead page."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.utils import timezone

from leads.models import ActivityKind, StakeholderRole
from pipeline.comments import LONGEST
from pipeline.lead_writing import COMMENT, OUTCOMES, THEN
from pipeline.reasons import Ending, reasons
from tenancy import clock


class Log(forms.Form):
    """What was done, or a comment; notes and comments need words, all else an outcome."""

    kind = forms.ChoiceField(choices=[*ActivityKind.choices, (COMMENT, "Comment")])
    body = forms.CharField(max_length=10_000, required=False)
    then = forms.ChoiceField(choices=[("", ""), *((value, words) for value, words, _ in THEN)], required=False)

    def clean(self) -> dict[str, Any]:
        said = self.cleaned_data
        kind = said.get("kind", "")
        said["outcome"] = str(self.data.get(f"outcome-{kind}", ""))
        allowed = [value for value, _ in OUTCOMES.get(kind, ("", []))[1]]
        if allowed and said["outcome"] not in allowed:
            self.add_error(None, "Say how it went.")
        if not allowed:
            said["outcome"] = ""
        if kind in (ActivityKind.NOTE, COMMENT) and not said.get("body"):
            self.add_error("body", f"A {kind} needs a word or two.")
        if kind == COMMENT and len(said.get("body", "")) > LONGEST:
            self.add_error("body", f"A comment has at most {LONGEST:,} letters.")
        return said


class Out(forms.Form):
    """Why something ends, in the account's own words, and the day on which it comes back, if it does."""

    ending = Ending.DISQUALIFIED
    reason = forms.ChoiceField(label="Because", error_messages={"required": "Choose a reason."})
    recycle_on = forms.DateField(
        label="Bring it back on",
        required=False,
        widget=forms.DateInput(attrs={"type": "date", "class": "input"}),
        help_text="Empty: it stays out.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered: Any = self.fields["reason"]
        offered.choices = [("", "Choose a reason"), *((reason, reason) for reason in reasons(self.ending))]
        offered.widget.attrs["class"] = "select"

    def clean_recycle_on(self) -> Any:
        day = self.cleaned_data["recycle_on"]
        if day and not timezone.localdate(clock.now()) < day < timezone.localdate(clock.now()) + timedelta(days=3653):
            raise forms.ValidationError("Choose a day to come, within ten years.")
        return day


class Disqualify(Out):
    """Of a lead."""


class Loss(Out):
    """Of a deal: to whom, too."""

    ending = Ending.LOST
    field_order = ("reason", "competitor", "recycle_on")
    competitor = forms.CharField(
        max_length=120,
        required=False,
        label="Went to",
        help_text="A competitor, if it was one.",
        widget=forms.TextInput({"class": "input", "autocomplete": "off"}),
    )


class NewStakeholder(forms.Form):
    name = forms.CharField(max_length=200, label="Name")
    role = forms.ChoiceField(choices=StakeholderRole.choices, label="Part in the decision")
    job_title = forms.CharField(max_length=200, required=False, label="Job title")
    email = forms.EmailField(max_length=320, required=False, label="E-mail")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.widget.attrs |= {"class": "select" if name == "role" else "input", "autocomplete": "off"}
