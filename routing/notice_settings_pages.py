"""A member's own page of how notices reach them: by which ways, of what, and at which hours not."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from accounts.permissions import allow
from accounts.roles import Function
from events.models import NoticeKind
from routing.models import NoticeSettings
from routing.reaching import try_out, wish_of

CHECKBOX = forms.CheckboxInput({"class": "checkbox"})
TIME = forms.TimeInput({"type": "time"}, format="%H:%M")


class Ways(forms.ModelForm):  # type: ignore[type-arg]
    """How a member wants to be told, and when not."""

    told = forms.MultipleChoiceField(
        choices=NoticeKind.choices, required=False, widget=forms.CheckboxSelectMultiple, label="What is sent"
    )
    post_url = forms.URLField(
        required=False,
        label="To a webhook",
        help_text="Of Slack, or of anything that takes Slack’s messages.",
        max_length=500,
        assume_scheme="https",
        validators=[URLValidator(schemes=["http", "https"])],
        widget=forms.URLInput({"placeholder": "https://hooks.slack.com/services/…", "autocomplete": "off"}),
    )

    class Meta:
        model = NoticeSettings
        fields = ("mail", "desktop", "post_url", "quiet_from", "quiet_until", "urgent_anyway")
        labels = {
            "mail": "By mail",
            "desktop": "On the desktop, while Tollgate is open in a tab",
            "quiet_from": "Quiet from",
            "quiet_until": "Until",
            "urgent_anyway": "Urgent leads may disturb me",
        }
        widgets = {
            "mail": CHECKBOX,
            "desktop": forms.CheckboxInput({"class": "checkbox", "data-desktop": ""}),
            "urgent_anyway": CHECKBOX,
            "quiet_from": TIME,
            "quiet_until": TIME,
        }

    def __init__(self, data: Any = None, *, instance: NoticeSettings) -> None:
        told = [kind for kind in NoticeKind.values if kind not in instance.muted]
        super().__init__(data, instance=instance, initial={"told": told})
        self.label_suffix = ""

    def clean_post_url(self) -> str:
        url = str(self.cleaned_data["post_url"])
        if urlsplit(url).username:
            raise ValidationError("Without a login in it.")
        return url

    def clean(self) -> None:
        start, end = self.cleaned_data.get("quiet_from"), self.cleaned_data.get("quiet_until")
        if (start is None) != (end is None) and not {"quiet_from", "quiet_until"} & self.errors.keys():
            self.add_error("quiet_until" if start else "quiet_from", "Quiet hours have a beginning and an end.")
        elif start is not None and start == end:
            self.add_error("quiet_until", "That is no time at all. Leave both empty to be told at any hour.")

    def save(self, commit: bool = True) -> NoticeSettings:
        told = self.cleaned_data["told"]
        self.instance.muted = [kind for kind in NoticeKind.values if kind not in told]
        if "post_url" in self.changed_data:
            self.instance.post_error = ""
        found: NoticeSettings = super().save(commit)
        return found


@require_http_methods(["GET", "POST"])
@allow(Function.SEE_LEADS)
def settings(request: Any) -> HttpResponse:
    """By which ways notices reach me, and at which hours."""
    wish = wish_of(request.member)
    form = Ways(request.POST or None, instance=wish)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, "Saved.")
        return redirect("notice-settings")
    context = {"form": form, "wish": wish, "zone": request.member.time_zone or request.account.time_zone}
    return render(request, "routing/notice_settings.html", context, status=422 if form.errors else 200)


@require_POST
@allow(Function.SEE_LEADS)
def trial(request: Any) -> HttpResponse:
    """A notice to see whether it arrives."""
    try_out(request.member)
    messages.success(request, "On its way.")
    return redirect("notice-settings")
