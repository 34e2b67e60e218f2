"""Promises kept over promises due, and breaches by cause; rules right over leads routed."""

from __future__ import annotations

from datetime import timedelta

from accounts.models import Member
from leads.models import Lead
from reports.routing_accuracy import leads_behind as corrected_behind
from reports.routing_accuracy import routing_accuracy
from reports.sla import leads_behind, sla
from routing.models import Breach, Correction, Decision, RoutingVersion, SlaPolicy, Timer
from scoring.models import VersionState
from tests.reports.golden import World, march

DAY = timedelta(days=1)


def a_promise(world: World, owner: Member, policy: SlaPolicy | None, blame: str = "", **columns: object) -> Lead:
    """Kept; or broken, when it is charged to something."""
    lead = world.lead(captured_at=march(2, 9), tier="urgent", owner=owner)
    times = {"started_at": march(2, 9), "risk_at": march(2, 9), "due_at": march(2, 10)}
    ended = {"broken_at" if blame else "kept_at": march(2, 10)} | columns
    timer = Timer.objects.create(lead=lead, policy=policy, owner=owner, **times | ended)
    if blame:
        Breach.objects.create(timer=timer, lead=lead, owner=owner, blame=blame, why="", broken_at=march(2, 10))
    return lead


def test_promises_kept_by_policy_and_owner_and_what_breaches_are_charged_to(world: World) -> None:
    policy, rita, raj = SlaPolicy.objects.create(name="Fast"), world.member("Rita"), world.member("Raj")
    for _ in range(3):
        a_promise(world, rita, policy)
    late = a_promise(world, rita, policy, "person", kept_at=march(2, 12))
    a_promise(world, raj, None, "calendar")
    a_promise(world, raj, policy, kept_at=None)  # runs still
    a_promise(world, raj, policy, kept_at=None, cancelled_at=march(2, 10))

    result = sla(world.question())

    assert (result.kept.part, result.kept.whole, result.broken) == (3, 5, 2)
    assert result.blame == {"person": 1, "calendar": 1}
    assert sum(result.blame.values()) == result.broken
    named = {by: [(one.name, one.rate.part, one.rate.whole) for one in rows] for by, rows in result.groups.items()}
    assert named["policy"] == [("Fast", 3, 4), ("A former promise", 0, 1)]
    assert named["owner"] == [("Rita", 3, 4), ("Raj", 0, 1)]
    assert leads_behind(world.question(), None, "person") == [late.pk]
    assert len(leads_behind(world.question(), None, None)) == 2


def routed(world: World, version: RoutingVersion, corrected_after: timedelta | None = None) -> Lead:
    lead = world.lead(captured_at=march(2, 9))
    decision = Decision.objects.create(
        lead=lead, version=version, reason="routed", sentence="", body={}, decided_at=march(2, 9)
    )
    if corrected_after:
        at = march(2, 9) + corrected_after
        Correction.objects.create(lead=lead, decision=decision, reason="wrong_size", corrected_at=at)
    return lead


def test_accuracy_is_charged_to_the_version_that_erred(world: World) -> None:
    old = RoutingVersion.objects.create(number=1, state=VersionState.RETIRED)
    new = RoutingVersion.objects.create(number=2, state=VersionState.PUBLISHED)
    wrong = routed(world, old, DAY)
    routed(world, old)
    routed(world, new, 15 * DAY)  # too late to be the rules' fault
    for _ in range(3):
        routed(world, new)
    world.lead(captured_at=march(3))  # by hand

    result = routing_accuracy(world.question())

    assert (result.right.part, result.right.whole) == (5, 6)
    assert [(one.number, one.right.part, one.right.whole) for one in result.versions] == [(1, 1, 2), (2, 4, 4)]
    assert corrected_behind(world.question(), None, None) == corrected_behind(world.question(), None, "1") == [wrong.pk]
    assert corrected_behind(world.question(), None, "2") == []
