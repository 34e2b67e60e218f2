"""The forms of an account, and the builder of one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST

from accounts.middleware import outside_url
from accounts.permissions import allow
from accounts.roles import Function
from leads.formpage import FormPage
from leads.models import Form
from tenancy import clock
from tenancy.forms import TenantForm
from tenancy.models import get_or_404
from workspace.formbuilder import (
    FIRST,
    FormSettings,
    Spec,
    arranged,
    askable,
    check_specs,
    every_form,
    specs_of,
    suggested,
)
from workspace.settings.shell import show


class NewForm(TenantForm):
    class Meta:
        model = Form
        fields = ("name", "source")


@dataclass(frozen=True)
class Links:
    """Where a form is, and what a website needs to show it."""

    page: str
    script: str


@allow(Function.MANAGE_CAPTURE)
@require_http_methods(["GET", "POST"])
def forms_page(request: Any) -> HttpResponse:
    """Every form; a POST begins one, not published yet."""
    new = NewForm(request.POST or None, account=request.account)
    if request.method == "POST" and new.is_valid():
        new.instance.title, new.instance.withdrawn_at = new.cleaned_data["name"], clock.now()
        new.instance.fields = [{"field": name, "required": name == "email"} for name in FIRST]
        if form := new.save():
            return redirect("settings-form", form.public_id)
    return show(request, "forms.html", {"form": new, "forms": [(one, links_of(one)) for one in by_name()]})


def by_name() -> Sequence[Form]:
    return list(every_form().order_by("name"))


def links_of(form: Form) -> Links:
    page, script = (outside_url(name, form.public_id) for name in ("hosted-form", "form-embed"))
    return Links(settings.PUBLIC_URL + page, settings.PUBLIC_URL + script)


@allow(Function.MANAGE_CAPTURE)
@require_http_methods(["GET", "POST"])
def form(request: Any, form_id: str) -> HttpResponse:
    """The builder; a POST saves."""
    found = get_or_404(Form, form_id)
    if request.method == "GET":
        return _builder(request, found, FormSettings(instance=found, account=request.account), found.fields)
    specs = specs_of(request.POST, askable())
    filled = FormSettings(request.POST, instance=found, account=request.account)
    try:
        check_specs(specs)
    except ValidationError as error:
        filled.add_error(None, error)
    filled.instance.fields = specs
    if filled.is_valid() and filled.save():
        messages.success(request, f"{found.name} saved.")
        return redirect("settings-form", form_id)
    return _builder(request, found, filled, specs, status=422)


@allow(Function.MANAGE_CAPTURE)
@require_POST
def draft(request: Any, form_id: str) -> HttpResponse:
    """The builder as it would be after a deed on its fields. Nothing is saved."""
    found, said = get_or_404(Form, form_id), request.POST
    # `add` of what the menu says, or `add:industry` of what is suggested.
    act, _, offered = said.get("act", "").partition("add:")
    more = _only(offered or said.get("more", ""), known := askable())
    specs = arranged(specs_of(said, known), "add" if offered else act, more)
    shown = FormSettings(instance=found, account=request.account, initial={"puzzle": False} | said.dict())
    return _builder(request, found, shown, specs, said)


@allow(Function.MANAGE_CAPTURE)
@require_POST
def publication(request: Any, form_id: str) -> HttpResponse:
    """Publish a form, or withdraw it: `act`."""
    found = get_or_404(Form, form_id)
    if request.POST.get("act") == "withdraw":
        found.withdraw()
        messages.success(request, f"{found.name} is withdrawn; its link leads nowhere.")
    else:
        found.publish()
        messages.success(request, f"{found.name} is published.")
    return redirect("settings-form", form_id)


def _builder(
    request: Any,
    found: Form,
    filled: FormSettings,
    specs: Sequence[Spec],
    said: Mapping[str, Any] | None = None,
    status: int = 200,
) -> HttpResponse:
    known = askable()
    taken = {spec["field"] for spec in specs}
    shown, wanted = _preview(found, specs, said or {}), suggested(taken, known)
    context = {
        "form": filled,
        "found": found,
        "links": links_of(found),
        "rows": [_row(index, spec, known) for index, spec in enumerate(specs)],
        "more": [(name, label) for name, label in known.items() if name not in taken],
        "suggested": wanted and {"label": known[wanted.fact], "wanted": wanted},
        "preview": {"form": shown, "page": _page(shown)},
    }
    return show(request, "form.html", context, status=status)


def _row(index: int, spec: Spec, known: Mapping[str, str]) -> dict[str, Any]:
    field = spec["field"]
    lines = "\n".join(map(str, spec.get("choices", [])))
    return {**spec, "at": f"row-{index}-", "fact": known.get(field, field), "choices": lines}


def _preview(found: Form, specs: Sequence[Spec], said: Mapping[str, Any]) -> Form:
    """An unsaved form as the page stands."""
    texts = {name: str(said.get(name, getattr(found, name))) for name in PREVIEWED}
    return Form(account=found.account, fields=list(specs), **texts)


PREVIEWED = ("title", "intro", "button", "accent", "consent_text")


def _page(shown: Form) -> forms.Form:
    page = FormPage(shown)
    page.auto_id = "preview_%s"  # its inputs must not share ids with the builder's
    return page


def _only(name: str, known: Mapping[str, str]) -> str:
    return name if name in known else ""
