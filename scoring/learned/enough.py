"""Whether a history is long enough to be learned from, and on which part a model is tried."""

from __future__ import annotations

from collections.abc import Sequence

NEEDED = 100  # won, and as many lost
TRIED_ON = 30  # per cent, the latest part of the history
FEWEST = 20  # of either outcome, to try a model on


class TooFew(Exception):
    """There are too few closed leads. Its text is the sentence for people."""


def check(won: int, lost: int) -> None:
    """Raises TooFew below 100 won or 100 lost leads, saying how many are missing."""
    if sentence := refusal(won, lost):
        raise TooFew(sentence)


def refusal(won: int, lost: int) -> str:
    """The sentence that says how many closed leads are missing; "" where there are enough."""
    lacking = missing(won, lost, NEEDED)
    return f"A model needs {NEEDED} won and {NEEDED} lost leads to learn from; {lacking}." if lacking else ""


def missing(won: int, lost: int, needed: int) -> str:
    """`12 won leads are still missing` until there are `needed` of either outcome; "" where there are enough."""
    lacking = [(needed - count, name) for count, name in ((won, "won"), (lost, "lost")) if count < needed]
    if not lacking:
        return ""
    verb = "is" if sum(count for count, _ in lacking) == 1 else "are"
    return f"{' and '.join(_leads(*one) for one in lacking)} {verb} still missing"


def split(won: Sequence[bool], held_out: int = TRIED_ON) -> int:
    """Where the leads a model is tried on begin, of leads in the order of their capture.

    `held_out` per cent of them, more if it takes more to have either outcome twenty times.
    """
    cut = len(won) * (100 - held_out) // 100
    while cut > 0 and min(sum(won[cut:]), len(won) - cut - sum(won[cut:])) < FEWEST:
        cut -= 1
    return cut


def _leads(count: int, name: str) -> str:
    return f"{count} {name} lead{'' if count == 1 else 's'}"
