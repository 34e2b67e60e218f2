"""A cadence as a state machine: whatever people, prospects and workers do in whatever order, nobody gets a second
automatic mail on a day, nobody gets one after a reason to stop, and no enrolment is left without its next touch."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from django.core import mail as outbox
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from events.models import Job, JobState
from events.record import SYSTEM
from followups import opting_out, running
from followups.defaults import install
from followups.jobs import advance_cadences, do_touch, enrol_leads, reply_instantly
from followups.models import Cadence, Enrolment, Message, MessageState, Touch, TouchState
from followups.sending import deliver
from followups.touching import complete
from leads.models import Contact, Lead
from tenancy import clock
from tenancy.ids import uuid7
from tenancy.scope import scope
from tests.factories import an_account
from tests.followups.stage import a_worked_lead

MONDAY = datetime(2026, 3, 2, 10, tzinfo=UTC)
TIERS = st.sampled_from(["urgent", "medium", "low"])


class Cadences(RuleBasedStateMachine):
    """One person's lead, its cadences, its timers, and the outbox."""

    def __init__(self) -> None:
        super().__init__()
        self.account, self.now = an_account(f"a{uuid7().hex[-12:]}"), MONDAY
        self.stopped_at: datetime | None = None  # since when no automatic mail may go
        outbox.outbox = []
        with clock.at(self.now), scope(self.account):
            install()
            self.lead: Lead = a_worked_lead("medium", email="jonas@kestrel.example")

    # What people do

    @rule(tier=TIERS)
    def the_deal_opens(self, tier: str) -> None:
        self.do(lambda: Lead.objects.filter(pk=self.lead.pk).update(tier=tier))
        self.do(lambda: enrol_leads([self.lead.pk]))

    @rule()
    def somebody_starts_one(self) -> None:
        self.do(lambda: running.start(self.lead, Cadence.objects.earliest("name"), by=SYSTEM))

    @rule()
    def somebody_stops_it(self) -> None:
        def stop() -> None:
            for enrolment in Enrolment.objects.select_related("cadence").filter(ended_at=None):
                running.stop(enrolment, by=SYSTEM)

        self.do(stop)

    @rule()
    def they_ask_again(self) -> None:
        self.do(lambda: reply_instantly([self.lead.pk]))

    @rule(outcome=st.sampled_from(["no_answer", "voicemail", "spoke"]))
    def rita_calls(self, outcome: str) -> None:
        self.do(lambda: Lead.objects.get(pk=self.lead.pk).log_activity(kind="call", outcome=outcome, by=SYSTEM))

    @rule()
    def rita_does_what_is_due(self) -> None:
        people = ("lead__contact", "lead__company", "lead__owner", "step__template")
        self.do(lambda: [complete(one, by=SYSTEM) for one in Touch.objects.select_related(*people).filter(state="due")])

    @precondition(lambda self: self.stopped_at is None)
    @rule()
    def they_opt_out(self) -> None:
        self.do(lambda: opting_out.unsubscribe(Contact.objects.get(pk=self.lead.contact_id)))
        self.stopped_at = self.now

    @precondition(lambda self: self.stopped_at is None)
    @rule()
    def they_opt_out_while_a_mail_is_on_its_way(self) -> None:
        self.now += timedelta(days=1)
        self.do(lambda: reply_instantly([self.lead.pk]))
        self.do(lambda: opting_out.unsubscribe(Contact.objects.get(pk=self.lead.contact_id)))
        self.stopped_at = self.now
        self.now += timedelta(seconds=1)
        self.send()

    @precondition(lambda self: self.stopped_at is not None)
    @rule()
    def they_come_back(self) -> None:
        self.do(lambda: opting_out.resubscribe(Contact.objects.get(pk=self.lead.contact_id)))
        self.stopped_at = None

    # What happens by itself, sooner or later

    @rule(hours=st.sampled_from([1, 20, 72, 240]))
    def time_passes(self, hours: int) -> None:
        self.now += timedelta(hours=hours)

    @rule()
    def the_news_arrives(self) -> None:
        self.do(lambda: advance_cadences([self.lead.pk]))

    @rule(twice=st.booleans())
    def timers_fire(self, twice: bool) -> None:
        for _ in range(1 + twice):
            self.do(lambda: do_touch(self.subjects("followups.do_touch")))

    @rule(twice=st.booleans())
    def mails_go(self, twice: bool) -> None:
        for _ in range(1 + twice):
            self.send()

    def send(self) -> None:
        with scope(self.account):
            due = self.subjects("followups.send_message")
        with clock.at(self.now):
            for message_id in due:
                deliver(self.account, message_id)

    def do(self, work: Callable[[], object]) -> None:
        """In the account, now; what the domain refuses in words is refused."""
        with clock.at(self.now), scope(self.account), suppress(running.CannotStart):
            work()

    def subjects(self, kind: str) -> list[UUID]:
        """Whose timers of that kind are due; they are never taken off, as if each were delivered again and again."""
        due = Job.objects.filter(kind=kind, run_at__lte=self.now).exclude(state=JobState.CANCELLED)
        return list(due.values_list("subject_id", flat=True))

    @invariant()
    def what_always_holds(self) -> None:
        with scope(self.account):
            self.check_mails(list(Message.objects.all()))
            self.check_touches(list(Enrolment.objects.all()), list(Touch.objects.all()))

    def check_mails(self, messages: list[Message]) -> None:
        """One a day at most, each handed over once, none to who has opted out."""
        sent = [one for one in messages if one.state == MessageState.SENT]
        handed = Counter(mail.extra_headers["Message-ID"] for mail in outbox.outbox)
        assert handed == Counter(one.message_id for one in sent)
        assert all(number == 1 for number in Counter(one.day for one in sent).values())
        if self.stopped_at:
            assert all(one.sent_at <= self.stopped_at for one in sent if one.sent_at)

    def check_touches(self, enrolments: list[Enrolment], touches: list[Touch]) -> None:
        """Each running cadence has one touch ahead, with a timer; an ended one has nothing open but work for people."""
        for enrolment in enrolments:
            mine = [touch for touch in touches if touch.enrolment_id == enrolment.pk]
            ahead = [touch for touch in mine if touch.state == TouchState.PLANNED]
            assert len(ahead) == (enrolment.ended_at is None)
            assert len({touch.step_id for touch in mine}) == len(mine)
            if enrolment.ended_at and enrolment.end_reason != "done":
                assert not [touch for touch in mine if touch.finished_at is None]
            for touch in ahead:
                timers = Job.objects.filter(kind="followups.do_touch", subject_id=touch.pk, state=JobState.PENDING)
                assert [timer.run_at for timer in timers] == [touch.due_at]


@pytest.mark.django_db
def test_one_mail_a_day_none_after_a_stop_and_always_a_next_touch() -> None:
    run_state_machine_as_test(Cadences, settings=settings(max_examples=8, stateful_step_count=18))
