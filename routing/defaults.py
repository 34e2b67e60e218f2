"""What a new account begins with: everybody takes turns, and some promises."""

from __future__ import annotations

from events.kinds import Kind
from events.record import SYSTEM, By, record
from routing.models import Action, Pool, RoutingRule, RoutingVersion
from routing.promise_defaults import promise_defaults
from scoring.models import VersionState
from tenancy import clock

EVERYBODY = "Everybody"


def publish_default_rules(*, by: By = SYSTEM) -> RoutingVersion:
    """Publish version 1 in a new account: one pool of all reps as the fallback; and what it promises."""
    pool = Pool.objects.create(name=EVERYBODY, everybody=True)
    version: RoutingVersion = RoutingVersion.objects.create(
        number=1, state=VersionState.PUBLISHED, published_at=clock.now()
    )
    RoutingRule.objects.create(version=version, position=1, label="Everybody in turn", action=Action.POOL, pool=pool)
    promise_defaults()
    record(Kind.RULES_PUBLISHED, version, by=by, rules="routing", number=version.number)
    return version
