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
from hypothesis import strategies as st
from hypothesis.stateful import invariant

from events.models import Job, JobState
from events.record import SYSTEM
from followups import opting_out, running
from followups.defaults import install
from followups.jobs import advance_cadences, do_touch, enrol_leads, reply_instantly, resume_cadences
from followups.models import Cadence, Enrolment, Message, MessageState, Touch, TouchState
from followups.sending import deliver
from followups.touching import complete
from leads.models import Contact, Lead
from leads.undoing import CannotUndo, last_change, undo
from routing.calendars import calendar_of
from tenancy import clock
from tenancy.scope import scope
from tests.factories import an_account
from tests.followups.stage import a_worked_lead
from tests.machine import Machine, play, step

MONDAY = datetime(2026, 3, 2, 10, tzinfo=UTC)
TIERS = st.sampled_from(["urgent", "medium", "low"])


class Cadences(Machine):
    """One person's lead, its cadences, its timers, and the outbox."""

    lead: Lead

    def __init__(self) -> None:
        super().__init__()
        self.now, self.zone = MONDAY, calendar_of(self.account).zone
        self.stopped_at: datetime | None = None  # since when no automatic mail may go
        outbox.outbox = []

    # What people do

    @step(tier=TIERS)
    def the_deal_opens(self, tier: str) -> None:
        self.do(lambda: Lead.objects.filter(pk=self.lead.pk).update(tier=tier))
        self.do(lambda: enrol_leads([self.lead.pk]))

    @step()
    def somebody_starts_one(self) -> None:
        self.do(lambda: running.start(self.lead, Cadence.objects.earliest("name"), by=SYSTEM))

    @step()
    def somebody_stops_it(self) -> None:
        def stop() -> None:
            for enrolment in Enrolment.objects.select_related("cadence").filter(ended_at=None):
                running.stop(enrolment, by=SYSTEM)

        self.do(stop)

    @step()
    def they_ask_again(self) -> None:
        self.do(lambda: reply_instantly([self.lead.pk]))

    @step(outcome=st.sampled_from(["no_answer", "voicemail", "spoke"]))
    def rita_calls(self, outcome: str) -> None:
        self.do(lambda: Lead.objects.get(pk=self.lead.pk).log_activity(kind="call", outcome=outcome, by=SYSTEM))

    @step()
    def rita_undoes_her_call(self) -> None:
        """Only what she logged within the day, and nothing that the prospect did."""

        def undone() -> None:
            if event := last_change(SYSTEM, self.lead.pk):
                undo(event, by=SYSTEM)

        self.do(undone)
        self.do(lambda: resume_cadences([self.lead.pk]))

    @step()
    def rita_does_what_is_due(self) -> None:
        people = ("lead__contact", "lead__company", "lead__owner", "step__template")
        self.do(lambda: [complete(one, by=SYSTEM) for one in Touch.objects.select_related(*people).filter(state="due")])

    @step()
    def they_opt_out(self) -> None:
        if self.stopped_at:
            return
        self.do(lambda: opting_out.unsubscribe(Contact.objects.get(pk=self.lead.contact_id)))
        self.stopped_at = self.now

    @step()
    def they_opt_out_while_a_mail_is_on_its_way(self) -> None:
        if self.stopped_at:
            return
        self.now += timedelta(days=1)
        self.do(lambda: reply_instantly([self.lead.pk]))
        self.do(lambda: opting_out.unsubscribe(Contact.objects.get(pk=self.lead.contact_id)))
        self.stopped_at = self.now
        self.now += timedelta(seconds=1)
        self.send()

    @step()
    def they_come_back(self) -> None:
        if not self.stopped_at:
            return
        self.do(lambda: opting_out.resubscribe(Contact.objects.get(pk=self.lead.contact_id)))
        self.stopped_at = None

    # What happens by itself, sooner or later

    @step(hours=st.sampled_from([1, 20, 72, 240]))
    def time_passes(self, hours: int) -> None:
        self.now += timedelta(hours=hours)

    @step()
    def the_news_arrives(self) -> None:
        self.do(lambda: advance_cadences([self.lead.pk]))

    @step(twice=st.booleans())
    def timers_fire(self, twice: bool) -> None:
        for _ in range(1 + twice):
            self.do(lambda: do_touch(self.subjects("followups.do_touch")))

    @step(twice=st.booleans())
    def mails_go(self, twice: bool) -> None:
        for _ in range(1 + twice):
            self.send()

    def send(self) -> None:
        due = self.subjects("followups.send_message")
        with clock.at(self.now):
            for message_id in due:
                deliver(self.account, message_id)

    def do(self, work: Callable[[], object]) -> None:
        """In the account, now; what the domain refuses in words is refused."""
        with clock.at(self.now), suppress(running.CannotStart, CannotUndo):
            work()

    def subjects(self, kind: str) -> list[UUID]:
        """Whose timers of that kind are due; they are never taken off, as if each were delivered again and again."""
        due = Job.objects.filter(kind=kind, run_at__lte=self.now).exclude(state=JobState.CANCELLED)
        return list(due.values_list("subject_id", flat=True))

    @invariant()
    def what_always_holds(self) -> None:
        self.check_mails()
        self.check_touches()

    def check_mails(self) -> None:
        """One a day at most, each handed over once, none to who has opted out, none of a cadence that was stopped."""
        columns = ("message_id", "sent_at", "touch__enrolment__ended_at", "touch__enrolment__end_reason")
        sent = list(Message.objects.filter(state=MessageState.SENT).values_list(*columns))
        handed = Counter(mail.extra_headers["Message-ID"] for mail in outbox.outbox)
        assert handed == Counter(message_id for message_id, *_ in sent)
        days = Counter(at.astimezone(self.zone).date() for _, at, *_ in sent)
        assert all(number == 1 for number in days.values())
        if self.stopped_at:
            assert all(at <= self.stopped_at for _, at, *_ in sent)
        assert all(at <= ended for _, at, ended, why in sent if ended and why != "done")

    def check_touches(self) -> None:
        """Each running cadence has one touch ahead, with a timer; an ended one has nothing open but work for people."""
        columns = ("pk", "enrolment_id", "step_id", "state", "due_at", "finished_at")
        touches = list(Touch.objects.values_list(*columns, named=True))
        pending = Job.objects.filter(kind="followups.do_touch", state=JobState.PENDING)
        timers = list(pending.values_list("subject_id", "run_at"))
        for pk, ended_at, why in Enrolment.objects.values_list("pk", "ended_at", "end_reason"):
            mine = [touch for touch in touches if touch.enrolment_id == pk]
            ahead = [touch for touch in mine if touch.state == TouchState.PLANNED]
            assert len(ahead) == (ended_at is None)
            assert len({touch.step_id for touch in mine}) == len(mine)
            if ended_at and why != "done":
                assert not [touch for touch in mine if touch.finished_at is None]
            for touch in ahead:
                assert [at for subject, at in timers if subject == touch.pk] == [touch.due_at]


@pytest.mark.django_db
def test_one_mail_a_day_none_after_a_stop_and_always_a_next_touch() -> None:
    account = an_account()
    with clock.at(MONDAY), scope(account):
        install()
        Cadences.lead = a_worked_lead("medium", email="jonas@kestrel.example")
    play(Cadences, account, examples=40, steps=14)
