"""What is promised to which leads: the policies in their order, and one of them with its condition and ladder."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.permissions import allow
from accounts.roles import Function
from leads.catalogue import Catalogue, catalogue
from leads.condition_page import ROOT, builder_context
from leads.conditions import InvalidCondition, asks_about, builder, sentence, validate
from routing import ladder, policies
from routing.models import Clock, SlaPolicy
from routing.policies import LONGEST_MINUTES, LONGEST_PAUSE, due_words, usual_name
from tenancy.models import get_or_404
from workspace.settings.shell import show

WAYS = {"up": -1, "down": 1}
TIMES = {0.5: "at half the time", 0.75: "at three quarters", 0.9: "at nine tenths", 1: "when it is due"}
TIMES |= {1.5: "after half as much again", 2: "after twice the time", 3: "after three times the time"}
TIMES |= {4: "after four times the time", 5: "after five times the time", 6: "after six times the time"}
EMPTY_RUNGS = 2  # to fill in, below those that are there
END_OF_DAY = "end_of_day"


class PolicyForm(forms.Form):
    """A policy but for its condition, which the builder holds; `rungs` are the rows of its ladder."""

    name = forms.CharField(max_length=80, required=False, help_text="Empty: made of the two below.")
    clock = forms.ChoiceField(choices=Clock.choices, label="What is promised")
    due = forms.ChoiceField(
        choices=[("minutes", "Within so many minutes"), (END_OF_DAY, "By the end of the working day")]
    )
    minutes = forms.IntegerField(
        min_value=1,
        max_value=LONGEST_MINUTES,
        required=False,
        help_text="Of working time; a working day has 480.",
    )
    warn_at = forms.IntegerField(min_value=5, max_value=99, label="At risk from", help_text="Percent of the time.")
    pause_days = forms.IntegerField(
        min_value=0, max_value=LONGEST_PAUSE, label="May wait", help_text="Working days for the customer, in all."
    )

    def __init__(self, data: Any = None, *, policy: SlaPolicy) -> None:
        super().__init__(data, initial=_initial(policy))
        self.label_suffix = ""
        rungs = policy.ladder
        self.count = min(ladder.MOST_RUNGS, len(rungs) + EMPTY_RUNGS)
        for number in range(self.count):
            rung = rungs[number] if number < len(rungs) else {"at": "", "do": ""}
            self._rung(number, rung)

    def _rung(self, number: int, rung: dict[str, Any]) -> None:
        known = TIMES if rung["at"] in ("", *TIMES) else TIMES | {rung["at"]: f"after {rung['at']:g} times the time"}
        times = [("", "Never"), *((f"{at:g}", words) for at, words in sorted(known.items()))]
        at = f"{rung['at']:g}" if rung["at"] != "" else ""
        acts = [("", "Nothing"), *ladder.ACTS.items()]
        for part, choices, initial in (("do", acts, rung["do"]), ("at", times, at)):
            small = forms.Select({"class": "select select-sm"})
            field = forms.ChoiceField(choices=choices, required=False, initial=initial, widget=small)
            self.fields[f"rung-{number}-{part}"] = field

    @property
    def plain(self) -> list[Any]:
        return [self[name] for name in self.fields if not name.startswith("rung-")]

    @property
    def rungs(self) -> list[tuple[Any, Any]]:
        return [(self[f"rung-{number}-do"], self[f"rung-{number}-at"]) for number in range(self.count)]

    def clean(self) -> dict[str, Any]:
        said: dict[str, Any] = self.cleaned_data
        if said.get("due") == "minutes" and not said.get("minutes") and "minutes" not in self.errors:
            self.add_error("minutes", "How many?")
        pairs = [(said.get(f"rung-{number}-do"), said.get(f"rung-{number}-at")) for number in range(self.count)]
        said["ladder"] = sorted(({"at": float(at), "do": do} for do, at in pairs if do and at), key=_at)
        for _, words in ladder.flaws(said["ladder"]):
            self.add_error(None, words)
        return said

    def apply(self, policy: SlaPolicy, condition: Any) -> SlaPolicy:
        """Write what was filled in onto a policy, unsaved."""
        said = self.cleaned_data
        policy.clock, policy.condition, policy.ladder = said["clock"], condition, said["ladder"]
        policy.due_minutes = None if said["due"] == END_OF_DAY else said["minutes"]
        policy.warn_at, policy.pause_days = said["warn_at"] / 100, said["pause_days"]
        policy.name = said["name"] or usual_name(policy)
        return policy


def _at(rung: dict[str, Any]) -> float:
    return float(rung["at"])


def _initial(policy: SlaPolicy) -> dict[str, Any]:
    return {
        "name": policy.name,
        "clock": policy.clock,
        "due": "minutes" if policy.due_minutes else END_OF_DAY,
        "minutes": policy.due_minutes,
        "warn_at": round(policy.warn_at * 100),
        "pause_days": policy.pause_days,
    }


@require_GET
@allow(Function.MANAGE_ACCOUNT)
def promises(request: Any) -> HttpResponse:
    """The policies in order, and those that are retired."""
    known = catalogue()
    lines = [line(policy, known) for policy in policies.in_order()]
    context = {"lines": lines, "retired": policies.retired()}
    return show(request, "promises.html", context)


def line(policy: SlaPolicy, known: Catalogue) -> dict[str, Any]:
    """A policy in sentences."""
    to = sentence(policy.condition, known) if policy.condition else "Every lead"
    return {
        "policy": policy,
        "promise": f"{policy.get_clock_display()} {due_words(policy.due_minutes)}",
        "to": to,
        "ladder": [f"{ladder.ACTS[rung['do']]} {_when(rung['at'])}" for rung in policy.ladder],
    }


def _when(at: float) -> str:
    return TIMES.get(at, f"after {at:g} times the time")


@require_http_methods(["GET", "POST"])
@allow(Function.MANAGE_ACCOUNT)
def new_promise(request: Any) -> HttpResponse:
    """A policy that is not there yet."""
    return _page(request, SlaPolicy(due_minutes=60))


@require_http_methods(["GET", "POST"])
@allow(Function.MANAGE_ACCOUNT)
def promise(request: Any, policy_id: str) -> HttpResponse:
    """One policy."""
    return _page(request, get_or_404(SlaPolicy, policy_id))


def _page(request: Any, policy: SlaPolicy) -> HttpResponse:
    known, said = catalogue(), request.POST
    form = PolicyForm(said or None, policy=policy)
    tree = builder.changed(builder.read(said, ROOT, known), said.get("act", ""), ROOT) if said else policy.condition
    sent = request.method == "POST" and not said.get("act")
    condition = tree if tree and asks_about(tree) - {""} else None
    if sent and form.is_valid() and _fits(condition, known):
        saved = policies.put(form.apply(policy, condition), by=request.by)
        messages.success(request, f"“{saved.name}” holds for promises made from now on.")
        return redirect("settings-promises")
    context = {"form": form, "policy": policy, "title": policy.name or "New promise"}
    context |= builder_context(tree, known, checked=sent and condition is not None)
    return show(request, "promise.html", context, status=422 if sent else 200)


def _fits(condition: Any, known: Catalogue) -> bool:
    try:
        if condition is not None:
            validate(condition, known)
    except InvalidCondition:
        return False
    return True


@require_POST
@allow(Function.MANAGE_ACCOUNT)
def place(request: Any, policy_id: str) -> HttpResponse:
    """One place up or down."""
    found: SlaPolicy = get_or_404(SlaPolicy, policy_id)
    way = WAYS.get(str(request.POST.get("way")), 0)
    here = [one.pk for one in policies.in_order()].index(found.pk) + 1 if found.retired_at is None else 0
    if here and way:
        policies.put_at(found, max(1, here + way), by=request.by)
    return redirect("settings-promises")


@require_POST
@allow(Function.MANAGE_ACCOUNT)
def retirement(request: Any, policy_id: str) -> HttpResponse:
    """Promise it to nobody else."""
    found: SlaPolicy = get_or_404(SlaPolicy, policy_id)
    policies.retire(found, by=request.by)
    messages.success(request, f"“{found.name}” is promised to nobody else. What it promised runs on.")
    return redirect("settings-promises")


@require_POST
@allow(Function.MANAGE_ACCOUNT)
def return_(request: Any, policy_id: str) -> HttpResponse:
    """Promise it again."""
    found: SlaPolicy = get_or_404(SlaPolicy, policy_id)
    policies.bring_back(found, by=request.by)
    messages.success(request, f"“{found.name}” is promised again.")
    return redirect("settings-promises")
