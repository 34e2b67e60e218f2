from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from smtplib import SMTPException
from typing import Any

from allauth.account.forms import ResetPasswordForm
from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import get_urlconf, set_urlconf
from django.views.decorators.http import require_http_methods, require_POST

from accounts.middleware import script_prefix
from accounts.models import Member, Team
from accounts.permissions import allow
from accounts.roles import Function, Role
from routing.departing import preview, still_moving
from routing.passing import MemberChoice, possible_owners
from tenancy.models import get_or_404
from workspace.members import add_member, change_role, change_team, deactivate
from workspace.settings.shell import show


class NewMember(forms.Form):
    name = forms.CharField(max_length=120)
    email = forms.EmailField(label="Work e-mail", help_text="A link to choose a password goes there.")
    role = forms.ChoiceField(choices=Role.choices)
    team = forms.CharField(
        max_length=80,
        required=False,
        widget=forms.TextInput({"list": "teams"}),
        help_text="One of yours, or the name of a new one. Who sees a lead is set under General.",
    )


class Departure(forms.Form):
    """Who takes over the open leads of somebody who leaves; nobody chosen: whomever the rules choose, lead by lead."""

    to = MemberChoice(None, label="Their open leads go to", required=False, empty_label="Whoever the rules choose")

    def __init__(self, data: Any = None, *, member: Member) -> None:
        super().__init__(data)
        self.fields["to"].queryset = possible_owners().exclude(pk=member.pk)  # type: ignore[attr-defined]


class PartForm(forms.Form):
    """A member's part: role and team."""

    role = forms.ChoiceField(choices=Role.choices)
    team = forms.CharField(max_length=80, required=False)


@allow(Function.MANAGE_ACCOUNT)
@require_http_methods(["GET", "POST"])
def members(request: Any) -> HttpResponse:
    form = NewMember(request.POST or None)
    if request.method == "POST" and form.is_valid():
        facts = dict(form.cleaned_data)
        team = facts.pop("team")
        try:
            member = add_member(**facts, by=request.by)
            change_team(member, team or (member.team.name if member.team else ""), by=request.by)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            # After the commit: a mail server's slowness is not our database's, and the link works once it is there.
            transaction.on_commit(lambda: send_reset_link(request, member))
            messages.success(request, f"{member.name} is a member now.")
            return redirect("settings-members")
    context = {"form": form, "members": everybody(), "roles": Role.choices, "moving": still_moving()}
    context["teams"] = teams()
    return show(request, "members.html", context)


def teams() -> Any:
    """All teams, by name."""
    return Team.objects.order_by("name")


def everybody() -> Any:
    """Members by name, those who left last."""
    return Member.objects.select_related("user", "team").order_by("left_at", "name")


@allow(Function.MANAGE_ACCOUNT)
@require_POST
def role(request: Any, member_id: str) -> HttpResponse:
    """Give a member another part: a role, and a team where one is said, even none."""
    member, form = get_or_404(Member, member_id), PartForm(request.POST)

    def change() -> None:
        change_role(member, form.cleaned_data["role"], by=request.by)
        if "team" in request.POST:
            change_team(member, form.cleaned_data["team"], by=request.by)

    if not form.is_valid():
        messages.error(request, "There is no such role, or the team’s name has more than 80 characters.")
    else:
        _try(request, change, f"{member.name} changed.")
    return redirect("settings-members")


@allow(Function.MANAGE_ACCOUNT)
@require_http_methods(["GET", "POST"])
def departure(request: Any, member_id: str) -> HttpResponse:
    """Where a member's leads would go; a POST closes the account's door to them, and the leads go there."""
    member: Member = get_or_404(Member, member_id)
    form = Departure(request.POST if request.method == "POST" else None, member=member)
    if request.method == "POST" and form.is_valid():
        done = f"{member.name} can't come in any more. Their leads move on by themselves."
        _try(request, lambda: deactivate(member, by=request.by, to=form.cleaned_data["to"]), done)
        return redirect("settings-members")
    context = {"member": member, "form": form, "preview": preview(member)}
    return show(request, "departure.html", context, status=422 if request.method == "POST" else 200)


def send_reset_link(request: Any, member: Member) -> None:
    """Mail a new member the link to choose a password; who has one needs none."""
    if not member.user.has_usable_password():
        form = ResetPasswordForm(data={"email": member.email})
        try:
            with outside():
                if form.is_valid():
                    form.save(request)
        except (OSError, SMTPException):
            messages.error(request, "The link could not be mailed. “Forgotten your password?” sends it again.")


@contextmanager
def outside() -> Iterator[None]:
    """Let reverse() see the pages of no account: allauth's mail links there."""
    before = get_urlconf()
    set_urlconf(settings.ROOT_URLCONF)
    try:
        with script_prefix("/"):
            yield
    finally:
        set_urlconf(before)


def _try(request: Any, change: Any, done: str) -> None:
    try:
        change()
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, done)
