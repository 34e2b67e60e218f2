"""A duplicate within the account is an error beside its field, in forms and in the API alike."""

from typing import Any

import pytest
from rest_framework.serializers import ValidationError

from accounts.models import Member, Team, User
from events.record import SYSTEM
from tenancy.forms import TenantForm
from tenancy.models import Account
from tenancy.scope import scope
from tenancy.serializers import TenantRelatedField, TenantSerializer

pytestmark = pytest.mark.django_db


class TeamForm(TenantForm):
    class Meta:
        model = Team
        fields = ("name",)


class MemberForm(TenantForm):
    class Meta:
        model = Member
        fields = ("name", "team")


class TeamSerializer(TenantSerializer):
    class Meta:
        model = Team
        fields = ("name",)


@pytest.fixture
def acme() -> Any:
    acme = Account.objects.create(name="Acme", slug="acme")
    with scope(acme):
        Team.objects.create(name="North")
        yield acme


def test_a_duplicate_stands_beside_the_field_of_a_form(acme: Account) -> None:
    form = TeamForm({"name": "North"}, account=acme)
    assert not (form.is_valid() and form.save())
    assert "already" in form.errors["name"][0]


def test_an_empty_choice_is_said_in_words(acme: Account) -> None:
    class Asked(MemberForm):
        class Meta(MemberForm.Meta):
            fields = ("role", "team")

    form = Asked(account=acme)
    assert '<option value="" selected>Choose one</option>' in str(form["role"])
    assert '<option value="" selected>None</option>' in str(form["team"])
    assert "---" not in str(form)


def test_the_same_name_in_another_account_is_fine(acme: Account) -> None:
    with scope(Account.objects.create(name="Eve", slug="eve")) as eves:
        form = TeamForm({"name": "North"}, account=eves)
        assert form.is_valid()
        assert form.save().account == eves


def test_a_form_offers_the_accounts_own_rows_only(acme: Account) -> None:
    eves = Account.objects.create(name="Eve", slug="eve")
    with scope(eves):
        theirs = Team.objects.create(name="Theirs")
    user = User.objects.create_user("rita@acme.example")
    rita = Member.join(user, name="Rita", role="rep", by=SYSTEM)
    form = MemberForm({"name": "Rita", "team": str(theirs.pk)}, account=acme, instance=rita)
    assert "team" in form.errors
    assert [str(team) for team in form.fields["team"].queryset] == ["North"]  # type: ignore[attr-defined]


def test_a_duplicate_is_a_field_error_of_the_api(acme: Account) -> None:
    serializer = TeamSerializer(data={"name": "North"})
    serializer.is_valid(raise_exception=True)
    with pytest.raises(ValidationError) as refused:
        serializer.save()
    assert refused.value.get_codes() == {"name": ["unique"]}


def test_a_link_of_the_api_stays_in_the_account(acme: Account) -> None:
    field = TenantRelatedField(Team)
    assert field.run_validation(Team.objects.get().public_id).name == "North"
    with scope(Account.objects.create(name="Eve", slug="eve")):
        theirs = Team.objects.create(name="Theirs")
    for text in (theirs.public_id, "tea_x", 7):
        with pytest.raises(ValidationError):
            field.run_validation(text)
