"""Search or do: leads and pages by what somebody types."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render

from accounts.permissions import allow
from accounts.roles import Function
from leads.models import Lead
from leads.searching import by_words
from workspace.frame import Page, pages

MOST = 8


@allow(Function.SEE_LEADS)
def search(request: Any) -> HttpResponse:
    """The results for `q` as options of the palette's list."""
    words = " ".join(request.GET.get("q", "").replace("\x00", "").split())[:100]
    found = find_leads(words) if len(words) > 1 else []
    context = {"words": words, "leads": found, "pages": find_pages(request, words)}
    return render(request, "workspace/search.html", context)


def find_leads(words: str) -> list[Lead]:
    """The newest leads whose name, company or address contains `words`."""
    ids = by_words(words, MOST)
    return list(Lead.objects.in_sight().filter(pk__in=ids).with_people().order_by("-captured_at", "-id"))


def find_pages(request: Any, words: str) -> list[Page]:
    found = pages(request.path, request.member)
    return [page for page in found if words.lower() in page.name.lower()]
