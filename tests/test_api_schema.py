"""The generated schema, fuzzed: whatever is sent, the answer is one the schema names, and never a 500."""

from typing import Any

import pytest
import schemathesis
from django.core.wsgi import get_wsgi_application
from hypothesis import HealthCheck, Phase, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tenancy.scope import scope
from tests.factories import a_key
from workspace.opening import open_account

schema = schemathesis.pytest.from_fixture("contract")
BATCH = "/api/v1/leads/batch/"  # whose examples are hundreds of leads
few = settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.generate],
    derandomize=True,
)


@pytest.fixture
def contract(transactional_db: None) -> Any:
    """The schema as it is served, and an account with one lead behind every `{lead_id}`."""
    return schemathesis.openapi.from_wsgi("/api/v1/schema/", get_wsgi_application())


@pytest.fixture
def key(transactional_db: None) -> str:
    opened = open_account(name="Acme", email="ada@acme.example", template="it_services")
    with scope(opened.account):
        return a_key()


# Three tests, so that several processes share them.
@schema.include(path=BATCH).parametrize()
@settings(few, max_examples=6)
def test_batches_keep_their_contract(case: Any, key: str) -> None:
    keeps_its_contract(case, key)


@schema.include(method="GET").parametrize()
@few
def test_every_reading_keeps_its_contract(case: Any, key: str) -> None:
    keeps_its_contract(case, key)


@schema.exclude(method="GET").exclude(path=BATCH).parametrize()
@few
def test_every_writing_keeps_its_contract(case: Any, key: str) -> None:
    keeps_its_contract(case, key)


def keeps_its_contract(case: Any, key: str) -> None:
    response = case.call(headers={"Authorization": f"Bearer {key}"})
    case.validate_response(
        response,
        checks=[not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance],
    )
