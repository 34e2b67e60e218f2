"""The close rates of sources, counted once a day: what scoring reads is one small table."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.db.models import Count, Q

from events.jobs import HANDLERS, schedule
from leads.models import Lead, Status
from scoring.current import close_rates, compiled
from scoring.models import ScoringVersion, SourceRate, VersionState
from scoring.rescoring import rescore
from scoring.source_quality import points_by_source
from tenancy import clock

PERIOD, DAY = timedelta(days=90), timedelta(days=1)


def watch(version_id: UUID) -> None:
    """Count as long as this version of the rules is live, and again tomorrow.

    Where a source is worth other points than before, all open leads are scored again in the background.
    """
    live = ScoringVersion.objects.filter(pk=version_id, state=VersionState.PUBLISHED).first()
    if live is None:
        return
    schedule(HANDLERS["scoring.measure_sources"], live.pk, clock.now() + DAY)
    before = points_by_source(compiled(live.pk, close_rates()))
    measure()
    if points_by_source(compiled(live.pk, close_rates())) != before:
        rescore(live)


def measure() -> None:
    """Count the won and lost leads of each source that were closed in the last 90 days; four statements."""
    now = clock.now()
    closed = Lead.objects.filter(
        status__in=[Status.WON, Status.LOST], closed_at__gte=now - PERIOD, closed_at__lt=now
    ).order_by()
    counted = closed.values("source_id").annotate(
        won=Count("pk", filter=Q(status=Status.WON)), lost=Count("pk", filter=Q(status=Status.LOST))
    )
    rows = [SourceRate(**one, measured_at=now) for one in counted]
    SourceRate.objects.all().delete()
    SourceRate.objects.bulk_create(rows)
