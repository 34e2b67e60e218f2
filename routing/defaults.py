"""What a new account begins with: everybody takes turns, and two promises."""

from __future__ import annotations

from events.kinds import Kind
from events.record import SYSTEM, By, record
from routing.models import Action, Pool, RoutingRule, RoutingVersion, SlaPolicy
from scoring.models import VersionState
from tenancy import clock

EVERYBODY = "Everybody"


def publish_default_rules(*, by: By = SYSTEM) -> RoutingVersion:
    """Publish version 1 in a new account: one pool of all reps as the fallback, and the promises of urgent and high.

    Medium leads have a sequence and low ones a nurture track instead of a promised time.
    """
    pool = Pool.objects.create(name=EVERYBODY, everybody=True)
    version: RoutingVersion = RoutingVersion.objects.create(
        number=1, state=VersionState.PUBLISHED, published_at=clock.now()
    )
    RoutingRule.objects.create(version=version, position=1, label="Everybody in turn", action=Action.POOL, pool=pool)
    SlaPolicy.objects.create(name="Answer within 5 minutes", tier="urgent", due_minutes=5)
    SlaPolicy.objects.create(name="Answer by the end of the working day", tier="high", due_minutes=None)
    record(Kind.RULES_PUBLISHED, version, by=by, what="routing", number=version.number)
    return version
