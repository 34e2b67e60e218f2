"""How sure it must be that two leads are one person: the account's two thresholds, tried out on its latest leads."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from accounts.permissions import allow
from accounts.roles import Function
from leads.duplicates import rehearse, rule, set_rule
from workspace.settings.shell import show


class RuleForm(forms.Form):
    attach = forms.IntegerField(
        label="Attach from",
        min_value=1,
        max_value=100,
        help_text="Per cent. From here on two leads become one by themselves. Different e-mail addresses never do.",
    )
    review = forms.IntegerField(
        label="Ask from",
        min_value=1,
        max_value=100,
        help_text="Per cent. From here on a person is asked, side by side. What is below stays two leads.",
    )

    def clean(self) -> dict[str, Any]:
        said: dict[str, Any] = super().clean() or {}
        attach, review = said.get("attach"), said.get("review")
        if attach and review and review > attach:
            self.add_error("review", f"It cannot be more than {attach}: what is attached is not asked about.")
        return said


@allow(Function.MANAGE_ACCOUNT)
@require_http_methods(["GET", "POST"])
def thresholds(request: Any) -> HttpResponse:
    now = rule()
    form = RuleForm(request.POST or None, initial={"attach": now.attach, "review": now.review})
    if request.method == "POST" and form.is_valid():
        set_rule(**form.cleaned_data)
        messages.success(request, "Saved. It counts for leads that arrive from now on.")
        return redirect("settings-duplicates")
    return show(request, "duplicates.html", {"form": form, **_tried(form if form.is_bound else RuleForm(form.initial))})


@allow(Function.MANAGE_ACCOUNT)
@require_GET
def rehearsal(request: Any) -> HttpResponse:
    """What these numbers, not saved yet, would do."""
    return render(request, "workspace/settings/duplicates.html#rehearsal", _tried(RuleForm(request.GET)))


def _tried(form: RuleForm) -> dict[str, Any]:
    return {"tried": rehearse(**form.cleaned_data) if form.is_valid() else None}
