"""Territories: what belongs to each, whose it is, where two overlap."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST

from accounts.models import Member
from accounts.permissions import allow
from accounts.roles import Function
from leads.fields import COUNTRIES
from routing import territories as verbs
from routing.models import Pool, Territory
from routing.passing import MAY_OWN
from routing.regions import REGIONS
from tenancy.models import get_or_404
from workspace.settings.routing import done
from workspace.settings.shell import show

CODES = dict(COUNTRIES)
NAMES = {name.lower(): code for code, name in COUNTRIES}


class WordsField(forms.CharField):
    """Several words with commas or lines between."""

    widget = forms.Textarea({"rows": 2})

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value) or ""
        return [word.strip() for word in text.replace("\n", ",").split(",") if word.strip()]


class TerritoryForm(forms.Form):
    name = forms.CharField(max_length=80, help_text="Conditions and reports know it by this name.")
    owner = forms.ChoiceField(required=False, label="Whose it is")
    regions = forms.MultipleChoiceField(
        choices=[(key, name) for key, (name, _) in REGIONS.items()], required=False, widget=forms.CheckboxSelectMultiple
    )
    countries = WordsField(required=False, help_text="Besides the regions; names or two letters, with commas between.")
    postal_prefixes = WordsField(
        required=False, label="Postal codes", help_text="How they begin: 10, 12. Of your own field postal_code."
    )
    industries = WordsField(required=False)
    headcount_from = forms.IntegerField(min_value=0, required=False, label="Company size from", max_value=2_000_000_000)
    headcount_to = forms.IntegerField(min_value=0, required=False, label="to", max_value=2_000_000_000)
    accounts = WordsField(
        required=False, label="Named accounts", help_text="Domains of firms that belong here whatever the limits."
    )

    def __init__(self, data: Any = None, *, found: Territory) -> None:
        said = {name: getattr(found, name) for name in self.base_fields if name != "owner"}
        owner = found.member or found.pool
        super().__init__(data, label_suffix="", initial=said | {"owner": owner.public_id if owner else ""})
        self.fields["owner"].choices = [("", "Nobody yet"), *owners()]  # type: ignore[attr-defined]

    def clean_countries(self) -> list[str]:
        return [NAMES.get(word.lower(), word) for word in self.cleaned_data["countries"]]

    def columns(self) -> dict[str, Any]:
        said = dict(self.cleaned_data)
        public = said.pop("owner")
        member = Member.objects.by_public_id(public) if public.startswith("mem") else None
        pool = Pool.objects.by_public_id(public) if public.startswith("poo") else None
        return said | {"member": member, "pool": pool}


def owners() -> Iterator[tuple[str, Any]]:
    members = Member.objects.active().filter(role__in=MAY_OWN).order_by("name")
    yield "People", [(one.public_id, one.name) for one in members]
    yield "Pools", [(one.public_id, one.name) for one in Pool.objects.order_by("name")]


@allow(Function.MANAGE_ACCOUNT)
@require_http_methods(["GET", "POST"])
def territories(request: Any) -> HttpResponse:
    """All of them, in order; a POST adds one."""
    return _page(request, Territory(), "territories.html")


@allow(Function.MANAGE_ACCOUNT)
@require_http_methods(["GET", "POST"])
def territory(request: Any, territory_id: str) -> HttpResponse:
    """One; a POST keeps it."""
    return _page(request, get_or_404(Territory, territory_id), "territory.html")


@allow(Function.MANAGE_ACCOUNT)
@require_POST
def place(request: Any, territory_id: str) -> HttpResponse:
    """One place up or down: `way`."""
    found: Territory = get_or_404(Territory, territory_id)
    order = [one.pk for one in verbs.every_territory()]
    at = order.index(found.pk) + 1 + {"up": -1, "down": 1}.get(str(request.POST.get("way")), 0)
    verbs.move_territory(found, at, by=request.by)
    return redirect("settings-territories")


@allow(Function.MANAGE_ACCOUNT)
@require_POST
def removal(request: Any, territory_id: str) -> HttpResponse:
    found: Territory = get_or_404(Territory, territory_id)
    words = f"{found.name} is removed."
    return done(request, lambda: verbs.remove_territory(found, by=request.by), words, to="settings-territories")


def _page(request: Any, found: Territory, template: str) -> HttpResponse:
    form = TerritoryForm(request.POST or None, found=found)
    if request.method == "POST" and form.is_valid():
        try:
            kept = verbs.put_territory(found, form.columns(), by=request.by)
        except ValidationError as refusal:
            for name, words in refusal.message_dict.items():
                form.add_error("owner" if name in ("member", "pool") else name, words)
        else:
            messages.success(request, f"{kept.name} is kept.")
            return redirect("settings-territories")
    rows = list(verbs.every_territory())
    context = {
        "form": form,
        "found": found,
        "territories": [(row, limits(row)) for row in rows],
        "overlaps": verbs.overlapping(rows),
    }
    return show(request, template, context, status=422 if form.errors else 200)


def limits(row: Territory) -> str:
    """What belongs to a territory, in words."""
    places = [REGIONS[key][0] for key in row.regions] + [CODES.get(code, code) for code in row.countries]
    sizes = f"{row.headcount_from or 0:,} to {row.headcount_to:,} people" if row.headcount_to else ""
    if row.headcount_from and not row.headcount_to:
        sizes = f"from {row.headcount_from:,} people"
    postal = f"postal codes {', '.join(row.postal_prefixes)}" if row.postal_prefixes else ""
    named = f"{len(row.accounts)} named account{'s' if len(row.accounts) > 1 else ''}" if row.accounts else ""
    return "; ".join(filter(None, (", ".join(places), postal, ", ".join(row.industries), sizes, named)))
