"""The stream between walls: who does not see a lead hears nothing of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Member
from events import live_feed
from events.kinds import Kind
from events.live_feed import Change
from events.record import SYSTEM, record
from leads.live import kept_from
from leads.merging import merge
from leads.models import Lead
from leads.records import AssignmentRow, record_assignments, release
from pipeline.comments import add_comment
from tenancy import clock
from tenancy.ids import uuid7
from tenancy.models import Account, SeenBy
from tenancy.scope import scope
from tests.accounts.test_live import Browser, listen
from tests.factories import a_lead, a_member, an_account, in_team, the_cast

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def acme(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """Rita is of the north and has a lead; Raj is of the south. Who comes hears of nothing before."""
    monkeypatch.setattr(live_feed, "GRACE", timedelta(0))
    with clock.at(clock.now() - timedelta(minutes=1)):  # so that nothing of this is news
        acme = the_cast(an_account("acme"))
        with scope(acme.account):
            in_team(acme.rita, "North")
            in_team(acme.raj, "South")
            in_team(acme.max, "South")
            acme.lead = a_lead(owner=acme.rita)
    return acme


def hears(acme: SimpleNamespace, member: Member, happens: Callable[[], object]) -> list[tuple[str, str]]:
    browser = Browser(member, "acme")

    def in_acme() -> None:
        with scope(acme.account):
            happens()

    listen(browser, in_acme)
    return [(one["kind"], one["lead"]) for one in browser.heard("change")]


def changes(acme: SimpleNamespace) -> Callable[[], object]:
    return lambda: record(Kind.LEAD_CHANGED, acme.lead, by=SYSTEM, lead_id=acme.lead.pk)


def test_who_sees_a_lead_hears_of_it_and_nobody_else(acme: SimpleNamespace) -> None:
    said = [("lead.changed", acme.lead.public_id)]
    assert hears(acme, acme.rita, changes(acme)) == said
    assert hears(acme, acme.max, changes(acme)) == said
    assert hears(acme, acme.raj, changes(acme)) == []
    Account.objects.update(seen_by=SeenBy.EVERYBODY)
    assert hears(acme, acme.raj, changes(acme)) == said


def test_no_id_is_told_of_what_belongs_to_no_lead(acme: SimpleNamespace) -> None:
    browser = Browser(acme.raj, "acme")

    def firm() -> None:
        with scope(acme.account):
            record(Kind.COMPANY_CHANGED, uuid7(), by=acme.rita.by)

    listen(browser, firm)
    (told,) = browser.heard("change")
    assert (set(told), told["kind"], told["lead"]) == ({"id", "kind", "lead"}, "company.changed", "")


def test_who_is_let_in_hears_of_the_very_comment_that_lets_in(acme: SimpleNamespace) -> None:
    told = hears(acme, acme.raj, lambda: add_comment(acme.lead, "@Raj have a look", by=acme.rita.by))
    assert ("comment.added", acme.lead.public_id) in told


def test_who_had_it_until_then_hears_that_it_went_away(acme: SimpleNamespace) -> None:
    def passes(to: Member) -> Callable[[], object]:
        return lambda: record_assignments([AssignmentRow(acme.lead.pk, to.pk, to.name, "")], SYSTEM)

    with scope(acme.account), clock.at(clock.now() - timedelta(minutes=1)):
        passes(acme.raj)()
    said = [("lead.assigned", acme.lead.public_id)]
    assert hears(acme, acme.raj, passes(acme.rita)) == said, "it leaves his board"
    with scope(acme.account):
        release([acme.lead.pk])
    assert hears(acme, acme.raj, passes(acme.rita)) == said, "what nobody had everybody saw"
    with scope(acme.account):
        nora = in_team(a_member("Nora"), "North")
    assert hears(acme, acme.raj, passes(nora)) == []


def test_a_merge_is_told_of_the_lead_that_one_saw(acme: SimpleNamespace) -> None:
    with scope(acme.account), clock.at(clock.now() - timedelta(minutes=1)):
        rajs: Lead = a_lead(owner=acme.raj)
    told = hears(acme, acme.raj, lambda: merge(rajs, acme.lead, by=acme.max.by))
    assert told == [("lead.merged", rajs.public_id)]


def test_what_is_asked_grows_neither_with_the_listeners_nor_with_the_changes(acme: SimpleNamespace) -> None:
    def asked(members: list[Member], number: int) -> int:
        news = [Change(str(one), "lead.changed", acme.lead.pk) for one in range(number)]
        with CaptureQueriesContext(connection) as queries:
            kept = kept_from(news, {member.pk for member in members})
        assert kept[acme.lead.pk] == {member.pk for member in members}
        return len(queries)

    with scope(acme.account):
        others = [in_team(a_member(f"Rep {number}"), "South") for number in range(5)]
        assert asked([acme.raj], 1) == asked([acme.raj, *others], 30) == 4
        with CaptureQueriesContext(connection) as queries:
            assert not kept_from([Change("1", "lead.changed", acme.lead.pk)], {acme.max.pk, acme.ada.pk})
        assert len(queries) == 2
        Account.objects.update(seen_by=SeenBy.EVERYBODY)
        with CaptureQueriesContext(connection) as queries:
            assert not kept_from([Change("1", "lead.changed", acme.lead.pk)], {acme.raj.pk})
        assert len(queries) == 1
