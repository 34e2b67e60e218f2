"""What a new account promises."""

from __future__ import annotations

from typing import Any

from routing.ladder import for_next_steps
from routing.models import Clock, SlaPolicy

WORKING_DAY = 8 * 60  # minutes
STRONG = 60  # of a sub-score


def _is(field: str, operator: str, value: Any) -> dict[str, Any]:
    return {"field": field, "operator": operator, "value": value}


URGENT = _is("tier", "is", "urgent")
# All four sub-scores strong: same-day contact at the latest, whatever the tier.
STRONG_IN_ALL = {"all": [_is(name, "at_least", STRONG) for name in ("fit", "intent", "authority", "timing")]}
HIGH = {"any": [_is("tier", "is", "high"), STRONG_IN_ALL]}
WORKED = _is("track", "is_not", "nurture")
FIRST_STAGE = _is("stage_number", "at_most", 1)


def promise_defaults() -> None:
    """Promise urgent and high leads an answer, and every lead that is worked a next step.

    Medium leads have a sequence and low ones a nurture track instead of a promised answer.
    """
    next_step: dict[str, Any] = {"clock": Clock.NEXT_STEP, "ladder": for_next_steps()}
    promised: list[dict[str, Any]] = [
        {"name": "Answer within 5 minutes", "condition": URGENT, "due_minutes": 5},
        {"name": "Answer by the end of the working day", "condition": HIGH},
        {
            "name": "A next step within a working day",
            "condition": {"all": [WORKED, FIRST_STAGE]},
            "due_minutes": WORKING_DAY,
            **next_step,
        },
        {
            "name": "A next step within two working days",
            "condition": WORKED,
            "due_minutes": 2 * WORKING_DAY,
            **next_step,
        },
    ]
    SlaPolicy.objects.bulk_create([SlaPolicy(position=number, **one) for number, one in enumerate(promised, 1)])
