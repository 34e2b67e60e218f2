from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from accounts.permissions import allow
from accounts.roles import Function
from leads.changes import custom_fields
from leads.mapping import MOST, check_mapping
from leads.models import Source
from leads.silence.watching import open_silences
from leads.their_names import TheirName, fact_choices, names_of
from tenancy.forms import TenantForm
from tenancy.models import get_or_404
from workspace.settings.shell import show


class SourceForm(TenantForm):
    class Meta:
        model = Source
        fields: tuple[str, ...] = ("name", "kind")


SPARE = 3  # empty rows for names that have not come yet


class SourceSettings(SourceForm):
    """A source's name, what its senders call things (`theirs-<n>` is `fact-<n>`), and what a lead must bring."""

    required = forms.MultipleChoiceField(required=False, widget=forms.CheckboxSelectMultiple, label="Must be there")

    class Meta(SourceForm.Meta):
        fields = ("name", "kind", "required")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.facts = fact_choices()
        # A fact that was archived since stays required until somebody says otherwise.
        archived = [(name, name) for name in self.instance.required if name not in dict(self.facts)]
        self.fields["required"].choices = [*self.facts, *archived]  # type: ignore[attr-defined]

    @property
    def rows(self) -> Sequence[TheirName]:
        """What was sent; before that what is mapped and suggested; and a few empty ones."""
        known = self._said() if self.is_bound else names_of(self.instance)
        return [*known, *[TheirName("", "", "")] * SPARE]

    def _said(self) -> list[TheirName]:
        numbers = [name.removeprefix("theirs-") for name in self.data if name.startswith("theirs-")][: MOST + SPARE]
        rows = [(str(self.data[f"theirs-{n}"]).strip(), str(self.data.get(f"fact-{n}", ""))) for n in numbers]
        return [TheirName(theirs, "", fact) for theirs, fact in rows if theirs]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        chosen = [row for row in self._said() if row.fact]
        mapping = {row.theirs: row.fact for row in chosen}
        if len(mapping) < len(chosen):
            raise forms.ValidationError("One of their names stands there twice.")
        check_mapping(mapping, custom_fields())
        self.instance.mapping = mapping
        return cleaned


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


@allow(Function.MANAGE_CAPTURE)
@require_http_methods(["GET", "POST"])
def source(request: Any, source_id: str) -> HttpResponse:
    """One source: its name, its senders' names for things, what they must bring."""
    found = get_or_404(Source, source_id)
    form = SourceSettings(request.POST or None, instance=get_or_404(Source, source_id), account=request.account)
    if request.method == "POST" and form.is_valid() and form.save():
        messages.success(request, f"{form.instance.name} saved; it counts from the next lead on.")
        return redirect("settings-source", source_id)
    context = {"form": form, "source": found, "silences": open_silences().filter(source=found)}
    return show(request, "source.html", context, status=422 if form.errors else 200)


def by_name() -> list[tuple[Source, str]]:
    """Every source, and in words what a lead of it must bring."""
    labels = dict(fact_choices())
    return [
        (source, ", ".join(labels.get(name, name) for name in source.required))
        for source in Source.objects.order_by("name")
    ]


def api_url() -> str:
    return f"{settings.PUBLIC_URL}/api/v1/leads/"
