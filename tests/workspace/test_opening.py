import json
from io import StringIO

import pytest
from allauth.account.models import EmailAddress
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.test import Client

from accounts.models import ApiKey, Member
from accounts.roles import Role, Scope
from events.kinds import Kind
from events.models import Event
from leads.models import Form, Source
from tenancy import door
from tenancy.models import Account
from tenancy.scope import scope
from workspace.opening import open_account

pytestmark = pytest.mark.django_db
PASSWORD = "correct-horse-7-battery"


def command(**options: str) -> dict[str, str | None]:
    out = StringIO()
    call_command("new_account", *[f"--{name}={value}" for name, value in options.items()], "--json", stdout=out)
    [line] = out.getvalue().splitlines()
    facts: dict[str, str | None] = json.loads(line)
    return facts


def test_first_admin_gets_an_account_with_source_form_and_key() -> None:
    opened = open_account("Harbourline IT", "Ada@Example.com", PASSWORD)

    assert (opened.account.slug, opened.user.email, opened.member.role) == (
        "harbourline-it",
        "ada@example.com",
        Role.ADMIN,
    )
    with scope(opened.account):
        assert set(Source.objects.values_list("name", flat=True)) >= {"Website", "API"}
        form = Form.objects.get(name="Contact us")
        key = ApiKey.live(opened.account, opened.api_key)
        assert key
        assert set(key.scopes) == set(Scope.values)
        assert Event.objects.filter(kind=Kind.ACCOUNT_OPENED).count() == 1
    assert door.behind("form", form.public_id) == opened.account


def test_first_admin_can_log_in(client: Client) -> None:
    open_account("Harbourline IT", "ada@example.com", PASSWORD)

    assert EmailAddress.objects.get(email="ada@example.com").verified
    assert client.login(email="ada@example.com", password=PASSWORD)


def test_known_person_gets_another_account_with_the_old_login() -> None:
    first = open_account("Harbourline IT", "ada@example.com", PASSWORD)
    second = open_account("Second Firm", "ada@example.com")

    assert second.user == first.user
    assert second.password is None
    assert door.accounts_of_user(first.user.pk) == [first.account, second.account]
    with scope(second.account):
        assert Member.objects.count() == 1


def test_known_person_with_a_wrong_password_is_refused() -> None:
    open_account("Harbourline IT", "ada@example.com", PASSWORD)

    with pytest.raises(ValidationError, match="another password"):
        open_account("Second Firm", "ada@example.com", "not-hers-at-all-9")

    assert Account.objects.count() == 1


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Harbourline IT", "harbourline-it-2"),
        ("API", "api-2"),
        ("Müller & Söhne GmbH", "muller-sohne-gmbh"),
        ("株式会社", "firm"),
        ("x" * 80, "x" * 34),
        ("under_score_", "under-score"),
    ],
)
def test_slug_is_readable_free_and_not_reserved(name: str, slug: str) -> None:
    open_account("Harbourline IT", "ada@example.com", PASSWORD)

    account = open_account(name, "max@example.com", PASSWORD).account

    assert account.slug == slug
    account.full_clean()


def test_slugs_of_one_name_count_up() -> None:
    accounts = [open_account("Demo", f"a{n}@example.com", PASSWORD).account for n in range(12)]

    assert [account.slug for account in accounts] == ["demo", *(f"demo-{n}" for n in range(2, 13))]


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"name": " "}, "1 to 80 characters"),
        ({"name": "a\x00b"}, "1 to 80 characters"),
        ({"email": "nobody"}, "not an e-mail address"),
        ({"password": "short"}, "too short"),
        ({"password": ""}, "too short"),
        ({"template": "retail"}, "Choose one of"),
    ],
)
def test_bad_input_says_what_is_wrong_and_changes_nothing(wrong: dict[str, str], says: str) -> None:
    with pytest.raises(ValidationError, match=says):
        open_account(**{"name": "Harbourline IT", "email": "ada@example.com", "password": PASSWORD} | wrong)

    assert not Account.objects.exists()


def test_command_prints_one_json_line() -> None:
    facts = command(name="Harbourline IT", email="ada@example.com", password=PASSWORD)

    assert list(facts) == ["account", "slug", "url", "email", "password", "api_key"]
    assert facts["password"] == PASSWORD
    assert str(facts["url"]).endswith("/harbourline-it/")


def test_command_makes_a_password_that_works(client: Client) -> None:
    facts = command(name="Harbourline IT", email="ada@example.com")

    assert client.login(email="ada@example.com", password=facts["password"])


def test_command_refuses_in_a_sentence() -> None:
    with pytest.raises(CommandError, match="not an e-mail address"):
        command(name="Harbourline IT", email="nobody")
