from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST

from accounts.permissions import allow
from accounts.roles import Function
from leads.models import CustomField, FieldType
from tenancy.models import get_or_404
from workspace.settings.shell import show

WAYS = {"up": -1, "down": 1}


class FieldForm(forms.Form):
    """Label and choices of one of the account's own fields."""

    label = forms.CharField(max_length=80)
    choices = forms.CharField(
        max_length=10_000, required=False, widget=forms.Textarea(attrs={"rows": 4}), help_text="One per line."
    )

    def clean_choices(self) -> list[str]:
        return [line for line in self.cleaned_data["choices"].splitlines() if line.strip()]

    def blame(self, refusal: ValidationError) -> None:
        """Put a refusal beside the inputs it is about."""
        for column, words in refusal.message_dict.items():
            self.add_error(column if column in self.fields else None, words)


class NewField(FieldForm):
    type = forms.ChoiceField(choices=FieldType.choices, help_text="It stays as it is from then on.")
    key = forms.CharField(
        max_length=40, required=False, help_text="Its name for senders; empty: made of the label. It stays, too."
    )
    field_order = ("label", "type", "choices", "key")


@allow(Function.MANAGE_ACCOUNT)
@require_http_methods(["GET", "POST"])
def fields(request: Any) -> HttpResponse:
    """The account's own fields in their order, the archived ones, and a new one."""
    form = NewField(request.POST or None)
    if request.method == "POST" and form.is_valid() and (field := _added(form, request.by)):
        messages.success(request, f"{field.label} is a field now.")
        return redirect("settings-fields")
    return show(request, "fields.html", {"form": form, **own_fields()})


def _added(form: NewField, by: Any) -> CustomField | None:
    try:
        return CustomField.add(**form.cleaned_data, by=by)
    except ValidationError as refusal:
        form.blame(refusal)
        return None


def own_fields() -> dict[str, list[CustomField]]:
    found = list(CustomField.objects.in_order())
    return {
        "live": [field for field in found if not field.archived_at],
        "archived": [field for field in found if field.archived_at],
    }


@allow(Function.MANAGE_ACCOUNT)
@require_http_methods(["GET", "POST"])
def field(request: Any, field_id: str) -> HttpResponse:
    """Another label, other choices."""
    found: CustomField = get_or_404(CustomField, field_id)
    form = FieldForm(request.POST or None, initial={"label": found.label, "choices": "\n".join(found.choices)})
    if not found.has_choices:
        del form.fields["choices"]
    if request.method == "POST" and form.is_valid() and _changed(form, found, request.by):
        messages.success(request, f"{found.label} saved.")
        return redirect("settings-fields")
    return show(request, "field.html", {"form": form, "field": get_or_404(CustomField, field_id)})


def _changed(form: FieldForm, field: CustomField, by: Any) -> bool:
    try:
        field.change(**form.cleaned_data, by=by)
    except ValidationError as refusal:
        form.blame(refusal)
    return form.is_valid()


@allow(Function.MANAGE_ACCOUNT)
@require_POST
def archival(request: Any, field_id: str) -> HttpResponse:
    """Offer a field no more."""
    found: CustomField = get_or_404(CustomField, field_id)
    found.archive(by=request.by)
    messages.success(request, f"{found.label} is archived. What leads have of it stays.")
    return redirect("settings-fields")


@allow(Function.MANAGE_ACCOUNT)
@require_POST
def restoration(request: Any, field_id: str) -> HttpResponse:
    """Offer it again."""
    found: CustomField = get_or_404(CustomField, field_id)
    found.restore(by=request.by)
    messages.success(request, f"{found.label} is offered again.")
    return redirect("settings-fields")


@allow(Function.MANAGE_ACCOUNT)
@require_POST
def place(request: Any, field_id: str) -> HttpResponse:
    """One place up or down."""
    found: CustomField = get_or_404(CustomField, field_id)
    found.move(WAYS.get(str(request.POST.get("way")), 0), by=request.by)
    return redirect("settings-fields")
