from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from accounts.permissions import allow
from accounts.roles import Function
from leads.models import Source
from leads.silence.watching import open_silences
from tenancy.forms import TenantForm
from workspace.settings.shell import show


class SourceForm(TenantForm):
    class Meta:
        model = Source
        fields = ("name", "kind")


@allow(Function.MANAGE_CAPTURE)
@require_http_methods(["GET", "POST"])
def sources(request: Any) -> HttpResponse:
    """Where leads come from."""
    form = SourceForm(request.POST or None, account=request.account)
    if request.method == "POST" and form.is_valid() and (source := form.save()):
        messages.success(request, f"{source.name} is a source now.")
        return redirect("settings-sources")
    context = {"form": form, "sources": by_name(), "api": api_url(), "silences": open_silences()}
    return show(request, "sources.html", context)


def by_name() -> Any:
    return Source.objects.order_by("name")


def api_url() -> str:
    return f"{settings.PUBLIC_URL}/api/v1/leads/"
