"""Mailboxes that are looked into."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST

from accounts.permissions import allow
from accounts.roles import Function
from leads.inbound.mailboxes import by_name, mailbox_named, unwatch, watch
from leads.inbound.vouching import secret_word
from leads.models import Mailbox
from tenancy.forms import TenantForm
from tenancy.models import get_or_404
from workspace.settings.inlets import CHECKED_BY
from workspace.settings.shell import show


class MailboxForm(TenantForm):
    every_minutes = forms.IntegerField(min_value=1, max_value=1440, initial=2, label="Look every … minutes")
    port = forms.IntegerField(min_value=1, max_value=65_535, initial=993)

    class Meta:
        model = Mailbox
        fields = ("host", "port", "tls", "username", "password", "folder", "source", "every_minutes", "verified_by")
        labels = {
            "host": "IMAP server",
            "tls": "Encrypted from the start (TLS)",
            "username": "User name",
            "verified_by": "Senders are checked by",
        }
        help_texts = {"verified_by": CHECKED_BY}
        widgets = {"password": forms.PasswordInput(attrs={"autocomplete": "off"})}


@allow(Function.MANAGE_CAPTURE)
@require_http_methods(["GET", "POST"])
def mailboxes(request: Any) -> HttpResponse:
    """The mailboxes, how the last look went, and a new one; one that is known goes on where it was left."""
    form = MailboxForm(request.POST or None, account=request.account, instance=mailbox_named(request.POST))
    form.instance.active, form.instance.problem = True, ""
    if request.method == "POST" and form.is_valid() and (mailbox := form.save()):
        watch(mailbox)
        messages.success(request, f"{mailbox} is looked into from now on.")
        return redirect("settings-mailboxes")
    return show(
        request, "mailboxes.html", {"form": form, "mailboxes": by_name(), "secret_word": secret_word(request.account)}
    )


@allow(Function.MANAGE_CAPTURE)
@require_POST
def withdrawal(request: Any, mailbox_id: str) -> HttpResponse:
    """Look no more."""
    mailbox = get_or_404(Mailbox, mailbox_id)
    unwatch(mailbox)
    messages.success(request, f"{mailbox} is left alone.")
    return redirect("settings-mailboxes")
