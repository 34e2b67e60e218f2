"""Looking at every source of an account: who fell silent, and who was heard again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Max
from django.db.models.functions import TruncHour

from accounts.models import Member
from accounts.roles import Function
from events.kinds import Kind
from events.models import Event, Notification
from events.record import SYSTEM, record
from leads.models import Silence, Source, Submission
from leads.silence.judging import LEARNED, judge
from tenancy import clock
from tenancy.scope import current_account


def watch() -> None:
    """Note the sources of the account in scope that are silent for too long, and end the silences that are over.

    Records SOURCE_SILENT and SOURCE_HEARD, and tells those who manage capture.
    """
    now, zone = clock.now(), ZoneInfo(current_account().time_zone)
    hours, last = _arrivals(now)
    silences = {silence.source_id: silence for silence in open_silences()}
    for source in Source.objects.filter(pk__in=last):
        silence = silences.get(source.pk)
        verdict = judge(hours[source.pk], last[source.pk], now, zone)
        if silence and last[source.pk] > silence.since:
            _end(silence, last[source.pk])
        elif silence is None and verdict and verdict.too_long:
            _begin(source, verdict.since, verdict.sentence(zone))


def open_silences() -> Any:
    """The silences that last, with their sources, newest first."""
    return Silence.objects.filter(ended_at=None).select_related("source").order_by("-noticed_at")


def _arrivals(now: datetime) -> tuple[dict[UUID, list[datetime]], dict[UUID, datetime]]:
    """Per source: the hours in which something came, and its last arrival. A table tells when leads came elsewhere."""
    recent = Submission.objects.filter(received_at__gte=now - LEARNED, received_at__lte=now).order_by()
    recent = recent.exclude(channel="import")
    hours: dict[UUID, list[datetime]] = defaultdict(list)
    for source_id, hour in recent.values_list("source_id", TruncHour("received_at", tzinfo=UTC)).distinct():
        hours[source_id].append(hour)
    return hours, dict(recent.values_list("source_id").annotate(Max("received_at")))


def _begin(source: Source, since: datetime, sentence: str) -> None:
    Silence.objects.create(source=source, since=since, sentence=sentence[:300], noticed_at=clock.now())
    event = record(Kind.SOURCE_SILENT, source, by=SYSTEM, name=source.name, since=since, sentence=sentence)
    _tell(event, f"{source.name} is silent for longer than it should be.")


def _end(silence: Silence, heard_at: datetime) -> None:
    silence.ended_at = clock.now()
    silence.save(update_fields=["ended_at"])
    event = record(Kind.SOURCE_HEARD, silence.source, by=SYSTEM, name=silence.source.name, heard_at=heard_at)
    _tell(event, f"{silence.source.name} is heard again.")


def _tell(event: Event, text: str) -> None:
    Notification.objects.bulk_create(
        Notification(member_id=member.pk, text=text[:200], event_id=event.pk) for member in _concerned()
    )


def _concerned() -> Iterable[Member]:
    return [member for member in Member.objects.active() if member.may(Function.MANAGE_CAPTURE)]
