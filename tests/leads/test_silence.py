"""The leak detector at work: alarms, who hears of them, and when they end."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from importlib import import_module
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.test import Client

from accounts.models import Member
from events import drain
from events.kinds import Kind
from events.models import Event, Job, JobState, Notification
from events.record import SYSTEM
from leads.capture import capture
from leads.jobs import watch_sources
from leads.models import Silence, Source, Submission
from leads.silence.watching import watch
from tenancy import clock
from tenancy.scope import scope
from tests.factories import a_lead, a_source
from workspace.opening import open_account

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
pytestmark = pytest.mark.django_db


def busy(source: Source, weeks: int = 4, until: datetime = NOW, channel: str = "form") -> None:
    """An enquiry every three hours in the weeks before."""
    lead = a_lead(source=source)
    Submission.objects.bulk_create(
        Submission(lead=lead, source=source, channel=channel, raw={}, received_at=until - timedelta(hours=3 * n))
        for n in range(weeks * 56)
    )


def told(member: Member) -> list[str]:
    return list(Notification.objects.filter(member_id=member.pk).order_by("id").values_list("text", flat=True))


def test_a_silence_is_noticed_told_once_and_over_when_something_comes(cast: SimpleNamespace) -> None:
    with scope(cast.account):
        website = a_source()
        busy(website)
        busy(a_source("Partner", "api"), until=NOW + timedelta(hours=47))
        a_lead(source=a_source("New", "api"))
        for hours in (3, 48, 49):
            with clock.at(NOW + timedelta(hours=hours)):
                watch()
            assert Silence.objects.count() == (0 if hours == 3 else 1)
        silence = Silence.objects.get()
        assert (silence.source, silence.since, silence.ended_at) == (website, NOW, None)
        assert told(cast.ada) == told(cast.mo) == ["Website is silent for longer than it should be."]
        assert told(cast.rita) == told(cast.max) == []

        with clock.at(NOW + timedelta(hours=50)):
            capture({"email": "jonas@kestrel.example"}, source=website, channel="form", by=SYSTEM)
            watch()
        silence.refresh_from_db()
        assert silence.ended_at == NOW + timedelta(hours=50)
        assert told(cast.mo)[1:] == ["Website is heard again."]
        kinds = Event.objects.filter(kind__startswith="source.").order_by("id").values_list("kind", flat=True)
        assert list(kinds) == [Kind.SOURCE_SILENT, Kind.SOURCE_HEARD]


def test_what_a_table_says_of_the_past_is_no_rhythm(cast: SimpleNamespace) -> None:
    with scope(cast.account):
        busy(a_source("Old system", "import"), channel="import")
        busy(website := a_source())
        with clock.at(NOW + timedelta(hours=49)):
            busy(website, weeks=1, until=NOW + timedelta(hours=48), channel="import")
            watch()
        assert Silence.objects.get().source == website
        assert Silence.objects.get().since == NOW


def test_the_sources_page_shows_who_is_silent_and_why(cast: SimpleNamespace, client: Client) -> None:
    with scope(cast.account):
        busy(a_source())
        with clock.at(NOW + timedelta(hours=48)):
            watch()
    client.force_login(cast.mo.user)

    page = client.get("/acme/settings/sources/").content.decode()

    assert "Website is silent for longer than it should be." in page
    assert "By chance that happens once in" in page


def test_another_accounts_arrivals_end_no_silence(cast: SimpleNamespace, eve: Member) -> None:
    with scope(cast.account):
        busy(a_source())
    with clock.at(NOW + timedelta(hours=48)):
        with scope(eve.account):
            capture({"email": "jonas@kestrel.example"}, source=a_source(), channel="form", by=SYSTEM)
            watch()
            assert not Silence.objects.exists()
        with scope(cast.account):
            watch()
            assert Silence.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_new_account_is_watched_every_quarter_of_an_hour() -> None:
    account = open_account("Acme", "ada@acme.example", "correct-horse-7-battery").account
    drain.drain()
    with scope(account):
        timers = Job.objects.filter(kind=watch_sources.name, state=JobState.PENDING)
        first = timers.get()
    with clock.at(first.run_at):
        drain.drain()
    with scope(account):
        assert timers.get().run_at == first.run_at + timedelta(minutes=15)


@pytest.mark.django_db(transaction=True)
def test_accounts_older_than_the_watch_get_their_timer_once() -> None:
    migration = import_module("leads.migrations.0015_watched_everywhere")
    watched, older = (open_account(name, f"ada@{name}.example").account for name in ("acme", "globex"))
    drain.drain()
    with scope(older):
        Job.objects.filter(kind=watch_sources.name).update(state=JobState.DEAD)
    for _ in range(2):
        migration.begin_watching(apps, None)
    drain.drain()
    for account in (watched, older):
        with scope(account):
            assert Job.objects.filter(kind=watch_sources.name, state=JobState.PENDING).count() == 1
