"""The inputs of the routing pages."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django import forms

from accounts.models import Member
from leads.catalogue import Catalogue, Type
from leads.conditions import asks_about
from leads.fields import COUNTRIES, TIERS
from leads.models import Lead
from leads.vocabulary import FACTS
from pipeline.models import Pipeline, Stage, StageKind
from routing.checking import EVERY_LEAD
from routing.hypothetical import SCORES
from routing.models import Action, Closed, Pool, RoutingRule, RoutingVersion, Territory
from routing.passing import MAY_OWN
from routing.replaying import MOST_DAYS, USUAL_DAYS
from routing.versions import rules_of

USUAL_FACTS = ("country", "headcount", "tier", "industry")


class RuleForm(forms.Form):
    """A rule but for its condition, which the builder holds. The fallback has none."""

    label = forms.CharField(max_length=120, label="Name", help_text="As decisions show it.")
    every_lead = forms.BooleanField(required=False, label="For every lead that gets this far")
    target = forms.ChoiceField(label="Give it to")
    start = forms.ChoiceField(
        required=False,
        label="Its deal begins",
        help_text="Further than the first stage only as far as the gates are open.",
    )

    def __init__(self, data: Any = None, *, rule: RoutingRule) -> None:
        super().__init__(data, label_suffix="", initial=self._said(rule))
        self.is_fallback = not rule._state.adding and rule.is_fallback
        self.fields["target"].choices = list(targets())  # type: ignore[attr-defined]
        self.fields["start"].choices = list(starts())  # type: ignore[attr-defined]
        if self.is_fallback:
            del self.fields["every_lead"]

    @staticmethod
    def _said(rule: RoutingRule) -> dict[str, Any]:
        target = rule.member or rule.pool or rule.territory
        return {
            "label": rule.label,
            "every_lead": rule.condition == EVERY_LEAD,
            "target": f"{rule.action}:{target.public_id if target else ''}",
            "start": ":".join(str(one or "") for one in (rule.pipeline_id, rule.stage_id)) if rule.pipeline_id else "",
        }

    def columns(self, tree: Any) -> dict[str, Any]:
        """The rule's columns."""
        said = self.cleaned_data
        kind, _, public = said["target"].partition(":")
        models: dict[str, Any] = {"member": Member, "pool": Pool, "territory": Territory}
        found = dict.fromkeys(models)
        if public:
            found[kind] = models[kind].objects.by_public_id(public)
        pipeline, _, stage = said["start"].partition(":")
        condition = None if self.is_fallback else EVERY_LEAD if said["every_lead"] else tree
        start = {"pipeline_id": pipeline or None, "stage_id": stage or None}
        return {"label": said["label"], "condition": condition, "action": kind, **found, **start}


def targets() -> Iterator[tuple[str, Any]]:
    """Whom a rule can give leads to, in groups."""
    members = Member.objects.active().filter(role__in=MAY_OWN).order_by("name")
    groups: dict[str, Any] = {
        "Pools": [(f"pool:{one.public_id}", one.name) for one in Pool.objects.order_by("name")],
        "People": [(f"member:{one.public_id}", one.name) for one in members],
        "Territories": [
            ("territory:", "The owner of the lead’s territory"),
            *((f"territory:{one.public_id}", f"The owner of {one}") for one in Territory.objects.order_by("position")),
        ],
    }
    yield from groups.items()
    plain = (Action.COMPANY_OWNER, Action.QUEUE, Action.NURTURE)
    yield "Others", [(f"{action.value}:", action.label) for action in plain]


def starts() -> Iterator[tuple[str, str]]:
    """Where a deal can begin: pipelines, and stages of them that are no end."""
    yield "", "As its form says, else in the first pipeline"
    stages = Stage.objects.in_use().filter(kind=StageKind.OPEN)
    found: dict[Any, list[Stage]] = {}
    for stage in stages:
        found.setdefault(stage.pipeline_id, []).append(stage)
    for pipeline in Pipeline.objects.in_use():
        yield f"{pipeline.pk}:", pipeline.name
        for stage in found.get(pipeline.pk, [])[1:]:
            yield f"{pipeline.pk}:{stage.pk}", f"{pipeline.name}, {stage.name}"


class PolicyForm(forms.Form):
    """What happens while nobody works, and what a lead of each tier is estimated at."""

    closed = forms.ChoiceField(
        choices=Closed.choices,
        label="While nobody who could take it works, a lead",
        help_text="Nobody gets a lead out of hours while somebody else could.",
    )

    def __init__(self, version: RoutingVersion, data: Any = None) -> None:
        efforts = {f"effort-{tier}": minutes for tier, minutes in version.effort.items()}
        super().__init__(data, label_suffix="", initial={"closed": version.closed} | efforts)
        for tier, words in TIERS:
            self.fields[f"effort-{tier}"] = forms.IntegerField(min_value=0, max_value=480, label=f"{words}, minutes")

    def columns(self) -> dict[str, Any]:
        said = self.cleaned_data
        return {"closed": said["closed"], "effort": {tier: said[f"effort-{tier}"] for tier, _ in TIERS}}


class ReplayForm(forms.Form):
    days = forms.IntegerField(
        min_value=1,
        max_value=MOST_DAYS,
        initial=USUAL_DAYS,
        label="Days",
        widget=forms.NumberInput({"class": "input input-sm replay-days"}),
    )


class PreviewForm(forms.Form):
    """A lead that does not exist, by the facts that the rules look at; or one that does."""

    def __init__(self, version: RoutingVersion, known: Catalogue, data: Any = None) -> None:
        super().__init__(data, label_suffix="", prefix="lead")
        for name in facts_asked(version):
            if name in known and (name in FACTS or name in (*SCORES, "tier") or name.startswith("custom.")):
                self.fields[name] = _input(name, known)
        recent = Lead.objects.with_people().exclude(status__in=["spam", "merged"]).order_by("-captured_at", "-id")[:30]
        real = [(lead.public_id, f"{lead}, {lead.company}" if lead.company else str(lead)) for lead in recent]
        self.fields["real"] = forms.ChoiceField(
            choices=[("", "None, as above"), *real], required=False, label="Or a real lead"
        )

    def facts(self) -> dict[str, Any]:
        """What was said, as capture takes it."""
        said = {name: value for name, value in self.cleaned_data.items() if name != "real" and value}
        own = {name.removeprefix("custom."): said.pop(name) for name in list(said) if name.startswith("custom.")}
        return said | ({"custom": own} if own else {})


def facts_asked(version: RoutingVersion) -> list[str]:
    """The facts that conditions of a version look at, the usual ones first."""
    asked = {name for rule in rules_of(version) if rule.condition for name in asks_about(rule.condition)}
    return [*USUAL_FACTS, *sorted(asked - set(USUAL_FACTS))]


def _input(name: str, known: Catalogue) -> forms.Field:
    field = known[name]
    choices = COUNTRIES if name == "country" else field.choices
    if choices:
        return forms.ChoiceField(choices=[("", "Not known"), *choices], required=False, label=field.label)
    widget = forms.TextInput({"inputmode": "numeric"} if field.type == Type.NUMBER else {})
    return forms.CharField(required=False, max_length=200, label=field.label, widget=widget)
