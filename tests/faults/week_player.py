"""Plays a virtual week in an installation: a process that a fault test speaks to, one line of JSON each way.

Owners are unambiguous (each lead's reps in a strict order of fit), so that the order of work changes nothing.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from datetime import datetime
from typing import Any

import django

django.setup()

from accounts.models import Member  # noqa: E402
from events.models import Event, Job, JobState  # noqa: E402
from leads.models import Lead  # noqa: E402
from routing.models import Decision, PoolMember, Roster, SlaPolicy, Timer  # noqa: E402
from tenancy import clock  # noqa: E402
from tenancy.scope import scope  # noqa: E402
from tests.routing.published import a_pool, publish, to_pool  # noqa: E402
from tests.routing.week import REPS, START, Week, open_office, plan_of  # noqa: E402

TAGS = [f"skill-{number}" for number in range(len(REPS))]
SEED = 58  # its first leads come on a Monday morning, well within an hour
LANGUAGES = ("en", "de", "fr", "es")


class FittingWeek(Week):
    """A week in which the best fit gets each lead."""

    def facts(self, number: int) -> dict[str, Any]:
        return super().facts(number) | {"tech_stack": TAGS, "language": LANGUAGES[number % len(LANGUAGES)]}


class Player:
    """One account of a name, its plan, and what became of it."""

    def __init__(self, slug: str, leads: int, together: int) -> None:
        self.week = FittingWeek(open_office(slug), {}, [])
        self.plan = [act for act in plan_of(leads, together, SEED) if act.verb != "close"]
        with clock.at(START), scope(self.week.account):
            SlaPolicy.objects.filter(due_minutes=None).update(
                due_minutes=230
            )  # never when hours change, or with the next step
            for number, name in enumerate(REPS):
                known = {"skills": TAGS[: number + 1], "languages": [LANGUAGES[number % len(LANGUAGES)]]}
                Roster.objects.filter(member__name=name).update(**known)
            pool = a_pool("Fit", *Member.objects.filter(name__in=REPS), strategy="best_fit")
            PoolMember.objects.update(capacity_open=None)
            publish(to_pool("Best fit", pool))

    def live(self, first: int, last: int, until: str) -> None:
        """Acts `first` to `last`, and all work until a time, in this process and by its own clock."""
        self.week.live(self.plan[first:last], datetime.fromisoformat(until))

    def play(self, number: int) -> None:
        """One act, now; the workers do the rest."""
        with scope(self.week.account):
            self.week.play(self.plan[number])

    def due(self) -> str | None:
        """When the next work inside is due; None without any."""
        with scope(self.week.account):
            pending = Job.objects.filter(state__in=[JobState.PENDING, JobState.LEASED], outside=False)
            found = pending.order_by("run_at").values_list("run_at", flat=True).first()
        return found.isoformat() if found else None

    def state(self) -> dict[str, Any]:
        """Owners, promises, breaches and decisions in a normal form: by the leads' numbers, without ids and times."""
        with scope(self.week.account):
            return {str(number): state_of(lead_id) for number, lead_id in sorted(self.week.leads.items())}


def state_of(lead_id: Any) -> dict[str, Any]:
    lead = Lead.objects.select_related("owner").get(pk=lead_id)
    events = Event.objects.filter(lead_id=lead_id).order_by("kind").values_list("kind", flat=True)
    made = Decision.objects.filter(lead=lead).order_by("decided_at", "id").select_related("member")
    return {
        "lead": [str(lead.owner), lead.tier, lead.status],
        "events": list(events),
        "decisions": [[one.reason, one.body.get("because"), str(one.member)] for one in made],
        "timers": [timer_state(one) for one in Timer.objects.filter(lead=lead).order_by("clock", "started_at", "id")],
        "deals": [[deal.status, str(deal.owner)] for deal in lead.deals.order_by("opened_at")],
    }


def timer_state(timer: Timer) -> list[Any]:
    breaches = timer.breaches.order_by("id").select_related("owner")
    told = [[one.blame, one.windows, one.settled, str(one.owner)] for one in breaches]
    ends = [timer.kept_at is not None, timer.broken_at is not None, timer.cancelled_at is not None]
    return [timer.clock, timer.policy.name, timer.climbed, *ends, str(timer.owner), told]


def serve() -> None:
    """`["open", slug, leads, together]`, then a method of Player with its arguments; answers with what it gives."""
    players: dict[str, Player] = {}
    for line in sys.stdin:
        slug, method, *rest = json.loads(line)
        if method == "open":
            players[slug] = Player(slug, *rest)
            answer: Any = [act.at.isoformat() for act in players[slug].plan]
        else:
            act: Callable[..., Any] = getattr(players[slug], method)
            answer = act(*rest)
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    serve()
