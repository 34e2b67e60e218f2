"""The templates and cadences of a new account, from texts.json beside this file."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from followups.models import Cadence, Step, Template

TEXTS = Path(__file__).with_name("texts.json")


def install() -> None:
    """Give the account in scope the default templates and cadences. Call it once."""
    texts = _texts()
    templates = [Template(**template) for template in texts["templates"]]
    Template.objects.bulk_create(templates)
    by_name = {template.name: template for template in templates}
    cadences = [Cadence(name=entry["name"], start=entry["start"]) for entry in texts["cadences"]]
    Cadence.objects.bulk_create(cadences)
    Step.objects.bulk_create(
        [
            Step(
                cadence=cadence,
                position=position,
                day=step["day"],
                channel=step["channel"],
                title=step["title"],
                template=by_name.get(step.get("template", "")),
            )
            for cadence, entry in zip(cadences, texts["cadences"], strict=True)
            for position, step in enumerate(entry["steps"], start=1)
        ]
    )


@cache
def _texts() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(TEXTS.read_text(encoding="utf-8"))
    return found
