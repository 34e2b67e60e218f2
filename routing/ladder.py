"""What happens as a promise comes due: the rungs of a ladder, as a policy keeps them. Pure.

A rung is `{"at": 2, "do": "reassign"}`: at so many windows after the start (1 is the due time, 2 after as much time
again) this is done. Whatever a ladder says, the breach is recorded at 1, and a manager hears of two missed windows.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

REMIND, TELL, REASSIGN = "remind", "tell_manager", "reassign"
BREAK = "break"  # no rung that anybody chooses
ACTS = {REMIND: "Remind the owner", TELL: "Tell the manager", REASSIGN: "Give it to somebody else"}
ORDER = (REMIND, BREAK, TELL, REASSIGN)  # of what happens at the same time
DUE, TWICE = 1.0, 2.0
MOST_RUNGS, MOST_HOPS, FURTHEST = 8, 5, 6

Ladder = Sequence[dict[str, Any]]


def for_answers() -> list[dict[str, Any]]:
    """Remind at three quarters; tell the manager when due; after as much time again somebody else gets it, twice."""
    return [
        {"at": 0.75, "do": REMIND},
        {"at": 1, "do": TELL},
        {"at": 2, "do": REASSIGN},
        {"at": 3, "do": REASSIGN},
    ]


def for_next_steps() -> list[dict[str, Any]]:
    """A forgotten next step costs nobody their customer: remind, and tell the manager."""
    return [{"at": 0.75, "do": REMIND}, {"at": 1, "do": TELL}]


def usual(clock: str) -> list[dict[str, Any]]:
    """The ladder of a new policy."""
    return for_next_steps() if clock == "next_step" else for_answers()


def climbed(ladder: Ladder) -> list[tuple[float, str]]:
    """The rungs in the order of time as (windows, what is done), with those that no ladder can leave out."""
    chosen = {(float(rung["at"]), rung["do"]) for rung in ladder}
    return sorted(chosen | {(DUE, BREAK), (TWICE, TELL)}, key=lambda rung: (rung[0], ORDER.index(rung[1])))


def flaws(ladder: Any) -> Iterator[tuple[int, str]]:
    """Why `ladder` is none, as (number of the rung, sentence); -1 for the whole."""
    if not isinstance(ladder, list) or len(ladder) > MOST_RUNGS:
        yield -1, f"A list of at most {MOST_RUNGS} rungs is wanted."
        return
    for number, rung in enumerate(ladder):
        if sentence := _flaw(rung):
            yield number, sentence
    if sum(isinstance(rung, dict) and rung.get("do") == REASSIGN for rung in ladder) > MOST_HOPS:
        yield -1, f"A lead changes hands {MOST_HOPS} times at most."


def _flaw(rung: Any) -> str:
    if not isinstance(rung, dict) or set(rung) != {"at", "do"}:
        return "A rung has `at` and `do`."
    at, act = rung["at"], rung["do"]
    if not isinstance(act, str) or act not in ACTS:
        return f"`do` is one of: {', '.join(ACTS)}."
    if isinstance(at, bool) or not isinstance(at, int | float) or not 0 < at <= FURTHEST:
        return f"`at` is a number of windows, above 0 and up to {FURTHEST}: 1 is when the promise is due."
    if act == REASSIGN and at < DUE:
        return "Nobody loses a lead before its promise is due: `at` is 1 or more."
    return ""
