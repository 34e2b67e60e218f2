"""What a score means for the people who work with it."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class Tier(StrEnum):
    """How soon somebody must be in touch. Ordered from the most urgent."""

    URGENT = "urgent"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"

    @property
    def label(self) -> str:
        return self.value.capitalize()

    @property
    def action(self) -> str:
        """The required action, as shown beside the label."""
        return ACTIONS[self]


ACTIONS = {
    Tier.URGENT: "Contact within 5 minutes",
    Tier.HIGH: "Contact the same day",
    Tier.MEDIUM: "Structured sequence",
    Tier.LOW: "Automated nurture",
}
THRESHOLDS = {"urgent": 80, "high": 60, "medium": 40}  # of the default model
STRONG, WEAK = 60, 40  # sub-scores


def tier_of(score: int, thresholds: Mapping[str, int]) -> Tier:
    """The tier of a score of 0-100; `thresholds` has the lowest score of urgent, high and medium."""
    return next((tier for tier in (Tier.URGENT, Tier.HIGH, Tier.MEDIUM) if score >= thresholds[tier]), Tier.LOW)


def is_strong(sub_score: int) -> bool:
    return sub_score >= STRONG


def is_weak(sub_score: int) -> bool:
    return sub_score < WEAK
