"""Pages of imports: upload, match and check, watch, report."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.permissions import allow
from accounts.roles import Function
from leads.imports import starting
from leads.imports.finding import source_named, the_import
from leads.imports.matching import WrongMapping
from leads.imports.page import list_context, page_context
from leads.imports.rejects import rejected
from leads.imports.spreadsheet import BadFile
from leads.imports.starting import NotNow
from leads.models import Import, ImportState
from tenancy.csvfile import download
from tenancy.filestore import StoreAway


@require_http_methods(["GET", "HEAD", "POST"])
@allow(Function.MANAGE_CAPTURE)
def imports(request: Any) -> HttpResponse:
    """The list; a POST uploads a file."""
    error = ""
    if request.method == "POST":
        try:
            if "file" not in request.FILES:
                raise BadFile("Choose a file first.")
            return redirect("import", starting.receive(request.FILES["file"], by=request.by).public_id)
        except BadFile as refusal:
            error = str(refusal)
        except StoreAway as away:
            error = " ".join(away.messages)
    return render(request, "leads/imports.html", {**list_context(), "error": error}, status=422 if error else 200)


@require_GET
@allow(Function.MANAGE_CAPTURE)
def one_import(request: Any, import_id: str) -> HttpResponse:
    batch = the_import(import_id)
    return render(request, "leads/import.html", page_context(batch, request.GET.get("show", "")))


@require_GET
@allow(Function.MANAGE_CAPTURE)
def progress(request: Any, import_id: str) -> HttpResponse:
    """The bar, asked for every second; once it is over the page shows what comes next."""
    batch = the_import(import_id)
    answer = render(request, "leads/import.html#progress", page_context(batch))
    if not batch.is_under_way:
        answer["HX-Refresh"] = "true"
    return answer


@require_POST
@allow(Function.MANAGE_CAPTURE)
def mapping(request: Any, import_id: str) -> HttpResponse:
    """What each column is, and what counts for every row."""
    batch, said = the_import(import_id), request.POST
    wanted = {header: said.get(f"column-{at}", "") for at, header in enumerate(batch.headers) if f"column-{at}" in said}
    try:
        starting.settle(
            batch, wanted, source=source_named(said.get("source", "")), consent=said.get("consent", ""),
            history="history" in said,
        )  # fmt: skip
    except (WrongMapping, NotNow) as error:
        messages.error(request, str(error))
    return _back(batch)


@require_POST
@allow(Function.MANAGE_CAPTURE)
def cells(request: Any, import_id: str) -> HttpResponse:
    """Corrected cells of one row."""
    batch, said = the_import(import_id), request.POST
    found = {name.removeprefix("cell-"): value for name, value in said.items() if name.startswith("cell-")}
    try:
        starting.edit_row(batch, said.get("row", ""), found)
    except (WrongMapping, NotNow) as error:
        messages.error(request, str(error))
    return _back(batch)


def _deed(verb: Callable[[Import], None]) -> Any:
    """The page of a button: do it, or say why not, and go back to the import."""

    @require_POST
    @allow(Function.MANAGE_CAPTURE)
    def view(request: Any, import_id: str) -> HttpResponse:
        batch = the_import(import_id)
        try:
            verb(batch)
        except NotNow as error:
            messages.error(request, str(error))
        return _back(batch)

    return view


run = _deed(starting.start)
pause = _deed(starting.pause)
stop = _deed(starting.stop)
undo = _deed(starting.undo)


@require_GET
@allow(Function.MANAGE_CAPTURE)
def rejects(request: Any, import_id: str) -> StreamingHttpResponse:
    batch = the_import(import_id)
    return download(f"rejected-{batch.public_id}", rejected(batch))


def _back(batch: Import) -> HttpResponseRedirect:
    if batch.state == ImportState.UNDONE and batch.started_at is None:
        return redirect("imports")
    return redirect("import", batch.public_id)
