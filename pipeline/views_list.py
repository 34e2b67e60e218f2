"""The list of deals, as a page and as a spreadsheet; which columns it has."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from accounts.models import Member
from accounts.permissions import allow
from accounts.roles import Function
from pipeline.board import Board, all_stages, stages_of
from pipeline.board_head import head
from pipeline.deal_columns import BY_NAME
from pipeline.deal_list import Listing, as_table
from pipeline.models import Layout
from pipeline.tabs import address
from pipeline.views import query_of_page
from tenancy.csvfile import download
from tenancy.paging import BadCursor


@require_GET
@allow(Function.SEE_LEADS)
def deals(request: Any) -> HttpResponse:
    """The open deals of the same filter as the board, in pages."""
    stages = all_stages()
    if not stages:
        return render(request, "pipeline/no_pipeline.html")
    shown = _board(request, stages)
    try:
        listing = Listing.of(shown, request.GET, _columns(request.member))
    except BadCursor:
        return HttpResponseRedirect(address(Layout.LIST, shown.asked.query))
    return render(request, "pipeline/deals.html", head(shown, stages, request.member, Layout.LIST) | listing.context())


@require_GET
@allow(Function.SEE_LEADS)
def spreadsheet(request: Any) -> Any:
    """All of them as CSV, with the columns that the reader has chosen."""
    stages = all_stages()
    if not stages:
        return redirect("board")
    rows = as_table(_board(request, stages), request.GET.dict(), _columns(request.member))
    return download("deals", rows)


@require_POST
@allow(Function.SEE_LEADS)
def columns(request: Any) -> HttpResponse:
    """Remember which columns this person wants; the list comes again."""
    chosen = [name for name in request.POST.getlist("column") if name in BY_NAME]
    request.member.get_used_to("board", columns=chosen)
    url = address(Layout.LIST, query_of_page(request))
    return HttpResponse(headers={"HX-Redirect": url}) if request.htmx else redirect(url)


def _columns(member: Member) -> list[str]:
    return list(member.habits.get("board", {}).get("columns", ()))


def _board(request: Any, stages: Any) -> Board:
    return Board(stages_of(request.GET.get("pipeline", ""), stages), request.member, request.GET, views=True)
