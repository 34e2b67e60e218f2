"""Pages for admins: everything about a person as an archive, and erasing him or her, confirmed by name."""

from __future__ import annotations

from typing import Any

from django.http import FileResponse, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from accounts.permissions import allow
from accounts.roles import Function
from leads.models import Contact
from leads.names import fold
from leads.people import leads_of
from leads.privacy.erasure import erase
from leads.privacy.export import archive_of
from tenancy.filestore import StoreAway
from tenancy.models import get_or_404


@require_POST
@allow(Function.MANAGE_PRIVACY)
def export(request: Any, contact_id: str) -> HttpResponseBase:
    """A ZIP archive; a POST, because the timeline tells that it was made."""
    found: Contact = get_or_404(Contact, contact_id)
    try:
        archive = archive_of(found, by=request.by)
    except StoreAway as away:
        return HttpResponse(" ".join(away.messages), status=503, content_type="text/plain; charset=utf-8")
    response = FileResponse(archive, as_attachment=True, filename=f"{found.public_id}.zip")
    response["Cache-Control"] = "no-store"  # no copy of it stays in a browser's cache once the person is erased
    return response


@require_http_methods(["GET", "POST"])
@allow(Function.MANAGE_PRIVACY)
def erasure(request: Any, contact_id: str) -> HttpResponse:
    """What will go and what will stay; done once the name was typed."""
    found: Contact = get_or_404(Contact, contact_id)
    there = HttpResponseRedirect(reverse("contact", args=[found.public_id]))
    if found.erased_at:
        return there
    typed = request.POST.get("name", "")
    if request.method == "POST" and fold(typed) == fold(str(found)):
        erase(found, by=request.by)
        return there
    context = {
        "contact": found,
        "open": leads_of(contact=found, status="open"),
        "typed": typed,
        "error": f"Type “{found}” to confirm." if request.method == "POST" else "",
    }
    return render(request, "leads/erasure.html", context, status=422 if request.method == "POST" else 200)
