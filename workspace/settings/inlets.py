"""Webhooks: their addresses, what they are signed with, and what stands where in what they send."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST

from accounts.middleware import outside_url
from accounts.permissions import allow
from accounts.roles import Function
from leads.inbound.arrival import replay_failed
from leads.inbound.inbox import examples_of, inlets_with_counts
from leads.inbound.mapping import MAPPED, BadMapping, fact_choices, reads_as, rows_of, save_mapping
from leads.inbound.vouching import secret_word
from leads.models import Inlet, Payload, Protocol
from tenancy import clock
from tenancy.forms import TenantForm
from tenancy.models import get_or_404
from workspace.settings.shell import show

# What each protocol needs to be told; the rest of the form is left away.
NEEDS: dict[str, tuple[str, ...]] = {
    Protocol.GENERIC: (),
    Protocol.CALLS: (),
    Protocol.STANDARD: ("secret",),
    Protocol.META: ("secret", "verify_token", "access_token", "token_expires_on", "base_url"),
    Protocol.LINKEDIN: ("secret", "access_token", "token_expires_on", "base_url"),
    Protocol.EMAIL: ("provider", "secret", "verified_by"),
}
SECRETS = ("secret", "verify_token", "access_token")
CHECKED_BY = (
    "The first word of Authentication-Results in mail as you receive it, such as mx.google.com. "
    "With it, a colleague’s forwarded mail is believed."
)


class NewInlet(TenantForm):
    class Meta:
        model = Inlet
        fields = ("name", "protocol", "source")
        help_texts = {"source": "Leads from here are counted for it."}


class InletForm(TenantForm):
    """An inlet's settings. A secret is never shown again; left empty it stays as it is."""

    class Meta:
        model = Inlet
        fields = ("name", "source", "provider", *SECRETS, "verified_by", "token_expires_on", "base_url")
        labels = {
            "secret": "Signing secret",
            "verify_token": "Verify token",
            "token_expires_on": "Access token expires on",
            "base_url": "Base URL of the API",
            "provider": "Handed in by",
            "verified_by": "Senders are checked by",
        }
        help_texts = {
            "secret": "The app’s or sender’s secret. Leave empty to keep it.",
            "verify_token": "Any words; the advertiser asks for the same. Leave empty to keep them.",
            "access_token": "With which we fetch each lead. Leave empty to keep it.",
            "token_expires_on": "You are warned two weeks before.",
            "base_url": "Empty: the advertiser’s own.",
            "verified_by": CHECKED_BY,
        }
        widgets = {
            **{name: forms.PasswordInput(attrs={"autocomplete": "off"}) for name in SECRETS},
            "token_expires_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.before = {name: getattr(self.instance, name) for name in SECRETS}
        wanted = {"name", "source", *NEEDS[self.instance.protocol]}
        for name in set(self.fields) - wanted:
            del self.fields[name]

    def clean_base_url(self) -> str:
        """Whoever names another host would be sent the token, which nobody is shown."""
        address = str(self.cleaned_data["base_url"])
        if (
            address != self.initial["base_url"]
            and self.before["access_token"]
            and not self.cleaned_data.get("access_token")
        ):
            self.add_error("access_token", "Give it again: it is sent to another address from now on.")
        return address

    def save(self, commit: bool = True) -> Any:
        fresh = bool(self.cleaned_data.get("access_token"))
        for name, value in self.before.items():
            if not getattr(self.instance, name):
                setattr(self.instance, name, value)
        if fresh:
            self.instance.token_refused_at = None
        inlet = super().save(commit)
        if inlet and fresh:
            replay_failed(inlet)  # what waited for the token
        return inlet


@allow(Function.MANAGE_CAPTURE)
@require_http_methods(["GET", "POST"])
def inlets(request: Any) -> HttpResponse:
    """Every webhook with what it received, and a new one."""
    form = NewInlet(request.POST or None, account=request.account)
    if request.method == "POST" and form.is_valid() and (inlet := form.save()):
        inlet.publish()
        messages.success(request, f"{inlet.name} has an address now.")
        return redirect("settings-inlet", inlet.public_id)
    return show(request, "inlets.html", {"form": form, "inlets": inlets_with_counts()})


@allow(Function.MANAGE_CAPTURE)
@require_http_methods(["GET", "POST"])
def inlet(request: Any, inlet_id: str) -> HttpResponse:
    """One webhook: its address, its settings, its mapping."""
    found = get_or_404(Inlet, inlet_id)
    form = InletForm(request.POST or None, instance=get_or_404(Inlet, inlet_id), account=request.account)
    if request.method == "POST" and form.is_valid() and form.save():
        messages.success(request, "Saved.")
        return redirect("settings-inlet", inlet_id)
    return _page(request, found, form)


@allow(Function.MANAGE_CAPTURE)
@require_POST
def mapping(request: Any, inlet_id: str) -> HttpResponse:
    """What stands where: `path-<n>` is `fact-<n>`."""
    found = get_or_404(Inlet, inlet_id)
    numbers = [name.removeprefix("path-") for name in request.POST if name.startswith("path-")]
    try:
        save_mapping(found, {request.POST[f"path-{n}"]: request.POST.get(f"fact-{n}", "") for n in numbers})
    except BadMapping as error:
        messages.error(request, str(error))
    else:
        messages.success(request, "The mapping is used from now on.")
    return redirect("settings-inlet", inlet_id)


@allow(Function.MANAGE_CAPTURE)
@require_POST
def withdrawal(request: Any, inlet_id: str) -> HttpResponse:
    """Close an address."""
    found = get_or_404(Inlet, inlet_id)
    found.withdraw()
    messages.success(request, f"Nothing more is taken from {found.name}.")
    return redirect("settings-inlets")


def _page(request: Any, found: Inlet, form: InletForm) -> HttpResponse:
    examples = examples_of(found) if found.protocol in MAPPED else []
    example = chosen_of(examples, request.GET.get("example", ""))
    context = {
        "inlet": found,
        "form": form,
        "address": address_of(found),
        "secret_word": secret_word(request.account),
        "warning": found.token_warning(clock.now().date()),
        "maps": found.protocol in MAPPED,
        "examples": examples,
        "example": example,
        "rows": rows_of(found, example),
        "choices": fact_choices(found),
        "reads_as": reads_as(found, example),
    }
    return show(request, "inlet.html", context)


def chosen_of(examples: list[Payload], public: str) -> Payload | None:
    """The example that was asked for, else the newest."""
    return next((one for one in examples if one.public_id == public), examples[0] if examples else None)


def address_of(found: Inlet) -> str:
    """Where the inlet's senders send."""
    name = "inlet-email" if found.protocol == Protocol.EMAIL else "inlet"
    return settings.PUBLIC_URL + outside_url(name, found.token)
