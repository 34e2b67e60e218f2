"""A replay in the background: what came in during some days, read bit by bit, given out on paper, and what came out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db.models import Q

from accounts.models import Member
from events.jobs import HANDLERS, schedule
from leads.facts import facts_named
from leads.models import Lead, Status
from routing import turns
from routing.book import book_of
from routing.models import Decision, Replay, ReplayState, RoutingVersion
from routing.rulebook import Book, Books
from routing.simulation import Comparison, Past, Simulation
from routing.state import people_of, pools_of, territories
from routing.turn_order import Seat
from routing.versions import live_version
from tenancy import clock
from tenancy.models import Account
from tenancy.scope import scope

MOST_DAYS, USUAL_DAYS = 365, 30
MOST_LEADS = 20_000  # the newest of those days; a few seconds of work
CHUNK = 500
A_DAY = timedelta(days=1)
CAME = ("contact__name", "company_id", "captured_at", "first_response_due_at", "closed_at")
NEVER_ROUTED = (Status.SPAM, Status.MERGED)


def ask_for_replay(version: RoutingVersion, days: int) -> Replay:
    """Begin to replay the last `days` through `version` in the background; an earlier one of it that runs stops.

    Raises ValidationError for a number of days that makes no sense, and where no rules are live to compare with.
    """
    if not 1 <= days <= MOST_DAYS:
        raise ValidationError({"days": f"Replay 1 to {MOST_DAYS} days."})
    if live_version() is None:
        raise ValidationError("There are no published rules to compare with.")
    now = clock.now()
    Replay.objects.filter(version=version, finished_at=None).update(state=ReplayState.FAILED, finished_at=now)
    begun: Replay = Replay.objects.create(version=version, days=days, total=_recent(days, now).count(), started_at=now)
    Replay.objects.filter(pk=begun.pk).update(total=min(begun.total, MOST_LEADS))
    schedule(HANDLERS["routing.replay_leads"], begun.pk, now)
    return begun


def newest_replay(version: RoutingVersion) -> Replay | None:
    """The one that runs or ran last."""
    found: Replay | None = Replay.objects.filter(version=version).order_by("-started_at", "-id").first()
    return found


def run(account: Account, replay_id: UUID) -> None:
    """Do what was asked for; runs outside of a transaction, so that its progress can be seen. Writes nothing else."""
    with scope(account):
        replay = Replay.objects.select_related("version").filter(pk=replay_id, finished_at=None).first()
        live = live_version()
        if replay is None or live is None:
            return
        since = replay.started_at - replay.days * A_DAY
        books = [book_of(live), book_of(replay.version)]
        ids = _chosen(replay)
        live_one, drafted = (_simulation(book, ids, since) for book in books)
        comparison = Comparison(live_one, drafted)
    for start in range(0, len(ids), CHUNK):
        with scope(account):
            running = Replay.objects.filter(pk=replay_id, finished_at=None)
            comparison.give_all(_past(ids[start : start + CHUNK], books[0].asks | books[1].asks))
            if not running.update(done=start + CHUNK if start + CHUNK < len(ids) else len(ids)):
                return  # another was begun meanwhile
    with scope(account):
        Replay.objects.filter(pk=replay_id, finished_at=None).update(
            state=ReplayState.DONE, finished_at=clock.now(), done=len(ids), result=comparison.as_json()
        )


def _recent(days: int, now: datetime) -> Any:
    return Lead.objects.filter(captured_at__gte=now - days * A_DAY, captured_at__lte=now).exclude(
        status__in=NEVER_ROUTED
    )


def _chosen(replay: Replay) -> list[UUID]:
    """The leads to replay, in the order in which they came."""
    newest = _recent(replay.days, replay.started_at).order_by("-captured_at", "-id").values_list("pk", flat=True)
    return list(newest[:MOST_LEADS])[::-1]


def _simulation(book: Book, lead_ids: Sequence[UUID], since: datetime) -> Simulation:
    """The books as they were when the days began, all turns at their start."""
    members, places = list(Member.objects.active()), territories()
    rows = pools_of(book.pool_ids | {place.pool_id for place in places if place.pool_id}, members, lock=False)
    people = people_of(members, since, since.date())
    pools = turns.at_work(rows.pools, rows.seats, people)
    for pool in pools.values():
        for seat in pool.seats:
            _begin_anew(seat)
    closing = []
    for owner_id, closed_at in _open_at(since):
        if owner_id in people:
            people[owner_id].holds += 1
            closing += [(closed_at, owner_id)] if closed_at else []
    owners = _owners_before(since, lead_ids) if book.asks_company else {}
    return Simulation(book, Books(people, pools, places, owners), sorted(closing))


def _begin_anew(seat: Seat) -> None:
    seat.turns = seat.last_turn = seat.passed = seat.credit = 0
    seat.paused, seat.person.paused_until = False, None  # pauses of now say nothing about then


def _open_at(since: datetime) -> Iterable[tuple[UUID, datetime | None]]:
    """The owners of leads that were open then, and when those were closed, if they were."""
    before = Lead.objects.filter(captured_at__lt=since, owner__isnull=False).exclude(status__in=NEVER_ROUTED)
    still = before.filter(Q(closed_at=None) | Q(closed_at__gt=since))
    return list(still.values_list("owner_id", "closed_at"))


def _owners_before(since: datetime, lead_ids: Sequence[UUID]) -> dict[UUID, UUID]:
    companies = Lead.objects.filter(pk__in=lead_ids).exclude(company=None).values("company_id")
    owned = Lead.objects.filter(company_id__in=companies, assigned_at__lt=since).exclude(owner=None)
    return dict(owned.order_by("assigned_at").values_list("company_id", "owner_id"))


def _past(lead_ids: Sequence[UUID], asks: frozenset[str]) -> Iterator[Past]:
    """Leads as they came: their facts are those of now but for score and tier, which were noted at the decision."""
    leads = Lead.objects.filter(pk__in=lead_ids)
    facts = facts_named(leads, asks)
    came = {lead_id: told for lead_id, *told in leads.values_list("pk", *CAME)}
    noted: dict[UUID, dict[str, Any]] = {}
    decided = Decision.objects.filter(lead_id__in=lead_ids, reason__in=["routed", "queue", "nurture", "nobody"])
    for lead_id, score, tier in decided.order_by("-decided_at").values_list("lead_id", "body__score", "body__tier"):
        noted[lead_id] = {"score": score, "tier": tier} if tier else {}
    for lead_id in lead_ids:
        if lead_id in came:
            name, company_id, *times = came[lead_id]
            known = facts[lead_id] | {"company_id": company_id} | noted.get(lead_id, {})
            yield Past(lead_id, name or "A lead", known, *times)
