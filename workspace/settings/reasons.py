"""Why leads go out and deals are lost, in the account's own words."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from accounts.permissions import allow
from accounts.roles import Function
from pipeline.reasons import Ending, reasons, set_reasons
from workspace.settings.shell import show

LABELS = {Ending.DISQUALIFIED: "When a lead is disqualified", Ending.LOST: "When a deal is lost"}


class ReasonsForm(forms.Form):
    def __init__(self, data: Any = None) -> None:
        super().__init__(data, label_suffix="")
        for ending, label in LABELS.items():
            self.fields[ending.value] = forms.CharField(
                label=label,
                max_length=5000,
                initial="\n".join(reasons(ending)),
                widget=forms.Textarea({"class": "textarea", "rows": 10}),
                help_text="One a line, in the order of the dialog.",
            )


@allow(Function.MANAGE_ACCOUNT)
@require_http_methods(["GET", "POST"])
def reasons_page(request: Any) -> HttpResponse:
    """Both lists; a POST keeps them."""
    form = ReasonsForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        for ending in LABELS:
            try:
                set_reasons(ending, form.cleaned_data[ending.value].splitlines(), by=request.by)
            except ValidationError as refusal:
                form.add_error(ending.value, refusal)
        if not form.errors:
            messages.success(request, "Dialogs offer these from now on. What has ended keeps its reason.")
            return redirect("settings-reasons")
    return show(request, "reasons.html", {"form": form}, status=422 if form.errors else 200)
