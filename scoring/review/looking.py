"""A look at what became of leads: every week in the background, told to admins when it is due or when leads drift."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Max, Min

from events.jobs import HANDLERS, schedule
from events.kinds import Kind
from events.record import SYSTEM, record
from scoring.current import current_model
from scoring.learned.in_force import at_work
from scoring.learned.past import past
from scoring.models import Review, ReviewPlan, ScoringVersion, VersionState
from scoring.notices import tell_admins
from scoring.review.closed import by_rules
from scoring.review.findings import Findings, findings
from scoring.review.learned import how_models_did
from scoring.review.tables import USUAL, Why
from tenancy import clock
from tenancy.models import Account
from tenancy.scope import scope

WEEK, YEAR = timedelta(days=7), timedelta(days=365)
MOST = 5000  # closed leads, the newest
WATCH = "scoring.watch_outcomes"


def look(account: Account, version_id: UUID) -> None:
    """Look at the leads closed in the last year, as long as this version of the rules is live, and again in a week.

    Runs outside of a transaction, step by step, so that its progress can be seen.
    """
    with scope(account):
        version = ScoringVersion.objects.filter(pk=version_id, state=VersionState.PUBLISHED).first()
        if version is None:
            return
        schedule(HANDLERS[WATCH], version.pk, clock.now() + WEEK)
        review = Review.objects.get_or_create(made_at=None, defaults={"version": version})[0]
        now, since = clock.now(), clock.now() - timedelta(days=every_days())
    with _step(account, review, "Reading closed leads", 10):
        model = current_model()
        if model is None:
            return
        asks = model.asks | at_work().asks
        history = past(MOST, closed_since=now - YEAR, also=asks)
    with _step(account, review, "Scoring them by the weights in force", 40):
        closed = list(by_rules(model, history))
    with _step(account, review, "Asking how learned models did", 70):
        models = how_models_did(history)
    with _step(account, review, "Comparing what was promised and what came", 85):
        _keep(review, version, findings(model, closed, since, models))


def ask_for_look() -> None:
    """Look now, in the background. Nothing happens in an account without published rules."""
    live = ScoringVersion.objects.filter(state=VersionState.PUBLISHED).first()
    if live:
        asked = {"version": live, "step": "Waiting for its turn", "percent": 0, "asked_at": clock.now()}
        Review.objects.update_or_create(made_at=None, defaults=asked)
        schedule(HANDLERS[WATCH], live.pk, clock.now())


def every_days() -> int:
    """How often the account in scope reviews its weights, in days."""
    found: int | None = ReviewPlan.objects.values_list("every_days", flat=True).first()
    return found or USUAL


def due_at() -> datetime | None:
    """When (aware) the next review is due: so long after admins were told or decided last, else after rules were first
    published; None where they never were."""
    last = Review.objects.aggregate(told=Max("told_at"), closed=Max("closed_at"))
    begun = ScoringVersion.objects.aggregate(begun=Min("published_at"))["begun"]
    anchor = max(filter(None, last.values()), default=begun)
    return anchor + timedelta(days=every_days()) if anchor else None


def set_clock() -> None:
    """Let the next look be within a week, and not after the review is due."""
    live, due = ScoringVersion.objects.filter(state=VersionState.PUBLISHED).first(), due_at()
    if live and due:
        now = clock.now()
        schedule(HANDLERS[WATCH], live.pk, max(min(now + WEEK, due), now + timedelta(minutes=1)))


def _step(account: Account, review: Review, words: str, percent: int) -> Any:
    """Say how far looking is, for everybody to see, and open the scope for what follows."""
    with scope(account):
        Review.objects.filter(pk=review.pk).update(step=words, percent=percent)
    return scope(account)


def _keep(look: Review, version: ScoringVersion, found: Findings) -> None:
    """Keep what was found: in the review that waits for a decision, if there is one, else in place of looks of which
    nobody was told. Tells admins if there is a reason to."""
    now, before = clock.now(), _told_before()
    why = _why(version, found, before)
    waiting = Review.objects.filter(closed_at=None).exclude(told_at=None).first()
    review = waiting or look
    Review.objects.filter(told_at=None, closed_at=None).exclude(pk=review.pk).delete()
    told: dict[str, Any] = {"why": why, "told_at": now} if why else {}
    known = before | found.keys if why or waiting else set()
    columns = {"version": version, "findings": found.as_json() | {"told": sorted(known)}, **told}
    Review.objects.filter(pk=review.pk).update(step="", percent=100, made_at=now, **columns)
    if why:
        event = record(Kind.REVIEW_MADE, review, by=SYSTEM, why=why, groups=len(found.far))
        tell_admins(event, _words(why, found, before), "settings/scoring/review/")
    set_clock()


def _told_before() -> set[str]:
    """What admins were told of, or saw when they decided."""
    kept = Review.objects.exclude(made_at=None).exclude(told_at=None, closed_at=None)
    last = kept.order_by("-made_at").values_list("findings", flat=True).first() or {}
    return {*last.get("keys", ()), *last.get("told", ())}


def _why(version: ScoringVersion, found: Findings, before: set[str]) -> Why | None:
    """Whether admins should be told, and why: of what they were told already only when the review is due."""
    now, due = clock.now(), due_at()
    if due and now >= due:
        return Why.DUE
    if version.published_at and now - version.published_at < WEEK:
        return None  # who changed the rules just now has just looked
    return Why.DRIFT if found.keys - before else None


def _words(why: Why, found: Findings, before: set[str]) -> str:
    """What the notice says: of what is new, the furthest off."""
    if why == Why.DUE:
        return " ".join(["Scoring is due for its review.", *found.sentences()[:1]])
    return f"{found.sentences(but=before)[0]} Review the weights."
