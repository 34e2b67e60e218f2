from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST

from accounts.models import ApiKey
from accounts.permissions import allow
from accounts.roles import Function, Scope
from tenancy.models import get_or_404
from workspace.settings.shell import show

MEANINGS = {
    Scope.LEADS_WRITE: "Send and change leads",
    Scope.LEADS_READ: "Read leads and deals",
    Scope.SIGNALS_WRITE: "Send engagement signals",
    Scope.PIPELINE_WRITE: "Move deals, log activities",
    Scope.REPORTS_READ: "Read reports",
    Scope.SETTINGS_WRITE: "Change settings",
}


class NewKey(forms.Form):
    name = forms.CharField(max_length=80, help_text="Which system uses it.")
    scopes = forms.MultipleChoiceField(
        choices=[(scope.value, words) for scope, words in MEANINGS.items()],
        widget=forms.CheckboxSelectMultiple,
        initial=[Scope.LEADS_WRITE],
        label="May",
    )


@allow(Function.MANAGE_ACCOUNT)
@require_http_methods(["GET", "POST"])
def keys(request: Any) -> HttpResponse:
    """The account's keys. A new one's secret is shown in the answer to its making, and never again."""
    form, secret = NewKey(request.POST or None), ""
    if request.method == "POST" and form.is_valid():
        _, secret = ApiKey.issue(form.cleaned_data["name"], form.cleaned_data["scopes"], by=request.by)
        form = NewKey()
    response = show(request, "keys.html", {"form": form, "keys": newest_keys(), "secret": secret})
    response["Cache-Control"] = "no-store"
    return response


def newest_keys() -> Any:
    """Keys in use first, then the revoked; newest first."""
    return ApiKey.objects.order_by("revoked_at", "-created_at")


@allow(Function.MANAGE_ACCOUNT)
@require_POST
def revocation(request: Any, key_id: str) -> HttpResponse:
    """End a key, for good."""
    key = get_or_404(ApiKey, key_id)
    key.revoke(by=request.by)
    messages.success(request, f"“{key.name}” opens nothing any more.")
    return redirect("settings-keys")
