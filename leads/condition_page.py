"""The condition builder between two deeds: a form sends what it holds, and gets its rows back. Nothing is saved."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

from accounts.permissions import allow
from accounts.roles import Function
from leads.catalogue import Catalogue, catalogue
from leads.conditions import builder
from leads.suggesting import suggested_values

ROOT = "when"


@require_POST
@allow(Function.MANAGE_ACCOUNT)
def condition_rows(request: Any) -> HttpResponse:
    """The rows after `act`, or with the operators that fit a fact just chosen."""
    known = catalogue()
    tree = builder.changed(builder.read(request.POST, ROOT, known), request.POST.get("act", ""), ROOT)
    offered = set(request.POST.get("facts", "").split()) or set(known)
    context = builder_context(tree, {name: field for name, field in known.items() if name in offered})
    return render(request, "leads/condition.html", context)


def tree_said(said: Any, known: Catalogue, kept: Any) -> Any:
    """The condition as a form holds it, after a deed on its rows; as it is kept where nothing was sent."""
    if not said:
        return kept
    return builder.changed(builder.read(said, ROOT, known), str(said.get("act", "")), ROOT)


def builder_context(tree: Any, known: Catalogue, *, checked: bool = False) -> dict[str, Any]:
    """What `leads/condition.html` takes: the facts to choose from, and the rows of `tree`."""
    facts = sorted(((name, field.label) for name, field in known.items()), key=lambda pair: pair[1])
    node = builder.shown(tree or {}, known, ROOT, suggested_values(), checked=checked)
    return {"condition": node, "facts": facts, "facts_offered": " ".join(sorted(known))}
