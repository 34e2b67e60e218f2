from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from accounts.browsers import origin
from accounts.models import ApiKey
from accounts.permissions import allow
from accounts.roles import BROWSER_SCOPES, Function, Scope
from events.record import By
from leads.models import Source
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
LATEST = date(2199, 12, 31)


class NewKey(forms.Form):
    """A system's key; with websites, a browser's."""

    name = forms.CharField(max_length=80, help_text="Which system uses it.")
    scopes = forms.MultipleChoiceField(
        choices=[(scope.value, words) for scope, words in MEANINGS.items()],
        widget=forms.CheckboxSelectMultiple,
        initial=[Scope.LEADS_WRITE],
        label="May",
    )
    origins = forms.CharField(
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        label="Websites",
        help_text="For a key inside a web page, which everybody can read: one address per line, such as "
        "https://www.example.com. It may then only send leads and signals, and only from there.",
    )
    source = forms.ModelChoiceField(
        Source.objects.none_yet(),
        required=False,
        empty_label="The API’s own",
        help_text="Where leads come from that say nothing about it.",
    )
    expires_on = forms.DateField(
        required=False,
        label="Ends on",
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text="The last day it opens anything. Empty: until it is revoked.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["source"].queryset = Source.objects.order_by("name")  # type: ignore[attr-defined]

    def clean_origins(self) -> list[str]:
        try:
            return [origin(line) for line in self.cleaned_data["origins"].splitlines() if line.strip()]
        except ValueError as error:
            raise forms.ValidationError(str(error)) from None

    def clean_expires_on(self) -> date | None:
        last: date | None = self.cleaned_data["expires_on"]
        if last and not timezone.localdate() <= last <= LATEST:
            raise forms.ValidationError("A day from today on is wanted.")
        return last

    def clean(self) -> dict[str, Any]:
        said: dict[str, Any] = self.cleaned_data
        if said.get("origins") and not set(said.get("scopes", [])) <= BROWSER_SCOPES:
            self.add_error("scopes", "A key inside a web page may only send leads and signals.")
        return said

    def issue(self, by: By) -> str:
        """Make the key; its secret."""
        said, last = self.cleaned_data, self.cleaned_data["expires_on"]
        midnight = timezone.make_aware(datetime.combine(last + timedelta(days=1), time())) if last else None
        return ApiKey.issue(
            said["name"],
            said["scopes"],
            by=by,
            origins=said["origins"],
            source_id=said["source"].pk if said["source"] else None,
            expires_at=midnight,
        )[1]


@allow(Function.MANAGE_ACCOUNT)
@require_http_methods(["GET", "POST"])
def keys(request: Any) -> HttpResponse:
    """The account's keys. A new one's secret is shown in the answer to its making, and never again."""
    form, secret = NewKey(request.POST or None), ""
    if request.method == "POST" and form.is_valid():
        secret = form.issue(request.by)
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
