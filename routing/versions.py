"""Versions of the routing rules: a draft is changed freely, and nothing is live until it is published."""

from __future__ import annotations

from collections.abc import Sequence

from django.core.exceptions import ValidationError
from django.db.models import QuerySet

from events.kinds import Kind
from events.record import By, record
from leads.catalogue import catalogue
from routing.checking import flaws_of
from routing.models import RoutingRule, RoutingVersion
from scoring import versioned
from scoring.models import VersionState

KEPT = ("closed", "effort")
TARGETS = ("member_id", "pool_id", "territory_id", "pipeline_id", "stage_id")
COPIED = ("key", "position", "label", "condition", "action", *TARGETS)


def live_version() -> RoutingVersion | None:
    """The published version of the account in scope, with its rules at hand."""
    found: RoutingVersion | None = versioned.in_state(RoutingVersion, VersionState.PUBLISHED)
    return found


def draft_version() -> RoutingVersion | None:
    found: RoutingVersion | None = versioned.in_state(RoutingVersion, VersionState.DRAFT)
    return found


def earlier_versions() -> Sequence[RoutingVersion]:
    """Those that were live once, the newest first."""
    return versioned.earlier(RoutingVersion)


def every_version() -> QuerySet[RoutingVersion]:
    """The draft, what is live and what was."""
    found: QuerySet[RoutingVersion] = RoutingVersion.objects.all()
    return found


def rules_at_hand(version: RoutingVersion) -> QuerySet[RoutingRule]:
    """A version's rules in order, with whom they give leads to."""
    found: QuerySet[RoutingRule] = RoutingRule.objects.filter(version=version).order_by("position")
    return found.select_related("version", "member", "pool", "territory")


def begin_draft() -> RoutingVersion:
    """The draft of the account in scope; a copy of what is live if there is none yet.

    Raises ValidationError where nothing was ever published.
    """
    draft: RoutingVersion = versioned.begin(RoutingVersion, KEPT, COPIED)
    return draft


def discard_draft() -> None:
    """Forget the draft; what is live stays as it is."""
    versioned.discard(RoutingVersion)


def publish_draft(*, by: By) -> RoutingVersion:
    """Make the draft live for leads that come from now on, and for those that still wait. Records RULES_PUBLISHED.

    Raises ValidationError while the draft has flaws, or if there is none (somebody else may have been faster).
    """
    draft: RoutingVersion = versioned.locked_draft(RoutingVersion)
    if flaws := flaws_of(rules_of(draft), catalogue()):
        raise ValidationError(flaws)
    return _make_live(draft, by, rolled_back=False)


def roll_back(version: RoutingVersion, *, by: By) -> RoutingVersion:
    """Make a version live again that was live before; a draft stays. Raises ValidationError for one that never was."""
    versioned.check_retired(version)
    return _make_live(version, by, rolled_back=True)


def rules_of(version: RoutingVersion) -> Sequence[RoutingRule]:
    return sorted(version.rules.all(), key=lambda rule: rule.position)


def _make_live(version: RoutingVersion, by: By, *, rolled_back: bool) -> RoutingVersion:
    versioned.put_in_force(version)
    record(Kind.RULES_PUBLISHED, version, by=by, rules="routing", number=version.number, rolled_back=rolled_back)
    return version
