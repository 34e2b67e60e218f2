"""The review queue as a page: each pair side by side, fact by fact; what was merged lately, and its undoing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from accounts.permissions import allow
from accounts.roles import Function
from leads import duplicates
from leads.labels import fact_label, fact_words, spaced
from leads.merging import GONE, CannotMerge, merge, undo
from leads.merging.facts import CHOICES
from leads.models import CustomField, Lead, Merge, Status, Suspicion
from tenancy.ids import from_public
from tenancy.models import get_or_404

SHOWN = 20


@require_GET
@allow(Function.SEE_LEADS)
def queue(request: Any) -> HttpResponse:
    """Pairs that wait for an answer, of one lead if the address says which, and the latest merges."""
    waiting = _of_one(duplicates.open_suspicions(), request.GET.get("lead", ""))
    context = {
        "pairs": _pairs(waiting),
        "count": waiting.count(),
        "merges": duplicates.latest_merges(),
        "may": request.member.may(Function.WORK_LEADS),
    }
    return render(request, "leads/duplicates.html", context)


def _of_one(pairs: Any, lead_id: str) -> Any:
    try:
        found = from_public(Lead.PREFIX, lead_id)
    except ValueError:
        return pairs  # an old or mistyped link: all of them, rather than an error
    return pairs.filter(Q(first=found) | Q(second=found))


PEOPLE = tuple(
    f"{side}{path}" for side in ("first", "second") for path in ("__contact", "__company", "__source", "__owner")
)


def _pairs(waiting: Any) -> list[dict[str, Any]]:
    own = {f"custom.{key}": label for key, label in CustomField.objects.labels().items()}
    return [pair_of(suspicion, own) for suspicion in waiting.select_related(*PEOPLE)[:SHOWN]]


def pair_of(suspicion: Suspicion, own: Mapping[str, str]) -> dict[str, Any]:
    """What the page shows of a pair: the lead that is kept stands first, and of each fact, own ones (labels by name)
    too, both sides."""
    kept, other = in_order(suspicion)
    names = [*CHOICES, *own]
    sides = (_values(kept, names), _values(other, names))
    rows = [
        {"name": name, "label": own.get(name) or fact_label(name), "ours": sides[0][name], "theirs": sides[1][name]}
        for name in names
        if sides[0][name] or sides[1][name]
    ]
    return {
        "id": suspicion.public_id,
        "confidence": suspicion.confidence,
        "reasons": suspicion.reasons,
        "kept": kept,
        "other": other,
        "rows": rows,
    }


def in_order(suspicion: Suspicion) -> tuple[Lead, Lead]:
    """The lead that is kept and the one that goes into it: the open one, else the older."""
    pair = sorted((suspicion.first, suspicion.second), key=lambda lead: (lead.status != Status.OPEN, lead.captured_at))
    return pair[0], pair[1]


def _as_shown(suspicion: Suspicion, kept_id: str) -> tuple[Lead, Lead]:
    """The two as they stood on the page that was answered, whatever became of either meanwhile."""
    kept, other = in_order(suspicion)
    return (other, kept) if kept_id == other.public_id else (kept, other)


def _values(lead: Lead, names: Sequence[str]) -> dict[str, str]:
    facts = lead.facts
    words = {name: fact_words(facts.get(name)) for name in names} | {"owner": fact_words(lead.owner)}
    if facts.get("value"):
        words["value"] = f"{facts['value']:,.0f} {lead.currency}".strip()
    return words | {"phone": spaced(words["phone"])}


@require_POST
@allow(Function.WORK_LEADS)
def merged(request: Any, suspicion_id: str) -> HttpResponse:
    """One of them, into the one that `kept` names: `theirs` names the facts to take from the one that goes."""
    kept, other = _as_shown(get_or_404(Suspicion, suspicion_id), request.POST.get("kept", ""))
    own = [f"custom.{key}" for key in other.custom]
    take = [name for name in (*CHOICES, *own) if request.POST.get(name) == "theirs"]
    try:
        merge(other, kept, by=request.by, take=take)
    except CannotMerge as error:
        messages.error(request, str(error))
    else:
        messages.success(request, f"{other} and {kept} are one lead now.")
    return HttpResponseRedirect(reverse("duplicates"))


@require_POST
@allow(Function.WORK_LEADS)
def different(request: Any, suspicion_id: str) -> HttpResponse:
    """Two people: nobody is asked about this pair again."""
    pair: Suspicion = get_or_404(Suspicion, suspicion_id)
    if duplicates.tell_apart(pair) or pair.answer == "different":
        messages.success(request, "They stay two leads.")
    else:
        messages.error(request, "They are one lead by now. Undo that below if it is wrong.")
    return HttpResponseRedirect(reverse("duplicates"))


@require_POST
@allow(Function.WORK_LEADS)
def undone(request: Any, merge_id: str) -> HttpResponse:
    """Two leads again."""
    found: Merge = get_or_404(Merge, merge_id)
    if undo(found, by=request.by) or found.undone_at:
        messages.success(request, "They are two leads again.")
    else:
        messages.error(request, GONE)
    return HttpResponseRedirect(reverse("duplicates"))
