"""Versions of the scoring rules: a draft is changed freely, and nothing is live until it is published."""

from __future__ import annotations

from collections.abc import Sequence

from django.core.exceptions import ValidationError
from django.db.models import QuerySet

from events.kinds import Kind
from events.record import By, record
from leads.catalogue import catalogue
from scoring import versioned
from scoring.checking import flaws_of
from scoring.models import ScoringRule, ScoringVersion, VersionState
from scoring.rescoring import rescore

KEPT = ("caps", "tiers", "criteria", "threshold", "profile")
COPIED = ("group", "label", "condition", "signal", "points", "cap", "half_life_hours", "exclusive", "position")


class Flawed(ValidationError):
    """A draft that makes no sense; a message for each flaw."""


def live_version() -> ScoringVersion | None:
    """The published version of the account in scope, with its rules at hand."""
    found: ScoringVersion | None = versioned.in_state(ScoringVersion, VersionState.PUBLISHED)
    return found


def draft_version() -> ScoringVersion | None:
    found: ScoringVersion | None = versioned.in_state(ScoringVersion, VersionState.DRAFT)
    return found


def earlier_versions() -> Sequence[ScoringVersion]:
    """Those that were live once, the newest first."""
    return versioned.earlier(ScoringVersion)


def every_version() -> QuerySet[ScoringVersion]:
    """The draft, what is live and what was."""
    found: QuerySet[ScoringVersion] = ScoringVersion.objects.all()
    return found


def rules_at_hand(version: ScoringVersion) -> QuerySet[ScoringRule]:
    """A version's rules in order."""
    found: QuerySet[ScoringRule] = ScoringRule.objects.filter(version=version).order_by("position")
    return found.select_related("version")


def begin_draft() -> ScoringVersion:
    """The draft of the account in scope; a copy of what is live if there is none yet.

    Raises ValidationError where nothing was ever published.
    """
    draft: ScoringVersion = versioned.begin(ScoringVersion, KEPT, COPIED)
    return draft


def discard_draft() -> None:
    """Forget the draft; what is live stays as it is."""
    versioned.discard(ScoringVersion)


def publish_draft(*, by: By) -> ScoringVersion:
    """Make the draft live; all open leads are scored again in the background. Records RULES_PUBLISHED.

    Raises Flawed while the draft has flaws, and ValidationError if there is none (somebody else may have been faster).
    """
    draft: ScoringVersion = versioned.locked_draft(ScoringVersion)
    if flaws := flaws_of(draft, rules_of(draft), catalogue()):
        raise Flawed(flaws)
    return _make_live(draft, by, rolled_back=False)


def roll_back(version: ScoringVersion, *, by: By) -> ScoringVersion:
    """Make a version live again that was live before; a draft stays. Raises ValidationError for one that never was."""
    versioned.check_retired(version)
    return _make_live(version, by, rolled_back=True)


def rules_of(version: ScoringVersion) -> Sequence[ScoringRule]:
    return sorted(version.rules.all(), key=lambda rule: (rule.position, rule.pk))


def _make_live(version: ScoringVersion, by: By, *, rolled_back: bool) -> ScoringVersion:
    versioned.put_in_force(version)
    record(Kind.RULES_PUBLISHED, version, by=by, rules="scoring", number=version.number, rolled_back=rolled_back)
    rescore(version)
    return version
