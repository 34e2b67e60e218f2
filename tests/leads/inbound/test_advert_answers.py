"""Whatever an advertiser's API answers, it is facts or a reason, never an error of ours."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from events.outgoing import Answer, Unreachable
from leads.inbound import adverts
from leads.inbound.outcome import Rejected
from leads.models import Inlet
from tests.leads.inbound.advertiser import TOKEN
from tests.leads.inbound.test_adverts import APP_SECRET, linkedin_notice, notice

SHAPE = (
    "id field_data name values error code message formResponse answers questionId answerDetails textQuestionAnswer "
    "answer multipleChoiceAnswer options versionedLeadGenFormUrn content questions predefinedField questionDetails "
    "text label"
)


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda more: (
        st.lists(more, max_size=3)
        | st.dictionaries(st.sampled_from(SHAPE.split()) | st.text(max_size=4), more, max_size=4)
    ),
    max_leaves=15,
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    answer=anything,
    status=st.sampled_from([200, 200, 200, 400, 403, 500]),
    protocol=st.sampled_from(["meta", "linkedin"]),
)
def test_whatever_they_answer_is_facts_or_a_reason(
    monkeypatch: pytest.MonkeyPatch, answer: Any, status: int, protocol: str
) -> None:
    monkeypatch.setattr(adverts, "fetch", lambda *_, **__: Answer(status, json.dumps(answer).encode()))
    inlet = Inlet(protocol=protocol, secret=APP_SECRET, access_token=TOKEN)
    try:
        leads = adverts.leads_of(inlet, json.loads(notice() if protocol == "meta" else linkedin_notice()))
    except (adverts.TokenRefused, Rejected, Unreachable):
        return
    assert all(lead["external_id"] for lead in leads)
