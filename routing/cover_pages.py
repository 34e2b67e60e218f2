"""Who acts for whom while they are away: planned by the member, or for them by a manager; and the digest afterwards."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.models import Member
from accounts.permissions import allow
from accounts.roles import Function
from routing import covering
from routing.digest import digest
from routing.models import Cover
from routing.passing import MemberChoice, possible_owners
from tenancy.models import get_or_404


class CoverForm(forms.Form):
    """Whose leads, who acts, and on which days; a rep plans the own absence only."""

    member = MemberChoice(None, label="Away", empty_label=None)
    acting = MemberChoice(None, label="Acts for them", empty_label="Choose somebody")
    first_day = forms.DateField(label="From", widget=forms.DateInput({"type": "date"}))
    last_day = forms.DateField(label="Until", widget=forms.DateInput({"type": "date"}), help_text="The last day away.")

    def __init__(self, data: Any = None, *, me: Member) -> None:
        super().__init__(data, initial={"member": me})
        self.label_suffix = ""
        everybody = possible_owners()
        self.fields["member"].queryset = everybody if me.may(Function.REASSIGN) else everybody.filter(pk=me.pk)  # type: ignore[attr-defined]
        self.fields["acting"].queryset = everybody  # type: ignore[attr-defined]


@require_http_methods(["GET", "POST"])
@allow(Function.WORK_LEADS)
def covers(request: Any) -> HttpResponse:
    """The covers that concern this member (a manager: all), and a new one."""
    form = CoverForm(request.POST or None, me=request.member)
    if request.method == "POST" and form.is_valid():
        try:
            cover = covering.plan(**form.cleaned_data, by=request.by)
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            messages.success(request, f"{cover.acting.name} acts for {cover.member.name}. It ends by itself.")
            return redirect("covers")
    rows = covering.covers_seen_by(request.member)
    status = 422 if request.method == "POST" else 200
    return render(request, "routing/covers.html", {"form": form, **rows}, status=status)


@require_GET
@allow(Function.WORK_LEADS)
def cover(request: Any, cover_id: str) -> HttpResponse:
    """The digest: what became of the leads."""
    return render(request, "routing/cover.html", {"digest": digest(_mine(request, cover_id))})


@require_POST
@allow(Function.WORK_LEADS)
def ending(request: Any, cover_id: str) -> HttpResponse:
    """Back early, or not going at all."""
    found = _mine(request, cover_id)
    covering.end(found, by=request.by)
    messages.success(request, f"{found.member.name} is back, and so are their leads.")
    return redirect("cover", found.public_id)


def _mine(request: Any, cover_id: str) -> Cover:
    found: Cover = get_or_404(Cover, cover_id)
    if not covering.may_see(request.member, found):
        raise PermissionDenied("This is between the two of them and their managers.")
    return found
