"""What the form builder works on: the fields in their order, plain data until they are saved."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.core.exceptions import ValidationError

from leads.labels import fact_label
from leads.looks import ACCENTS
from leads.models import CustomField, Form
from leads.reading import REACHABLE
from leads.vocabulary import FACTS
from pipeline.models import Pipeline
from scoring.wanted import Wanted, wanted
from tenancy.forms import TenantForm

Spec = dict[str, Any]
MOST, MOST_CHOICES, LONGEST_CHOICE = 40, 50, 100  # fields of one form, choices of one field, letters of one choice
MOST_ORIGINS, LONGEST_ORIGIN = 100, 200
NOT_ASKED = {"external_id", "referrer", "currency", "domain", "seniority"}
ASKED_BY = {"seniority": "job_title"}  # what tells us a fact that nobody would be asked for
LONGEST = {"label": 120, "help": 200, "value": 200}
FIRST = ("name", "email", "phone", "company", "message")


def every_form() -> Any:
    """All forms of the account in scope with their sources, as a queryset."""
    return Form.objects.select_related("source")


def askable() -> dict[str, str]:
    """Everything a form of the account in scope can ask for: label by name, its own fields last."""
    own = CustomField.objects.filter(archived_at=None).order_by("label").values_list("key", "label")
    built_in = {name: fact_label(name) for name in FACTS if name not in NOT_ASKED}
    return built_in | {f"custom.{key}": label for key, label in own}


def suggested(taken: Collection[str], known: Mapping[str, str]) -> Wanted | None:
    """What a form with the fields `taken` should ask for, too: the fact that most leads are asked for by people."""
    asked = (replace(one, fact=ASKED_BY.get(one.fact, one.fact)) for one in wanted())
    return next((one for one in asked if one.fact in known and one.fact not in taken), None)


def specs_of(data: Mapping[str, Any], known: Mapping[str, str]) -> list[Spec]:
    """The fields as the builder's page sent them; unknown and doubled ones are left out."""
    specs: dict[str, Spec] = {}
    for index in range(MOST):
        field = str(data.get(f"row-{index}-field", ""))
        if field in known and field not in specs:
            specs[field] = _spec(data, f"row-{index}-", field)
    return list(specs.values())


def _spec(data: Mapping[str, Any], prefix: str, field: str) -> Spec:
    spec: Spec = {"field": field}
    for name, most in LONGEST.items():
        if text := str(data.get(prefix + name, "")).replace("\x00", "").strip()[:most]:
            spec[name] = text
    spec |= {name: True for name in ("required", "hidden") if data.get(prefix + name)}
    lines = str(data.get(prefix + "choices", "")).replace("\x00", "").splitlines()
    if choices := [line.strip()[:LONGEST_CHOICE] for line in lines if line.strip()][:MOST_CHOICES]:
        spec["choices"] = list(dict.fromkeys(choices))
    return spec


def arranged(specs: Sequence[Spec], act: str, more: str = "") -> list[Spec]:
    """The fields after a deed: `up:email`, `down:email`, `remove:email`, or `add` of `more`. Others change nothing."""
    rows, (deed, _, field) = list(specs), act.partition(":")
    names = [spec["field"] for spec in rows]
    if deed == "add":
        return rows if more in names or not more or len(rows) >= MOST else [*rows, {"field": more}]
    if field not in names:
        return rows
    at = names.index(field)
    if deed == "remove":
        return rows[:at] + rows[at + 1 :]
    to = at + {"up": -1, "down": 1}.get(deed, 0)
    if 0 <= to < len(rows):
        rows[at], rows[to] = rows[to], rows[at]
    return rows


def check_specs(specs: Sequence[Spec]) -> None:
    """Raises ValidationError for a form nobody could be answered after."""
    if not any(spec["field"] in REACHABLE and not spec.get("hidden") for spec in specs):
        raise ValidationError("Ask for a name, an e-mail or a phone: else nobody can be answered.")


class FormSettings(TenantForm):
    """All of a form but its fields."""

    origins = forms.CharField(
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        label="Websites",
        help_text="One a line, such as https://www.example.com. What other websites send goes to the spam folder.",
    )
    pipeline_id = forms.TypedChoiceField(required=False, label="Pipeline", empty_value=None)
    redirect = forms.URLField(required=False, label="Or lead to a page", max_length=200, assume_scheme="https")
    accent = forms.ChoiceField(
        required=False, label="Colour", choices=[(name, words) for name, (words, _) in ACCENTS.items()]
    )

    class Meta:
        model = Form
        fields = (
            *("name", "title", "intro", "button", "accent", "source", "pipeline_id"),
            *("consent_text", "thanks", "redirect", "origins", "puzzle"),
        )
        labels = {
            "intro": "Text below the title",
            "button": "Words on the button",
            "consent_text": "Consent",
            "thanks": "Thank-you text",
            "puzzle": "Puzzle against machines",
        }
        help_texts = {
            "name": "For you; senders don’t see it.",
            "consent_text": "A box to tick. Each text gets a version of its own, kept with what was sent.",
            "puzzle": "The browser works a second before it counts. Who has no JavaScript lands in the spam folder.",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.label_suffix = ""
        pipelines = [(str(row.pk), row.name) for row in Pipeline.objects.in_use()]
        self.fields["pipeline_id"].choices = [("", "The account’s first"), *pipelines]  # type: ignore[attr-defined]
        self.initial.setdefault("origins", [])
        if isinstance(self.initial["origins"], list):
            self.initial["origins"] = "\n".join(self.initial["origins"])

    def clean_origins(self) -> list[str]:
        return [origin_of(line) for line in self.cleaned_data["origins"].split()]

    def clean_redirect(self) -> str:
        target: str = self.cleaned_data["redirect"]
        check_redirect(target)
        return target

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if "consent_text" in cleaned:
            self.instance.ask_consent(cleaned["consent_text"])
        return cleaned


def check_redirect(target: str) -> None:
    """Raises ValidationError for what a browser may not be led to; "" leads nowhere."""
    if target and urlsplit(target).scheme not in ("http", "https"):
        raise ValidationError("A page of a website is wanted, such as https://www.example.com/thanks.")


def origin_of(text: str) -> str:
    """The origin of a website's address, `https://www.example.com`; `*` stays. Raises ValidationError for others."""
    try:
        parts = urlsplit(text)
        host, _ = parts.hostname, parts.port
    except ValueError:
        host = None
    if text != "*" and (not host or parts.scheme not in ("http", "https") or len(text) > LONGEST_ORIGIN):
        raise ValidationError(f"“{text[:60]}” is no website’s address, such as https://www.example.com.")
    return text if text == "*" else f"{parts.scheme}://{parts.netloc.lower()}"
