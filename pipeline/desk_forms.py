"""The small forms about what hangs on a lead."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.utils import timezone

from leads.models import Lead, StakeholderRole
from pipeline.comments import LONGEST
from pipeline.files import ACCEPT, KINDS
from pipeline.models import Every, Task
from routing.passing import MemberChoice, possible_owners
from tenancy import clock

WHEN = "%Y-%m-%dT%H:%M"
REMINDERS = [("", "Not"), ("0", "At its time"), ("15", "15 minutes before"), ("60", "An hour before")]
REMINDERS += [("1440", "A day before")]
LENGTHS = [(15, "15 minutes"), (30, "30 minutes"), (45, "45 minutes"), (60, "1 hour"), (90, "1½ hours")]
LENGTHS += [(120, "2 hours"), (240, "Half a day"), (480, "A day")]
MEETINGS = (("discovery", "Discovery call"), ("review", "Review meeting"), ("other", "Another meeting"))


class Moment(forms.DateTimeField):
    """A time within a century, on the reader's clock."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.DateTimeInput({"type": "datetime-local"}, format=WHEN)
        super().__init__(input_formats=[WHEN, f"{WHEN}:%S"], widget=widget, **kwargs)

    def clean(self, value: Any) -> datetime | None:
        found: datetime | None = super().clean(value)
        if found and not 2000 <= found.year <= 2100:
            raise forms.ValidationError("Choose a day within this century.")
        return found


class Desk(forms.Form):
    """A form in our clothes."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            dress = {forms.Select: "select", forms.Textarea: "textarea", forms.CheckboxInput: "checkbox"}
            found = next((name for kind, name in dress.items() if isinstance(field.widget, kind)), "input")
            field.widget.attrs = {"class": found, "autocomplete": "off"} | field.widget.attrs


class TaskForm(Desk):
    """A task, new or as it is."""

    title = forms.CharField(max_length=120, label="What")
    due_at = Moment(label="When", required=False, help_text="Empty: some day.")
    reminder = forms.ChoiceField(label="Remind", choices=REMINDERS, required=False)
    every = forms.ChoiceField(label="Again", choices=[("", "No"), *Every.choices], required=False)
    member = MemberChoice(None, label="For", required=False, empty_label="The owner of the lead")

    def __init__(self, *args: Any, task: Task | None = None, lead: Lead, **kwargs: Any) -> None:
        if task:
            early = task.due_at - task.remind_at if task.due_at and task.remind_at else None
            minutes = str(int(early.total_seconds() // 60)) if early is not None else ""
            known = {"title": task.title, "due_at": task.due_at, "every": task.every, "member": task.member}
            kwargs["initial"] = known | {"reminder": minutes if minutes in dict(REMINDERS) else ""}
        super().__init__(*args, **kwargs)
        self.task = task
        self.fields["member"].queryset = possible_owners()  # type: ignore[attr-defined]
        self.fields["member"].widget.attrs["class"] = "select"

    def clean(self) -> dict[str, Any]:
        said = self.cleaned_data
        early, due = said.pop("reminder", ""), said.get("due_at")
        if early and not due:
            self.add_error("due_at", "A reminder needs a time.")
        said["remind_at"] = due - timedelta(minutes=int(early)) if early and due else None
        return said


class ObjectionForm(Desk):
    text = forms.CharField(max_length=500, label="What stands in the way", widget=forms.Textarea({"rows": 2}))
    stakeholder = forms.ChoiceField(label="Raised by", required=False)
    blocking = forms.BooleanField(label="Holds the gate until it is answered", required=False, initial=True)

    def __init__(self, *args: Any, lead: Lead, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.people = {person.public_id: person for person in lead.stakeholders.order_by("created_at", "id")}
        choices = [("", "Nobody in particular"), *((key, str(person)) for key, person in self.people.items())]
        self.fields["stakeholder"].choices = choices  # type: ignore[attr-defined]

    def clean_stakeholder(self) -> Any:
        return self.people.get(self.cleaned_data["stakeholder"])


class AnswerForm(Desk):
    answer = forms.CharField(max_length=500, label="What was agreed", widget=forms.Textarea({"rows": 2}))


class MeetingForm(Desk):
    kind = forms.ChoiceField(choices=MEETINGS, label="What")
    title = forms.CharField(max_length=120, required=False, label="Title", help_text="Empty: what it is.")
    starts_at = Moment(label="When")
    minutes = forms.TypedChoiceField(
        label="How long",
        coerce=int,
        choices=LENGTHS,
        initial=30,
    )
    place = forms.CharField(max_length=200, required=False, label="Where", help_text="A room, an address or a link.")
    member = MemberChoice(None, label="Held by", required=False, empty_label="The owner of the lead")
    invite = forms.BooleanField(required=False, label="Mail an invitation to the prospect")

    def __init__(self, *args: Any, lead: Lead, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["member"].queryset = possible_owners()  # type: ignore[attr-defined]
        self.fields["member"].widget.attrs["class"] = "select"
        if not lead.contact.email_norm:
            del self.fields["invite"]


class FileForm(Desk):
    file = forms.FileField(label="Document", help_text="At most 25 MB: PDF, Office, pictures, text.")
    kind = forms.ChoiceField(choices=list(KINDS.items()), label="What it is", initial="other")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["file"].widget.attrs |= {"class": "input", "accept": ACCEPT}


class StakeholderForm(Desk):
    name = forms.CharField(max_length=200, label="Name")
    role = forms.ChoiceField(choices=StakeholderRole.choices, label="Part in the decision")
    job_title = forms.CharField(max_length=200, required=False, label="Job title")
    email = forms.EmailField(max_length=320, required=False, label="E-mail")
    reviewed = forms.BooleanField(required=False, label="Has looked at our solution")


class CommentForm(Desk):
    body = forms.CharField(max_length=LONGEST, label="Comment", widget=forms.Textarea({"rows": 4, "data-mentions": ""}))


def snoozed(until: str) -> datetime | None:
    """`hour`, `tomorrow`, `monday` or `week` as an aware time on the reader's clock; None for anything else."""
    now = timezone.localtime(clock.now())
    morning = now.replace(hour=9, minute=0, second=0, microsecond=0)
    known = {
        "hour": timezone.localtime(clock.now() + timedelta(hours=1)).replace(second=0, microsecond=0),
        "tomorrow": morning + timedelta(days=1),
        "monday": morning + timedelta(days=7 - now.weekday()),
        "week": morning + timedelta(days=7),
    }
    return known.get(until)
