"""What a draft would do: the last thousand leads scored with what is live and with the draft. Nothing is written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from leads.models import Lead, Status
from scoring.current import close_rates, compile_version
from scoring.earnings import Earnings
from scoring.known import known_of
from scoring.models import ScoringVersion
from scoring.tiers import Tier, tier_of
from tenancy import clock

LEADS, SHOWN = 1000, 50
STEP = 10


@dataclass(frozen=True)
class Shift:
    """One lead whose tier would be another."""

    lead: Lead
    before: int
    after: int
    tier_before: Tier
    tier_after: Tier


@dataclass(frozen=True)
class Preview:
    """Of `count` leads: how many are in each tier (and in each stretch of ten points) before and after, who changes."""

    count: int
    tiers: list[tuple[Tier, int, int]]
    stretches: list[tuple[int, int, int]]
    changes: int
    rises: int
    falls: int
    shifts: list[Shift]


def preview(live: ScoringVersion, draft: ScoringVersion) -> Preview:
    """Compare two versions over the last leads of the account in scope, as of now; six statements."""
    leads = _last_leads()
    rates, now = close_rates(), clock.now()
    models = (compile_version(live, rates), compile_version(draft, rates))
    known, found = known_of([lead.pk for lead in leads], models, now), []
    earnings = [Earnings(model, now) for model in models]
    for lead in leads:
        before, after = (one.points(known[lead.pk].facts, known[lead.pk].signals) for one in earnings)
        tiers = [tier_of(score, model.tiers) for score, model in zip((before, after), models, strict=True)]
        found.append(Shift(lead, before, after, *tiers))
    return _summed(found)


def _last_leads() -> Sequence[Lead]:
    recent = Lead.objects.exclude(status__in=[Status.SPAM, Status.MERGED]).order_by("-captured_at", "-id")
    return list(recent.select_related("contact", "company")[:LEADS])


def _summed(found: Sequence[Shift]) -> Preview:
    before, after = (Counter(getattr(one, name) for one in found) for name in ("tier_before", "tier_after"))
    lows, highs = (Counter(min(getattr(one, at), 99) // STEP for one in found) for at in ("before", "after"))
    changed = [one for one in found if one.tier_before != one.tier_after]
    changed.sort(key=lambda one: -abs(one.after - one.before))
    return Preview(
        count=len(found),
        tiers=[(tier, before[tier], after[tier]) for tier in Tier],
        stretches=[(at * STEP, lows[at], highs[at]) for at in range(10)],
        changes=len(changed),
        rises=sum(one.after > one.before for one in changed),
        falls=sum(one.after < one.before for one in changed),
        shifts=changed[:SHOWN],
    )
