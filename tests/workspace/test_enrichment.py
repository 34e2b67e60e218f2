"""The settings page of enrichment: providers, their mapping, and trying them."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from django.conf import LazySettings
from django.db import connection
from django.test import Client

from events import outgoing
from events.kinds import Kind
from events.models import Event
from leads.enrichment.rounds import working_providers
from leads.models import Lead, Provider, ProviderAnswer
from tenancy.scope import scope
from tests.leads.oracle import Oracle, an_oracle

URL = "/acme/settings/enrichment/"


@pytest.fixture
def ada(cast: SimpleNamespace, client: Client) -> Client:
    client.force_login(cast.ada.user)
    return client


@pytest.fixture
def oracle(settings: LazySettings) -> Iterator[Oracle]:
    with an_oracle() as oracle:
        settings.OUTGOING_PRIVATE_HOSTS = [oracle.host]
        yield oracle


def a_provider(cast: SimpleNamespace, url: str, **mapping: str) -> Provider:
    with scope(cast.account):
        made: Provider = Provider.objects.create(
            name="Clearfacts", url=url, header="Authorization", secret="k", mapping=mapping
        )
    return made


def test_ada_adds_a_provider_with_its_mapping(ada: Client, cast: SimpleNamespace) -> None:
    said = {"name": "Clearfacts", "url": "https://api.example.com/{domain}", "path-headcount": " size "}

    page = ada.post(URL, said, follow=True).content.decode()

    assert "Clearfacts is asked from the next lead on." in page
    with scope(cast.account):
        assert [one.mapping for one in working_providers()] == [{"headcount": "size"}]
        assert Event.objects.filter(kind=Kind.PROVIDER_CHANGED).count() == 1


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"url": "https://api.example.com/firms"}, "with {domain} or {email} in it"),
        ({"url": "ftp://api.example.com/{domain}"}, "An https:// address"),
        ({"url": "https://api.example.com/{domain}/{secret}"}, "Only {domain} and {email}"),
        ({"header": "A\nB"}, "name, such as Authorization"),
        ({"header": "X-Key", "secret": "schlüssel"}, "letters, digits and signs"),
        ({"name": "Taken"}, "already"),
        ({"name": ""}, "This field is required."),
    ],
)
def test_what_makes_no_sense_is_told(ada: Client, cast: SimpleNamespace, said: dict[str, str], words: str) -> None:
    with scope(cast.account):
        Provider.objects.create(name="Taken", url="https://x.example/{domain}")

    page = ada.post(URL, {"name": "New", "url": "https://api.example.com/{email}"} | said).content.decode()

    assert words in page
    with scope(cast.account):
        assert Provider.objects.count() == 1


def test_the_key_is_never_shown_and_stays_when_left_empty(ada: Client, cast: SimpleNamespace) -> None:
    provider = a_provider(cast, "https://api.example.com/{domain}")
    with scope(cast.account):
        Provider.objects.update(secret="Bearer very-secret")
        ProviderAnswer.objects.create(provider=provider, asked="x")
    url = f"{URL}{provider.public_id}/"
    assert "very-secret" not in ada.get(url).content.decode()

    ada.post(url, {"name": "Clear", "url": provider.url, "header": "Authorization", "path-industry": "sector"})

    with scope(cast.account):
        provider.refresh_from_db()
        assert not ProviderAnswer.objects.exists()
    assert (provider.name, provider.secret, provider.mapping) == ("Clear", "Bearer very-secret", {"industry": "sector"})


def test_trying_a_provider_shows_what_it_says_and_writes_nothing(
    ada: Client, cast: SimpleNamespace, oracle: Oracle
) -> None:
    provider = a_provider(cast, oracle.url, headcount="size", industry="nowhere")
    oracle.says({"size": 240, "note": "<script>alert(1)</script>"})

    page = ada.post(f"{URL}{provider.public_id}/trial/", {"email": "jonas@kestrel.example"}).content.decode()

    assert "Company size" in page
    assert "240" in page
    assert "&lt;script&gt;" in page
    assert oracle.asked == ["/firms/kestrel.example"]
    with scope(cast.account):
        assert not ProviderAnswer.objects.exists()
        assert not Lead.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_no_transaction_waits_for_a_provider(
    ada: Client, cast: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    provider, waited = a_provider(cast, "https://a.example/{domain}"), []

    def slow(*_: Any, **__: Any) -> Any:
        waited.append(connection.in_atomic_block)
        raise outgoing.Unreachable("It took too long.")

    monkeypatch.setattr(outgoing, "fetch", slow)
    page = ada.post(f"{URL}{provider.public_id}/trial/", {"email": "jonas@kestrel.example"})
    assert waited == [False]
    assert "It took too long." in page.content.decode()
    assert ada.post(f"{URL}{provider.public_id}/trial/", {"email": "x"}).status_code == 200


@pytest.mark.parametrize(
    ("email", "status", "words"),
    [
        ("jonas@gmail.com", 200, "names no firm"),
        ("jonas@kestrel.example", 404, "knows nothing of it"),
        ("jonas@kestrel.example", 500, "status 500"),
        ("nonsense", 200, "valid email address"),
    ],
)
def test_a_trial_that_fails_says_why(
    ada: Client, cast: SimpleNamespace, oracle: Oracle, email: str, status: int, words: str
) -> None:
    provider = a_provider(cast, oracle.url)
    oracle.says({}, status=status)

    assert words in ada.post(f"{URL}{provider.public_id}/trial/", {"email": email}).content.decode()


def test_the_built_in_provider_can_be_tried(ada: Client) -> None:
    said = {"email": "jonas@kestrel.co.uk", "phone": "+49 30 123456", "job_title": "Leiter Einkauf"}
    page = ada.post(f"{URL}trial/", said).content.decode()
    assert all(word in page for word in ("kestrel.co.uk", "DE", "head", "procurement"))
    assert "Nothing is said" in ada.post(f"{URL}trial/", {}).content.decode()


def test_a_paused_provider_is_not_asked(ada: Client, cast: SimpleNamespace) -> None:
    provider = a_provider(cast, "https://api.example.com/{domain}")
    ada.post(f"{URL}{provider.public_id}/pause/", {"paused": "yes"})
    with scope(cast.account):
        assert working_providers() == []
    ada.post(f"{URL}{provider.public_id}/pause/", {"paused": "no"})
    with scope(cast.account):
        assert working_providers() == [provider]
