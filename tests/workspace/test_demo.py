from collections import Counter
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from accounts.models import Member
from events.models import Job, JobState
from leads.models import Lead
from pipeline.models import Deal
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


def test_demo_is_made_once(opened: Opened) -> None:
    with scope(opened.account):
        a_lead(external_id="demo-0")
    again = StringIO()

    call_command("demo", account=opened.account.slug, stdout=again)

    assert "already" in again.getvalue()


def test_unknown_account_is_refused() -> None:
    with pytest.raises(CommandError, match="no account"):
        call_command("demo", account="nowhere")
