from __future__ import annotations

from copy import copy
from typing import Any
from zoneinfo import available_timezones

import pycountry
from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from accounts.permissions import allow
from accounts.roles import Function
from events.kinds import Kind
from events.record import By, record
from tenancy.models import Account, SeenBy
from workspace.settings.shell import show


class AccountForm(forms.ModelForm):  # type: ignore[type-arg]
    """Name, time zone, currency and country of an account, and who sees a lead. Its address stays."""

    time_zone = forms.ChoiceField(help_text="Working hours, days in reports and times on pages are in it.")
    currency = forms.ChoiceField(help_text="Of new leads without one, and of reports.")
    country = forms.ChoiceField(help_text="Of phone numbers without a prefix, and of public holidays.")
    seen_by = forms.ChoiceField(
        choices=SeenBy.choices,
        label="Who sees a lead",
        required=False,
        help_text="Its owner’s team: to reps of other teams the lead and its deal are not there; whoever is mentioned "
        "on a lead or follows it sees it. Managers, admins and marketers see every lead, and so do reps without a "
        "team. Leads that nobody owns, or somebody without a team, are everybody’s. Teams are made under Members.",
    )

    class Meta:
        model = Account
        fields = ("name", "time_zone", "currency", "country", "seen_by")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.before = {name: getattr(self.instance, name) for name in self.Meta.fields}
        choices = {
            "time_zone": [(zone, zone.replace("_", " ")) for zone in sorted(available_timezones()) if "/" in zone],
            "currency": [(one.alpha_3, f"{one.alpha_3}, {one.name}") for one in pycountry.currencies],
            "country": sorted(((one.alpha_2, one.name) for one in pycountry.countries), key=lambda pair: pair[1]),
        }
        for name, options in choices.items():
            self.fields[name].choices = options  # type: ignore[attr-defined]

    def clean_seen_by(self) -> str:
        return str(self.cleaned_data["seen_by"] or self.before["seen_by"])

    def keep(self, *, by: By) -> None:
        """Save it, and record what is another now as {name: [before, after]}."""
        account = self.save()
        changed: dict[str, Any] = {
            name: [was, now] for name, was in self.before.items() if (now := getattr(account, name)) != was
        }
        if changed:
            record(Kind.ACCOUNT_CHANGED, account.pk, by=by, **changed)


@allow(Function.MANAGE_ACCOUNT)
@require_http_methods(["GET", "POST"])
def general(request: Any) -> HttpResponse:
    form = AccountForm(request.POST or None, instance=copy(request.account))
    if request.method == "POST" and form.is_valid():
        form.keep(by=request.by)
        messages.success(request, "Saved.")
        return redirect("settings")
    return show(request, "general.html", {"form": form})
