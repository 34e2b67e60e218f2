"""Comments, documents, following, undo and the history of fields, on the lead page."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.permissions import allow
from accounts.roles import Function
from leads.history import history
from leads.undoing import CannotUndo, last_change, undo
from pipeline.comments import change_comment, may_change, remove_comment
from pipeline.desk_forms import CommentForm, Desk, FileForm
from pipeline.desk_pages import settled
from pipeline.files import NotReady, attach_file, change_file, download, or_no_file, remove_file
from pipeline.following import follow, unfollow
from pipeline.lead_deeds import told
from pipeline.lead_page import seen_lead, the_lead
from pipeline.models import Comment, File
from tenancy.filestore import StoreAway
from tenancy.models import get_or_404

KEPT_LEAD = "Nothing of yours to undo here in the last day."


@require_http_methods(["GET", "POST"])
@allow(Function.WORK_LEADS)
def comment(request: Any, comment_id: str) -> HttpResponse:
    """One's own comment, to edit or delete."""
    found: Comment = get_or_404(Comment, comment_id)
    if not may_change(found, request.member, request.by):
        raise PermissionDenied("Only its author may change a comment.")
    form = CommentForm(request.POST or None, initial={"body": found.body})
    words = ("Edit the comment", "Comment edited.", "Comment deleted.")
    save = lambda said: change_comment(found, said["body"], by=request.by)  # noqa: E731
    remove = partial(remove_comment, found, by=request.by)
    return settled(request, the_lead(found.lead.public_id), form, words, save, remove=remove)


@require_POST
@allow(Function.SEE_LEADS)
def following(request: Any, lead_id: str) -> HttpResponse:
    """Follow, or no more."""
    lead = the_lead(lead_id)
    if request.POST.get("act") == "end":
        unfollow(lead, request.member)
        return told(request, HttpResponse(), lead, f"You don’t follow {lead} any more.")
    follow(lead, request.member)
    return told(request, HttpResponse(), lead, f"You follow {lead}: you hear of moves, meetings and comments.")


@require_http_methods(["GET", "POST"])
@allow(Function.WORK_LEADS)
def files(request: Any, lead_id: str) -> HttpResponse:
    """The dialog “Attach a document”."""
    lead = the_lead(lead_id)
    form = FileForm(request.POST or None, request.FILES or None)

    def save(said: dict[str, Any]) -> None:
        with or_no_file():
            attach_file(lead, said["file"], kind=said["kind"], by=request.by)

    return settled(request, lead, form, ("Attach a document", "Document attached.", ""), save)


@require_GET
@allow(Function.SEE_LEADS)
def file(request: Any, file_id: str) -> HttpResponseBase:
    """The document, as an attachment."""
    found: File = get_or_404(File, file_id)
    try:
        return download(found)
    except NotReady as reason:
        return HttpResponse(f"{reason}.", status=409, content_type="text/plain; charset=utf-8")
    except StoreAway as away:
        return HttpResponse(" ".join(away.messages), status=503, content_type="text/plain; charset=utf-8")
    except FileNotFoundError:
        raise Http404 from None


class KindForm(Desk):
    kind = FileForm.base_fields["kind"]


@require_http_methods(["GET", "POST"])
@allow(Function.WORK_LEADS)
def file_kind(request: Any, file_id: str) -> HttpResponse:
    """What kind of document it is, or its end."""
    found: File = get_or_404(File, file_id)
    form = KindForm(request.POST or None, initial={"kind": found.kind})
    words = ("Change the document", f"Changed: {found.name}", f"Removed: {found.name}")
    save = lambda said: change_file(found, said["kind"], by=request.by)  # noqa: E731
    remove = partial(remove_file, found, by=request.by)
    return settled(request, the_lead(found.lead.public_id), form, words, save, remove=remove)


@require_POST
@allow(Function.WORK_LEADS)
def undo_on_lead(request: Any, lead_id: str) -> HttpResponse:
    """Take back one's own last change to this lead."""
    return _undone(request, the_lead(lead_id))


@require_POST
@allow(Function.WORK_LEADS)
def undo_anywhere(request: Any) -> HttpResponse:
    """Take back what one did last, within ten minutes."""
    return _undone(request, None)


def _undone(request: Any, lead: Any) -> HttpResponse:
    event = last_change(request.by, lead.pk if lead else None)
    if lead is None and event and event.lead_id:
        lead = seen_lead(event.lead_id)
        event = event if lead else None  # it went to another team meanwhile
    try:
        words = f"Undone: {undo(event, by=request.by)}" if event else KEPT_LEAD
    except (CannotUndo, ValidationError) as refusal:
        words = str(refusal)
    return told(request, HttpResponse(), lead, words)


@require_GET
@allow(Function.SEE_LEADS)
def changes(request: Any, lead_id: str) -> HttpResponse:
    """The dialog “History”: every field's values, newest first, or one field's."""
    lead = the_lead(lead_id)
    return render(request, "pipeline/history.html", {"lead": lead, **history(lead, request.GET.get("fact", ""))})
