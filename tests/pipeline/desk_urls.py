"""Where the dialogs of a desk are, and what they answer."""

from __future__ import annotations

import json
from typing import Any


def url(row: Any, end: str = "") -> str:
    nouns = {"tsk": "tasks", "obj": "objections", "mee": "meetings", "stk": "stakeholders", "cmt": "comments"}
    return f"/acme/{nouns[row.PREFIX]}/{row.public_id}/{end}"


def toast(answer: Any) -> dict[str, str]:
    said: dict[str, str] = json.loads(answer["HX-Trigger"])["toast"]
    return said
