"""What became of the leads that a model at work had promised something of: does it still keep its word?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from math import sqrt
from typing import Any

import numpy as np

from leads.models import Status
from scoring.learned.measures import Bin, Interval, auc, brier, calibration, calibration_error, with_confidence
from scoring.models import LearnedModel, LearnedScore

ENOUGH = 20  # won, and as many lost
SURE = 2.576  # standard errors; chance alone is so far off once in a hundred times
IN_FULL = 10_000  # a stored chance of 1


@dataclass(frozen=True)
class Since:
    """Of `n` leads closed since, by what the model had said of each last: how it told them apart, and whether as many
    were won as promised. `rules`: the AUC of their scores at the same time."""

    n: int
    won: int
    promised: float  # on average, 0-1
    auc: Interval
    brier: float
    error: float  # of calibration
    bins: list[Bin]
    rules: float

    @property
    def share(self) -> float:
        return self.won / self.n


@dataclass(frozen=True)
class TooEarly:
    """So many leads were won and lost since; too few to say anything."""

    won: int
    lost: int

    @property
    def sentence(self) -> str:
        return (
            f"{self.won} won and {self.lost} lost leads were closed since it was trained. From {ENOUGH} of each on "
            "it shows whether it keeps its word."
        )


def since(model: LearnedModel) -> Since | TooEarly:
    """What became of the leads that were closed since `model`, of the account in scope, was trained; one statement."""
    closed = LearnedScore.objects.filter(
        model=model, lead__status__in=[Status.WON, Status.LOST], lead__closed_at__gt=model.trained_at
    )
    rows = list(closed.order_by("lead_id").values_list("chance", "rules", "lead__status"))
    return judged([row[0] / IN_FULL for row in rows], [row[1] for row in rows], [row[2] == Status.WON for row in rows])


def judged(promised: Sequence[float], rules: Sequence[int], won: Sequence[bool]) -> Since | TooEarly:
    """The same of plain figures. Pure."""
    wins = sum(won)
    if min(wins, len(won) - wins) < ENOUGH:
        return TooEarly(wins, len(won) - wins)
    chances, came = (np.asarray(some, dtype=np.float64) for some in (promised, won))
    bins = calibration(chances, came)
    return Since(
        n=len(won),
        won=wins,
        promised=float(chances.mean()),
        auc=with_confidence(auc, chances, came),
        brier=brier(chances, came),
        error=calibration_error(bins),
        bins=bins,
        rules=auc(np.asarray(rules, dtype=np.float64), came),
    )


def as_plain(found: Since | TooEarly, model: LearnedModel) -> dict[str, Any]:
    """What was found as pages show it: a sentence where it is too early, else figures, and in which ways the model
    no longer keeps what its trial promised (`broken`, a sentence each)."""
    if isinstance(found, TooEarly):
        return {"sentence": found.sentence, "broken": []}
    return {
        **asdict(found),
        "won_percent": round(100 * found.share),
        "promised_percent": round(100 * found.promised),
        "trial": model.evaluation["model"]["auc"]["value"] if model.evaluation else None,
        "broken": broken_words(found, model.evaluation),
    }


def broken_words(found: Since, trial: dict[str, Any] | None) -> list[str]:
    """In which ways a model no longer keeps what its trial promised, a sentence each."""
    said = []
    if abs(found.promised - found.share) > SURE * _error(found):
        said.append(f"It promised that {found.promised:.0%} would be won, and {found.share:.0%} were.")
    if trial and found.auc.high < trial["model"]["auc"]["value"]:
        said.append(
            f"It tells buyers from others worse than in its trial: an AUC of {found.auc.value:.2f} instead of "
            f"{trial['model']['auc']['value']:.2f}."
        )
    return said


def _error(found: Since) -> float:
    """The standard error of the share won, were the promises true; their spread only makes it smaller."""
    return sqrt(found.promised * (1 - found.promised) / found.n)
