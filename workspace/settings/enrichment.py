from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST

from accounts.middleware import Errand
from accounts.permissions import allow
from accounts.roles import Function
from leads.enrichment.learning import FILLABLE
from leads.enrichment.offline import said_by
from leads.enrichment.trial import in_words, try_out
from leads.labels import fact_label
from leads.models import CustomField, Provider
from tenancy.forms import TenantForm
from tenancy.models import get_or_404
from workspace.settings.shell import show

PATH = "path-"  # begins the names of the mapping's inputs


class ProviderForm(TenantForm):
    """A provider, and for each fact that it may fill where it stands in the answer."""

    class Meta:
        model = Provider
        fields = ("name", "url", "header", "secret")
        labels = {"url": "Address", "header": "Header of the key", "secret": "Key"}
        help_texts = {
            "url": "With {domain} or {email} where the firm’s domain or the person’s address belongs.",
            "header": "Such as Authorization. Empty: no key is sent.",
            "secret": "Such as Bearer 1234. It is not shown again; empty: it stays as it is.",
        }
        widgets = {"secret": forms.PasswordInput(attrs={"autocomplete": "off"})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.secret = self.instance.secret
        own = [(field.name, field.label) for field in CustomField.objects.live()]
        for name, label in [*((name, fact_label(name)) for name in FILLABLE), *own]:
            self.fields[PATH + name] = forms.CharField(
                max_length=200, required=False, label=label, initial=self.instance.mapping.get(name, "")
            )

    def clean_secret(self) -> str:
        return str(self.cleaned_data["secret"] or self.secret)

    @property
    def paths(self) -> list[Any]:
        return [self[name] for name in self.fields if name.startswith(PATH)]

    @property
    def about(self) -> list[Any]:
        return [self[name] for name in self.Meta.fields]

    def mapping(self) -> dict[str, str]:
        said = {name.removeprefix(PATH): path.strip() for name, path in self.cleaned_data.items() if PATH in name}
        return {name: path for name, path in said.items() if path}

    def keep(self, by: Any) -> bool:
        """Save it; False if its name is taken."""
        self.instance.mapping = self.mapping()
        saved = self.save()
        if saved:
            saved.keep(by=by)
        return bool(saved)


class BuiltInTrial(forms.Form):
    email = forms.CharField(max_length=320, required=False, label="E-mail")
    phone = forms.CharField(max_length=60, required=False, label="Phone")
    job_title = forms.CharField(max_length=200, required=False, label="Job title")


class ProviderTrial(forms.Form):
    email = forms.EmailField(max_length=320, label="E-mail")


@allow(Function.MANAGE_ACCOUNT)
@require_http_methods(["GET", "POST"])
def providers(request: Any) -> HttpResponse:
    """Who is asked, in which order, and a new one."""
    form = ProviderForm(request.POST or None, account=request.account)
    if request.method == "POST" and form.is_valid() and form.keep(request.by):
        messages.success(request, f"{form.instance.name} is asked from the next lead on.")
        return redirect("settings-provider", form.instance.public_id)
    return _list(request, form=form)


def _list(request: Any, **context: Any) -> HttpResponse:
    defaults = {"form": ProviderForm(account=request.account), "trial": BuiltInTrial(), "providers": in_order()}
    return show(request, "enrichment.html", defaults | context)


def in_order() -> Any:
    """The providers in the order in which they are asked."""
    return Provider.objects.order_by("position", "id")


@allow(Function.MANAGE_ACCOUNT)
@require_POST
def built_in_trial(request: Any) -> HttpResponse:
    """What the built-in provider makes of an address, a number and a title."""
    trial = BuiltInTrial(request.POST)
    said = said_by(**trial.cleaned_data, country=request.account.country) if trial.is_valid() else {}
    return _list(request, trial=trial, facts=in_words(said), tried=trial.is_valid())


@allow(Function.MANAGE_ACCOUNT)
@require_http_methods(["GET", "POST"])
def provider(request: Any, provider_id: str) -> HttpResponse:
    found: Provider = get_or_404(Provider, provider_id)
    form = ProviderForm(request.POST or None, instance=found, account=request.account)
    if request.method == "POST" and form.is_valid() and form.keep(request.by):
        messages.success(request, f"{found.name} saved. Firms are asked about afresh.")
        return redirect("settings-provider", found.public_id)
    return _one(request, found, form=form)


def _one(request: Any, found: Provider, **context: Any) -> HttpResponse:
    defaults = {"form": ProviderForm(instance=found, account=request.account), "trial": ProviderTrial()}
    return show(request, "provider.html", {**defaults, "provider": found, **context})


@allow(Function.MANAGE_ACCOUNT)
@require_POST
def trial(request: Any, provider_id: str) -> HttpResponse:
    """Ask it about somebody, and show what it says and what we read in it."""
    found: Provider = get_or_404(Provider, provider_id)
    form = ProviderTrial(request.POST)
    if not form.is_valid():
        return _one(request, found, trial=form)
    email = form.cleaned_data["email"]
    return Errand(lambda: try_out(found, email), lambda result: _one(request, found, trial=form, result=result))


@allow(Function.MANAGE_ACCOUNT)
@require_POST
def pause(request: Any, provider_id: str) -> HttpResponse:
    """Ask it no more, or again."""
    found: Provider = get_or_404(Provider, provider_id)
    if request.POST.get("paused") == "no":
        found.resume(by=request.by)
    else:
        found.pause(by=request.by)
    messages.success(request, f"{found.name} is {'not asked for now' if found.paused_at else 'asked again'}.")
    return redirect("settings-enrichment")
