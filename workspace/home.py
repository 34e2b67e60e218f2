"""Where a person lands: in the only account, or before a choice of them."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render

from accounts.permissions import allow
from accounts.roles import Function
from tenancy import door
from workspace.frame import pages


@login_required
def home(request: Any) -> HttpResponse:
    """/ : to the account of whoever has just one; the list of several."""
    accounts = door.accounts_of_user(request.user.pk)
    if len(accounts) == 1 and "choose" not in request.GET:
        return redirect(f"/{accounts[0].slug}/")
    links = [(account, f"/{account.slug}/") for account in accounts]
    return render(request, "workspace/accounts.html", {"accounts": links})


@allow(Function.SEE_LEADS)
def start(request: Any) -> HttpResponse:
    """/<slug>/ : to the first page this member has."""
    return redirect(pages(request.path, request.member)[0].url)
