"""What prospects reach from a mail: its links, and the page behind “No more mails from us”.

There a GET changes nothing; one POST does, without a session (RFC 8058).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from followups import links, opting_out
from leads.models import Contact
from tenancy.models import Account
from tenancy.scope import scope


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def subscription(request: Any, token: str) -> HttpResponse:
    """GET shows how things stand; POST ends all automatic mail to the person."""
    with _person(token) as contact:
        if request.method == "POST":
            opting_out.unsubscribe(contact)
            contact.refresh_from_db()
        context = {"account": contact.account, "contact": contact, "token": token}
        return render(request, "followups/unsubscribe.html", context)


@csrf_exempt
@require_POST
def resubscription(request: Any, token: str) -> HttpResponse:
    """Take it back."""
    with _person(token) as contact:
        opting_out.resubscribe(contact)
    return redirect("unsubscribe", token)


@require_safe
def mail_link(request: Any, token: str) -> HttpResponse:
    """On to where the link of the mail led; noted, unless a program only asks whether it is there. The trap leads
    nowhere."""
    try:
        agent = request.headers.get("User-Agent", "")
        target = links.follow(token, agent, asks_only=request.method == "HEAD")
    except links.NoSuchLink:
        raise Http404 from None
    response = HttpResponseRedirect(target) if target else HttpResponse(status=204)
    response["Cache-Control"] = "no-store"
    response["X-Robots-Tag"] = "noindex"
    return response


@contextmanager
def _person(token: str) -> Iterator[Contact]:
    """The contact behind a token, inside the scope of its account. Http404 for a token that we did not sign."""
    try:
        account_id, contact_id = opting_out.behind(token)
        account = Account.objects.get(pk=account_id)
    except (ValueError, Account.DoesNotExist):
        raise Http404 from None
    with scope(account):
        contact = Contact.objects.filter(pk=contact_id).first()
        if contact is None:
            raise Http404
        yield contact
