"""The panels of the lead page that load by themselves; those of later apps are known by their URL's name only."""

from __future__ import annotations

from django.urls import NoReverseMatch, reverse

from leads.models import Lead

NAMES = (("lead-cadence", "Cadence"), ("lead-receipt", "Why now"), ("lead-decision", "Why me"))


def panels(lead: Lead) -> list[dict[str, str]]:
    """Address and title of each; a panel whose app isn't installed is left out."""
    found = []
    for name, title in NAMES:
        try:
            found.append({"url": reverse(name, args=[lead.public_id]), "title": title})
        except NoReverseMatch:
            continue
    return found
