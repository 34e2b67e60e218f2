"""Whatever is sent: stored and answered, never an error."""

from __future__ import annotations

import json

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leads.models import Submission
from leads.vocabulary import FACTS
from tenancy.models import Account
from tenancy.scope import scope
from tests.factories import a_key
from tests.leads.test_api_leads import URL, Api

scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
names = st.sampled_from([*FACTS, "source", "campaign", "consent", "custom", "utm_source", "x"]) | st.text(max_size=8)
people = st.dictionaries(names, values, max_size=12)


@pytest.mark.django_db
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(facts=people)
def test_nothing_that_is_sent_breaks_capture(account: Account, facts: dict[str, object]) -> None:
    with transaction.atomic():
        with scope(account):
            api, before = Api(a_key()), Submission.objects.count()
        answered = api.post(URL, json.dumps({"external_id": "fuzz"} | facts))
        assert answered.status_code in (200, 201, 400), answered.content
        with scope(account):
            assert Submission.objects.count() - before == (answered.status_code < 400)
        transaction.set_rollback(True)
