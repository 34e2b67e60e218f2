"""Whatever is posted to a form: an answer, never an error of ours; and what counts is kept."""

from __future__ import annotations

import json
from urllib.parse import urlencode

import pytest
from django.db import transaction
from django.test import Client
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from leads.models import CustomField, FieldType, Form, Submission
from leads.spam import HONEYPOT
from leads.vocabulary import FACTS
from tenancy.models import Account
from tenancy.scope import scope
from tests.leads.forms import FIELDS, a_form, path

OWN = [f"custom.{kind}" for kind in FieldType.values]
OURS = "custom campaign consent source t puzzle agreed visitor gclid utm_source landing_page".split()
names = st.sampled_from([*FACTS, *OWN, *OURS, HONEYPOT]) | st.text(max_size=12)
texts = st.text(max_size=60) | st.sampled_from(["\x00", "\ufffd", "a@b", "+49", "~"])
inner = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | texts,
    lambda more: st.lists(more, max_size=3) | st.dictionaries(st.text(max_size=8), more, max_size=3),
    max_leaves=5,
)
fuzz = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture
def form(account: Account) -> Form:
    with scope(account):
        for kind in FieldType.values:
            CustomField.objects.create(key=kind, label=kind, type=kind, choices=["a", "b"])
    fields = [*FIELDS, {"field": "product", "choices": ["a", "b"]}, *({"field": own} for own in OWN)]
    return a_form(account, fields=fields, puzzle=True, consent_text="Yes?", origins=["https://a.example"])


@pytest.mark.django_db
@fuzz
@given(pairs=st.lists(st.tuples(names, texts), max_size=12), origin=texts)
@example(pairs=[("email", "a@b.example"), ("t", "x"), ("custom.choices", "a"), ("custom.choices", "c")], origin="null")
def test_no_form_encoded_post_breaks_it(form: Form, pairs: list[tuple[str, str]], origin: str) -> None:
    headers = {"Origin": origin.encode("ascii", "ignore").decode().replace("\x00", "").replace("\n", "").strip()}
    check(form, urlencode(pairs, errors="replace"), "application/x-www-form-urlencoded", headers)


@pytest.mark.django_db
@fuzz
@given(body=st.dictionaries(names, inner, max_size=10))
@example(body={"email": {"a": []}, "t": [1], "puzzle": {"x": 1}, "custom": [], "campaign": "x", "landing_page": {}})
def test_no_json_post_breaks_it(form: Form, body: dict[str, object]) -> None:
    check(form, json.dumps(body), "application/json", {})


@pytest.mark.django_db
@fuzz
@given(body=st.binary(max_size=200), kind=st.sampled_from(["application/json", "multipart/form-data; boundary=x", ""]))
def test_no_bytes_break_it(form: Form, body: bytes, kind: str) -> None:
    check(form, body, kind, {})


@pytest.mark.django_db
@fuzz
@given(query=st.lists(st.tuples(names, texts), max_size=8), referrer=texts)
def test_no_address_breaks_its_page(form: Form, query: list[tuple[str, str]], referrer: str) -> None:
    said = referrer.encode("ascii", "ignore").decode().replace("\n", "").replace("\r", "")
    for more in ("", "embed.js", "thanks/"):
        address = f"{path(form, more)}?{urlencode(query, errors='replace')}"
        assert Client().get(address, headers={"Referer": said}).status_code == 200


def check(form: Form, body: str | bytes, kind: str, headers: dict[str, str]) -> None:
    with transaction.atomic():
        with scope(form.account):
            before = Submission.objects.count()
        answer = Client().post(path(form), body, content_type=kind, headers=headers)
        assert answer.status_code in {201, 303, 400, 413, 415}, answer.content
        with scope(form.account):
            assert Submission.objects.count() - before == (answer.status_code < 400)
        transaction.set_rollback(True)


@pytest.mark.django_db
@pytest.mark.parametrize("origin", ["https://[::1", "https://[", "null", "://", "https://a.example:x", "\u00ff"])
def test_an_origin_that_is_none_is_foreign(form: Form, origin: str) -> None:
    answer = Client().post(
        path(form), json.dumps({"email": "a@b.example"}), "application/json", headers={"Origin": origin}
    )
    assert answer.status_code == 201
    with scope(form.account):
        assert "not one of the form's websites" in Submission.objects.get().spam
