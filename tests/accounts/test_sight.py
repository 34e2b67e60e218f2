"""The one place that decides what a member sees."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Member
from accounts.roles import Role
from accounts.sight import is_walled, sight_of
from leads.models import Company, Contact, Lead, Merge, Suspicion
from pipeline.following import follow
from pipeline.models import Approval, Deal, Stage, Task
from tenancy.ids import uuid7
from tenancy.models import Account, SeenBy
from tenancy.sight import EVERYTHING, Sight, current_sight, in_sight_q, owned_by, seeing
from tests.factories import a_lead, a_member, in_team

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("seen_by", list(SeenBy))
@pytest.mark.parametrize("has_team", [True, False])
def test_walls_stand_around_reps_with_a_team_where_the_account_asks_for_them(
    role: Role, seen_by: SeenBy, has_team: bool
) -> None:
    member = Member(role=role, team_id=uuid7() if has_team else None)
    walled = is_walled(Account(seen_by=seen_by), member)
    assert walled == (role == Role.REP and seen_by == SeenBy.TEAM and has_team)


def test_an_account_has_walls_unless_it_says_otherwise(account: Account) -> None:
    assert Account.objects.get(pk=account.pk).seen_by == SeenBy.TEAM


def test_only_members_of_other_teams_are_hidden(in_scope: Account, cast: SimpleNamespace) -> None:
    in_team(cast.rita, "North")
    in_team(cast.raj, "South")
    in_team(cast.ada, "South")
    in_team(a_member("Nora"), "North")
    assert sight_of(in_scope, cast.rita) == Sight(frozenset({cast.raj.pk, cast.ada.pk}))


def test_who_sees_everything_is_not_asked_about(in_scope: Account, cast: SimpleNamespace) -> None:
    in_team(cast.rita, "North")
    in_team(cast.raj, "South")
    in_team(cast.max, "South")
    with CaptureQueriesContext(connection) as queries:
        assert sight_of(in_scope, cast.max) is EVERYTHING
        assert sight_of(Account(seen_by=SeenBy.EVERYBODY), cast.raj) is EVERYTHING
        assert not queries
        assert sight_of(in_scope, cast.raj)
    assert len(queries) == 1


def test_a_follower_is_let_in_to_what_would_be_hidden_only(in_scope: Account, cast: SimpleNamespace) -> None:
    in_team(cast.rita, "North")
    in_team(cast.raj, "South")
    hidden, seen = a_lead(owner=cast.rita), a_lead(owner=cast.raj)
    for lead in (hidden, seen):
        follow(lead, cast.raj)
    follow(hidden, cast.rita)
    sight = sight_of(in_scope, cast.raj)
    assert sight == Sight(frozenset({cast.rita.pk}), frozenset({hidden.pk}))
    assert sight.sees(cast.rita.pk, hidden.pk)
    assert not sight.sees(cast.rita.pk, seen.pk)


def test_the_condition_says_the_same_as_the_question(in_scope: Account, cast: SimpleNamespace) -> None:
    leads = [a_lead(owner=owner) for owner in (cast.rita, cast.rita, cast.raj, cast.max, None)]
    sight = Sight(frozenset({cast.rita.pk, cast.max.pk}), frozenset({leads[0].pk}))
    with seeing(sight):
        found = set(Lead.objects.in_sight())
    assert found == {lead for lead in leads if sight.sees(lead.owner_id, lead.pk)} == {leads[0], leads[2], leads[4]}
    assert current_sight() is EVERYTHING


def test_what_hangs_on_a_lead_is_hidden_with_it() -> None:
    assert owned_by(Lead) == (("owner", "pk"),)
    assert owned_by(Deal) == owned_by(Task) == (("lead__owner", "lead"),)
    assert owned_by(Approval) == (("deal__lead__owner", "deal__lead"),)
    assert owned_by(Suspicion) == (("first__owner", "first"), ("second__owner", "second"))
    assert owned_by(Merge) == (("lead__owner", "lead"), ("other__owner", "other"))
    assert owned_by(Stage) == owned_by(Member) == ()
    assert not in_sight_q(Lead, EVERYTHING)


def test_people_and_firms_are_there_with_one_of_their_leads_or_without_any(
    in_scope: Account, cast: SimpleNamespace
) -> None:
    hidden, both = a_lead(owner=cast.rita, company="Hidden"), a_lead(owner=cast.rita, company="Both")
    none, mine = a_lead(company="Nobody"), a_lead(owner=cast.raj)
    Lead.objects.filter(pk=mine.pk).update(contact=both.contact, company=both.company)
    alone = Company.objects.create(name="Alone")
    with seeing(Sight(frozenset({cast.rita.pk}))):
        firms, people = set(Company.objects.in_sight()), set(Contact.objects.in_sight())
    assert {both.company, none.company, alone} <= firms
    assert hidden.company not in firms
    assert {both.contact, none.contact} <= people
    assert hidden.contact not in people
