from collections import Counter
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from accounts.models import Member
from events.models import Job, JobState, Notification
from leads.models import Lead
from pipeline.models import Comment, Deal, File, Follower, Meeting, Objection, Task
from tenancy import clock
from tenancy.scope import scope
from tests.factories import a_lead
from workspace.demo import furnish, prospects
from workspace.opening import Opened, open_account

pytestmark = pytest.mark.django_db


@pytest.fixture
def opened() -> Opened:
    return open_account("Harbourline IT", "ada@example.com", "correct-horse-7-battery")


def test_demo_lives_through_a_quarter(opened: Opened) -> None:
    started = clock.now()
    made = furnish(opened.account)

    with scope(opened.account):
        assert made == Lead.objects.count() == len(prospects()) == 40
        stories = Counter(Deal.objects.values_list("status", "stage__name"))
        assert stories["won", "Closed"] == 8
        assert stories["lost", "Commercial review"] == 2
        assert stories["open", "Commercial review"] == 3
        assert not Lead.objects.filter(owner=None)
        assert set(Member.objects.values_list("role", flat=True)) == {"admin", "manager", "rep", "marketer"}
        assert not Job.objects.filter(state=JobState.DEAD)
        assert not Job.objects.filter(state=JobState.PENDING, run_at__lt=started)
        the_team_talks_plans_and_sends()


def the_team_talks_plans_and_sends() -> None:
    for model in (Comment, Follower):
        assert model.objects.filter(lead__deals__status="open").exists(), model
    assert File.objects.filter(kind="proposal").exists()
    assert Objection.objects.filter(answer="").exists()
    assert Objection.objects.exclude(answer="").exists()
    assert Meeting.objects.filter(outcome="held").exists()
    now, due = clock.now(), Task.objects.filter(done_at=None).values_list("due_at", flat=True)
    assert any(due)
    assert all(abs(at - now) < timedelta(days=6) for at in due if at)
    manager = Member.objects.get(role="manager")
    assert Notification.objects.filter(member_id=manager.pk, text__contains="mentions you").exists()


def test_demo_is_made_once(opened: Opened) -> None:
    with scope(opened.account):
        a_lead(external_id="demo-0")
    again = StringIO()

    call_command("demo", account=opened.account.slug, stdout=again)

    assert "already" in again.getvalue()


def test_unknown_account_is_refused() -> None:
    with pytest.raises(CommandError, match="no account"):
        call_command("demo", account="nowhere")
