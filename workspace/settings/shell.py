"""What stands around every page of the settings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse

from accounts.roles import Function
from leads.inbound.inbox import token_warnings


@dataclass(frozen=True)
class Section:
    name: str
    url_name: str
    function: Function


SECTIONS = (
    Section("General", "settings", Function.MANAGE_ACCOUNT),
    Section("Members", "settings-members", Function.MANAGE_ACCOUNT),
    Section("API keys", "settings-keys", Function.MANAGE_ACCOUNT),
    Section("Sources", "settings-sources", Function.MANAGE_CAPTURE),
    Section("Forms", "settings-forms", Function.MANAGE_CAPTURE),
    Section("Webhooks and e-mail", "settings-inlets", Function.MANAGE_CAPTURE),
    Section("Received", "settings-inbox", Function.MANAGE_CAPTURE),
    Section("Duplicates", "settings-duplicates", Function.MANAGE_ACCOUNT),
    Section("Fields", "settings-fields", Function.MANAGE_ACCOUNT),
    Section("Enrichment", "settings-enrichment", Function.MANAGE_ACCOUNT),
    Section("Pipelines", "settings-pipelines", Function.MANAGE_ACCOUNT),
    Section("Reasons", "settings-reasons", Function.MANAGE_ACCOUNT),
    Section("Scoring", "settings-scoring", Function.MANAGE_ACCOUNT),
    Section("Learned model", "settings-learned", Function.MANAGE_ACCOUNT),
    Section("Routing", "settings-routing", Function.MANAGE_ACCOUNT),
    Section("Pools", "settings-pools", Function.MANAGE_ACCOUNT),
    Section("Territories", "settings-territories", Function.MANAGE_ACCOUNT),
    Section("Hours", "settings-hours", Function.MANAGE_ACCOUNT),
    Section("Promises", "settings-promises", Function.MANAGE_ACCOUNT),
    Section("Jobs", "settings-jobs", Function.MANAGE_ACCOUNT),
)


def show(request: Any, template: str, context: dict[str, Any], status: int = 200) -> HttpResponse:
    """A page of the settings, with the sections that this member may open."""
    open_to = [section for section in SECTIONS if request.member.may(section.function)]
    found = [(section.name, reverse(section.url_name)) for section in open_to]
    here = max((url for _, url in found if request.path.startswith(url)), key=len, default="")
    tabs = [(name, url, url == here) for name, url in found]
    around = {"tabs": tabs, "token_warnings": token_warnings()}
    return render(request, f"workspace/settings/{template}", context | around, status=status)
