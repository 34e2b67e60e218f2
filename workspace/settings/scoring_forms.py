"""The inputs of the scoring pages."""

from __future__ import annotations

from typing import Any

from django import forms

from scoring.checking import LONGEST_HALF_LIFE
from scoring.models import Group, ScoringRule, ScoringVersion, SignalKind
from scoring.tiers import Tier
from scoring.versions import rules_of

KINDS = [
    ("", "Facts, as below"),
    ("pricing_page", "A view of the pricing page"),
    ("pricing_page_again", "The pricing page again within 48 hours"),
    *SignalKind.choices,
]
TIERS = (Tier.URGENT, Tier.HIGH, Tier.MEDIUM)


class Numbers(forms.Form):
    """All numbers of a version at once: caps, tiers, the threshold, and the points of each rule."""

    threshold = forms.IntegerField(min_value=1, max_value=20, label="Criteria needed")

    def __init__(self, version: ScoringVersion, data: Any = None) -> None:
        super().__init__(data, initial={"threshold": version.threshold})
        self.label_suffix = ""
        for key, label in Group.choices:
            self._number(f"cap-{key}", f"{label} at most", version.caps.get(key, 0), 0)
        for tier in TIERS:
            self._number(f"tier-{tier}", f"{tier.label} from", version.tiers[tier], 1)
        for rule in rules_of(version):
            self._number(f"points-{rule.public_id}", f"Points of {rule.label}", rule.points, -100)

    def _number(self, name: str, label: str, initial: int, low: int) -> None:
        small = forms.NumberInput(attrs={"class": "input input-sm"})
        widget = small if name.startswith("points-") else forms.NumberInput()
        self.fields[name] = forms.IntegerField(min_value=low, max_value=100, label=label, widget=widget)
        self.initial[name] = initial

    def numbers(self) -> dict[str, Any]:
        """What `change_numbers` takes."""
        said = self.cleaned_data
        return {
            "caps": {key: said[f"cap-{key}"] for key in Group.values},
            "tiers": {tier.value: said[f"tier-{tier}"] for tier in TIERS},
            "threshold": said["threshold"],
            "points": {
                name.removeprefix("points-"): value for name, value in said.items() if name.startswith("points-")
            },
        }


class RuleForm(forms.Form):
    """A rule but for its condition, which the builder holds."""

    label = forms.CharField(max_length=120, label="Name", help_text="As receipts show it.")
    group = forms.ChoiceField(choices=Group.choices)
    points = forms.IntegerField(min_value=-100, max_value=100, help_text="Below 0 takes points off.")
    signal = forms.ChoiceField(choices=KINDS, required=False, label="Looks at")
    half_life_hours = forms.IntegerField(
        min_value=1,
        max_value=LONGEST_HALF_LIFE,
        required=False,
        label="Half-life in hours",
        help_text="Empty: it never fades. The first 48 hours count in full; 168 hours are a week.",
    )
    cap = forms.IntegerField(
        min_value=0, max_value=100, required=False, label="At most", help_text="Points, however often it is seen."
    )
    exclusive = forms.CharField(
        max_length=40,
        required=False,
        label="Only one of",
        help_text="Of the group’s rules with the same word here only the first that holds counts.",
    )

    def __init__(self, data: Any = None, *, rule: ScoringRule) -> None:
        super().__init__(data, initial={name: getattr(rule, name) for name in self.base_fields})
        self.label_suffix = ""

    def columns(self, tree: Any) -> dict[str, Any]:
        """The rule's columns; of facts and signal only one is kept."""
        said = dict(self.cleaned_data)
        return said | {"condition": None if said["signal"] else tree}


class CriterionForm(forms.Form):
    """A criterion but for its condition."""

    label = forms.CharField(max_length=120, label="Name", help_text="As the checklist on the lead page shows it.")
    answered_by = forms.ChoiceField(
        choices=[("data", "From the data, by the condition below"), ("person", "By a person on the lead page")],
        label="Answered",
    )

    def __init__(self, data: Any = None, *, criterion: dict[str, Any]) -> None:
        by = "person" if criterion["label"] and criterion["condition"] is None else "data"
        super().__init__(data, initial={"label": criterion["label"], "answered_by": by})
        self.label_suffix = ""
