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
from tenancy.models import Account
from workspace.settings.shell import show


class AccountForm(forms.ModelForm):  # type: ignore[type-arg]
    """Name, time zone, currency and country of an account. Its address stays."""

    time_zone = forms.ChoiceField(help_text="Working hours, days in reports and times on pages are in it.")
    currency = forms.ChoiceField(help_text="Of new leads without one, and of reports.")
    country = forms.ChoiceField(help_text="Of phone numbers without a prefix, and of public holidays.")

    class Meta:
        model = Account
        fields = ("name", "time_zone", "currency", "country")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = {
            "time_zone": [(zone, zone.replace("_", " ")) for zone in sorted(available_timezones()) if "/" in zone],
            "currency": [(one.alpha_3, f"{one.alpha_3}, {one.name}") for one in pycountry.currencies],
            "country": sorted(((one.alpha_2, one.name) for one in pycountry.countries), key=lambda pair: pair[1]),
        }
        for name, options in choices.items():
            self.fields[name].choices = options  # type: ignore[attr-defined]


@allow(Function.MANAGE_ACCOUNT)
@require_http_methods(["GET", "POST"])
def general(request: Any) -> HttpResponse:
    form = AccountForm(request.POST or None, instance=copy(request.account))
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, "Saved.")
        return redirect("settings")
    return show(request, "general.html", {"form": form})
