"""A Question out of what somebody typed or sent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.db.models import QuerySet

from accounts.models import Member, Team
from leads.models import Source
from pipeline.models import Pipeline
from reports.period import Period, presets
from reports.question import Question
from tenancy import clock
from tenancy.models import Account, TenantModel

DEFAULT_PERIOD = "90"
ICONS = {"pipeline": "square-kanban", "source": "plug", "owner": "user-round", "tier": "signal"}
TIERS = ("urgent", "high", "medium", "low")


@dataclass(frozen=True)
class Chip:
    """A filter on the page: `options` are value, words, chosen."""

    name: str
    label: str
    icon: str
    on: bool
    options: list[tuple[str, str, bool]]


class PublicChoice(forms.ModelChoiceField):  # type: ignore[type-arg]
    """A row of the account in scope, by its public id."""

    def __init__(self, model: type[TenantModel], **kwargs: Any) -> None:
        self.model = model
        super().__init__(queryset=None, required=False, **kwargs)

    def to_python(self, value: Any) -> Any:
        if value in self.empty_values:
            return None
        try:
            return self.queryset.by_public_id(value) if isinstance(value, str) else value  # type: ignore[union-attr]
        except self.model.DoesNotExist:
            raise forms.ValidationError("There is no such one in this account.", code="unknown") from None

    def prepare_value(self, value: Any) -> Any:
        return value.public_id if isinstance(value, TenantModel) else value


class Filters(forms.Form):
    """Which leads; the names are those of the API."""

    pipeline = PublicChoice(Pipeline, empty_label=None)
    source = PublicChoice(Source, empty_label="Every source")
    owner = PublicChoice(Member, empty_label="Every owner")
    team = PublicChoice(Team, empty_label="Every team")
    tier = forms.ChoiceField(
        choices=[("", "Every tier"), *((tier, tier.capitalize()) for tier in TIERS)], required=False
    )
    product = forms.CharField(max_length=80, required=False)
    territory = forms.CharField(max_length=80, required=False)

    def __init__(self, data: Any, *, account: Account) -> None:
        super().__init__(data)
        self.account = account
        self.zone = ZoneInfo(account.time_zone)
        self.today = clock.now().astimezone(self.zone).date()
        for name, queryset in querysets().items():
            self.fields[name].queryset = queryset  # type: ignore[attr-defined]

    def question_about(self, period: Period) -> Question:
        """The question of a valid form; without a pipeline it is about the first."""
        chosen = self.cleaned_data
        pipeline = chosen["pipeline"] or self.fields["pipeline"].queryset.first()  # type: ignore[attr-defined]
        ids = {name: row.pk if (row := chosen[name]) else None for name in ("source", "owner", "team")}
        return Question(
            period,
            pipeline_id=pipeline.pk if pipeline else None,
            source_id=ids["source"],
            owner_id=ids["owner"],
            team_id=ids["team"],
            **{name: chosen[name] or None for name in ("tier", "product", "territory")},
        )


def querysets() -> dict[str, QuerySet[Any]]:
    return {
        "pipeline": Pipeline.objects.order_by("position", "id"),
        "source": Source.objects.order_by("name"),
        "owner": Member.objects.order_by("name"),
        "team": Team.objects.order_by("name"),
    }


class PageFilters(Filters):
    """On the page: a usual period, or first and last day."""

    period = forms.ChoiceField(required=False)
    first = forms.DateField(required=False, label="From", widget=forms.DateInput(attrs={"type": "date"}))
    last = forms.DateField(required=False, label="Until", widget=forms.DateInput(attrs={"type": "date"}))

    def __init__(self, data: Any, *, account: Account) -> None:
        super().__init__(data, account=account)
        self.presets = presets(self.today, self.zone)
        words = [(key, words) for key, (words, _) in self.presets.items()]
        self.fields["period"].choices = [*words, ("custom", "Other dates")]  # type: ignore[attr-defined]

    @property
    def chips(self) -> list[Chip]:
        """The filters as the page shows them."""
        return [self._chip(name, icon) for name, icon in ICONS.items()]

    def _chip(self, name: str, icon: str) -> Chip:
        value = self.data.get(name, "")
        options = [(str(key), words, str(key) == value) for key, words in self.fields[name].choices]  # type: ignore[attr-defined]
        return Chip(name, name.capitalize(), icon, any(key and chosen for key, _, chosen in options), options)

    @property
    def chosen_period(self) -> str:
        return self.data.get("period") or DEFAULT_PERIOD

    def clean(self) -> dict[str, Any]:
        chosen: dict[str, Any] = super().clean() or {}
        chosen["span"] = self.presets[DEFAULT_PERIOD][1]
        if chosen.get("period") == "custom":
            self._custom(chosen)
        elif chosen.get("period"):
            chosen["span"] = self.presets[chosen["period"]][1]
        return chosen

    def _custom(self, chosen: dict[str, Any]) -> None:
        first, last = chosen.get("first") or chosen["span"].first, chosen.get("last") or chosen["span"].last
        try:
            chosen["span"] = Period.inclusive(first, last, self.zone)
        except ValueError as error:
            self.add_error("last", str(error))

    @property
    def question(self) -> Question:
        return self.question_about(self.cleaned_data["span"])


class ApiFilters(Filters):
    """Over the API: `from` and `to`, half-open; the last 90 days without them."""

    def __init__(self, data: Any, *, account: Account) -> None:
        super().__init__(data, account=account)
        self.fields["from"] = forms.DateField(required=False)
        self.fields["to"] = forms.DateField(required=False)

    def clean(self) -> dict[str, Any]:
        chosen: dict[str, Any] = super().clean() or {}
        usual = presets(self.today, self.zone)[DEFAULT_PERIOD][1]
        try:
            chosen["span"] = Period(chosen.get("from") or usual.first, chosen.get("to") or usual.end, self.zone)
        except ValueError as error:
            self.add_error("to", str(error))
        return chosen

    @property
    def question(self) -> Question:
        return self.question_about(self.cleaned_data["span"])
