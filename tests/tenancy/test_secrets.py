"""Secrets of others are of no use to who has the database alone, and live through a change of keys."""

from __future__ import annotations

from importlib import import_module
from types import SimpleNamespace
from typing import Any

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from leads.models import Inlet, Mailbox, Provider
from routing.models import NoticeSettings
from tenancy.models import Account
from tenancy.scope import scope
from tenancy.secrets import SecretField, SecretLost, decrypted, encrypted
from tests.factories import a_member, a_source
from tests.isolation.world import TENANT_MODELS

SECRET = "a very secret word"


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=80))
def test_what_is_encrypted_can_be_read_again(plain: str) -> None:
    kept = encrypted(plain)
    assert decrypted(kept) == plain
    assert (not plain) or len(plain) < 4 or plain not in kept


def test_the_same_secret_looks_different_each_time() -> None:
    assert encrypted(SECRET) != encrypted(SECRET)
    assert encrypted("") == ""


def test_the_former_key_reads_and_the_new_one_writes(settings: Any) -> None:
    kept, before = encrypted(SECRET), settings.SECRET_KEY
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "a new one", [before]
    assert decrypted(kept) == SECRET
    written = encrypted(SECRET)
    settings.SECRET_KEY_FALLBACKS = []
    assert decrypted(written) == SECRET
    with pytest.raises(SecretLost, match="SECRET_KEY_FALLBACKS"):
        decrypted(kept)


def kept_in(table: str, column: str, account: Account) -> str:
    with scope(account), connection.cursor() as cursor:
        cursor.execute(f"SELECT {column} FROM {table}")
        return str(cursor.fetchone()[0])


def columns() -> list[tuple[Any, str]]:
    return [
        (model, field.attname)
        for model in TENANT_MODELS
        for field in model._meta.concrete_fields
        if isinstance(field, SecretField)
    ]


def test_every_secret_of_others_is_kept_so() -> None:
    assert {(model, name) for model, name in columns()} == {
        (Inlet, "secret"),
        (Inlet, "verify_token"),
        (Inlet, "access_token"),
        (Mailbox, "password"),
        (Provider, "secret"),
        (NoticeSettings, "post_url"),
    }


@pytest.mark.django_db
def test_the_database_has_no_plain_secret(account: Account) -> None:
    with scope(account):
        source = a_source()
        Inlet.objects.create(name="a", source=source, secret=SECRET, verify_token=SECRET, access_token=SECRET)
        Mailbox.objects.create(source=source, host="a.example", username="a", password=SECRET)
        Provider.objects.create(name="a", url="https://a.example/{domain}", secret=SECRET)
        NoticeSettings.objects.create(member=a_member("Rita"), post_url=SECRET)
    for model, name in columns():
        kept = kept_in(model._meta.db_table, name, account)
        assert SECRET not in kept
        assert decrypted(kept) == SECRET
        with scope(account):
            assert getattr(model.objects.get(), name) == SECRET


@pytest.mark.django_db
def test_an_update_of_many_encrypts_too(account: Account) -> None:
    with scope(account):
        inlet = Inlet.objects.create(name="a", source=a_source(), secret="former")
        Inlet.objects.update(secret=SECRET)
        inlet.refresh_from_db()
        assert inlet.secret == SECRET
    assert SECRET not in kept_in("inlet", "secret", account)


@pytest.mark.django_db
def test_nothing_is_looked_up_by_a_secret(account: Account) -> None:
    with scope(account), pytest.raises(TypeError):
        Inlet.objects.filter(secret=SECRET).exists()


@pytest.mark.django_db
def test_rotation_writes_everything_with_the_newest_key(account: Account, settings: Any) -> None:
    with scope(account):
        Inlet.objects.create(name="a", source=a_source(), secret=SECRET)
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "a new one", [settings.SECRET_KEY]
    call_command("rotate_secrets")
    settings.SECRET_KEY_FALLBACKS = []
    with scope(account):
        inlet = Inlet.objects.get()
        assert (inlet.secret, inlet.access_token) == (SECRET, "")


@pytest.mark.django_db
def test_rotation_stops_before_a_secret_that_it_cannot_read(account: Account, settings: Any) -> None:
    with scope(account):
        Inlet.objects.create(name="a", source=a_source(), secret=SECRET)
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "a new one", []
    with pytest.raises(SecretLost):
        call_command("rotate_secrets")


@pytest.mark.django_db
def test_secrets_from_before_are_encrypted_where_they_stand_and_back(account: Account) -> None:
    migration, editor = import_module("leads.migrations.0016_secrets_at_rest"), SimpleNamespace(connection=connection)
    with scope(account), connection.cursor() as cursor:
        Inlet.objects.create(name="a", source=a_source())
        cursor.execute("UPDATE inlet SET secret = %s", [SECRET])
    migration.encrypt(apps, editor)
    assert SECRET not in kept_in("inlet", "secret", account)
    with scope(account):
        inlet = Inlet.objects.get()
        assert (inlet.secret, inlet.access_token) == (SECRET, "")
    migration.decrypt(apps, editor)
    assert kept_in("inlet", "secret", account) == SECRET
