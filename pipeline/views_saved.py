"""Saved views of the board: keep one, change one, give one up. Dialogs over the board."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.permissions import allow
from accounts.roles import Function
from pipeline.filters import asked
from pipeline.models import BoardView, Layout
from pipeline.tabs import url_of
from pipeline.views import query_of_page
from tenancy import clock
from tenancy.models import get_or_404

MOST = 8  # in the sidebar; the board has tabs for all
TAKEN = "You have a view of that name already. Choose another one."


class ViewForm(forms.Form):
    """A view's name, who sees it, and whether one's day begins with it."""

    name = forms.CharField(max_length=60, label="Name", widget=forms.TextInput(attrs={"class": "input"}))
    shared = forms.BooleanField(required=False, label="Everybody here sees it")
    first = forms.BooleanField(required=False, label="The board opens with it, for me")
    anew = forms.BooleanField(required=False, label="Take the filters as they are now")

    def __init__(self, *args: Any, others: Any, owned: bool = True, saved: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.others = others
        if not owned:
            for name in ("name", "shared", "anew"):
                del self.fields[name]
        elif not saved:
            del self.fields["anew"]

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        if "\x00" in name or self.others.filter(name=name).exists():
            raise forms.ValidationError(TAKEN)
        return name


@require_GET
@allow(Function.SEE_LEADS)
def saved(request: Any) -> HttpResponse:
    """The saved views in the sidebar; nothing for who has none."""
    found = [(view.name, url_of(view)) for view in BoardView.first_few(request.member, MOST)]
    return render(request, "pipeline/saved_views.html", {"views": found}) if found else HttpResponse()


@require_http_methods(["GET", "POST"])
@allow(Function.SEE_LEADS)
def views(request: Any) -> HttpResponse:
    """The dialog "Save this view"; a POST saves what the page behind it shows, and goes there."""
    form = ViewForm(request.POST or None, others=BoardView.of(request.member))
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        kept = BoardView.save_for(request.member, name=said["name"], shared=said["shared"], **_shown(request))
        if said["first"]:
            request.member.get_used_to("board", first=kept.public_id)
        return _go(request, url_of(kept))
    return _dialog(request, form, "Save this view", reverse("board-views"))


@require_http_methods(["GET", "POST"])
@allow(Function.SEE_LEADS)
def view(request: Any, view_id: str) -> HttpResponse:
    """The dialog of one view; what isn't one's own can only be begun with."""
    found = _seen(request, view_id)
    owned = _may_edit(request, found)
    first = request.member.habits.get("board", {}).get("first") == view_id
    form = ViewForm(
        request.POST or None,
        others=BoardView.of(found.member).exclude(pk=found.pk),
        owned=owned,
        saved=True,
        initial={"name": found.name, "shared": found.shared, "first": first},
    )
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        if owned:
            changes = {"name": said["name"], "shared": said["shared"]} | (_shown(request) if said["anew"] else {})
            found.change(**changes)
        if said["first"] != first:
            request.member.get_used_to("board", first=view_id if said["first"] else "")
        return _go(request, url_of(found))
    return _dialog(request, form, found.name, reverse("board-view", args=[view_id]), found if owned else None)


@require_POST
@allow(Function.SEE_LEADS)
def view_deletion(request: Any, view_id: str) -> HttpResponse:
    """Give a view up; the deals stay where they are."""
    found = _seen(request, view_id)
    if not _may_edit(request, found):
        raise PermissionDenied("This view is somebody else’s. They, or an admin, can delete it.")
    found.delete()
    return _go(request, f"{reverse('board')}?view=all")


def _shown(request: Any) -> dict[str, Any]:
    """What the page behind the dialog shows."""
    query = asked(query_of_page(request), request.member, clock.now()).query
    query.pop("saved", None)
    on_list = urlsplit(request.htmx.current_url or "").path.endswith("/list/") if request.htmx else False
    return {"query": query, "layout": Layout.LIST if on_list else Layout.BOARD}


def _seen(request: Any, view_id: str) -> BoardView:
    found: BoardView = get_or_404(BoardView, view_id)
    if not (found.shared or _may_edit(request, found)):
        raise Http404
    return found


def _may_edit(request: Any, found: BoardView) -> bool:
    owned: bool = found.member_id == request.member.pk
    return owned or (found.shared and request.member.may(Function.MANAGE_ACCOUNT))


def _dialog(request: Any, form: ViewForm, title: str, action: str, deletes: BoardView | None = None) -> HttpResponse:
    context = {"form": form, "title": title, "action": action, "deletes": deletes}
    return render(request, "pipeline/board_view.html", context, status=422 if request.method == "POST" else 200)


def _go(request: Any, url: str) -> HttpResponse:
    return HttpResponse(headers={"HX-Redirect": url}) if request.htmx else redirect(url)
