"""What partners send is kept, checked, mapped and taken; what is forged, old or replayed is refused."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from events import drain
from leads.inbound import taking
from leads.inbound.arrival import replay
from leads.models import Activity, CustomField, Inlet, Lead, Payload, PayloadState, Protocol, Submission
from tenancy import clock
from tenancy.models import Account
from tenancy.scope import scope
from tests.factories import a_lead, a_member
from tests.leads.inbound.stage import SECRET, an_inlet, sealed, send

pytestmark = pytest.mark.django_db
ADA = {"name": "Ada King", "email": "ada@kestrel.example", "message": "Hello"}
NESTED = {"data": {"person": [{"email": "ada@kestrel.example", "full": "Ada King"}], "sites": 3}, "when": "today"}
MAPPING = {"email": "data.person[0].email", "name": "data.person[0].full", "custom.sites": "data.sites"}


def payload(account: Account) -> Payload:
    with scope(account):
        found: Payload = Payload.objects.select_related("lead__contact").latest("received_at")
        return found


def test_plain_json_is_a_lead_at_once(account: Account) -> None:
    answered = send(an_inlet(account), ADA)
    assert answered.status_code == 202
    with scope(account):
        submission = Submission.objects.select_related("lead__contact", "source").get()
    assert answered.json()["id"] == answered.json()["submission"] == submission.public_id
    assert (str(submission.lead), submission.source.name, submission.channel) == ("Ada King", "Partner", "webhook")
    kept = payload(account)
    assert (kept.state, json.loads(bytes(kept.body)), kept.lead) == ("done", ADA, submission.lead)


def test_a_mapping_finds_the_facts_in_their_shape(account: Account) -> None:
    with scope(account):
        CustomField.objects.create(key="sites", label="Sites", type="number")
    assert send(an_inlet(account, mapping=MAPPING), NESTED).json()["state"] == "done"
    with scope(account):
        lead = Lead.objects.with_people().get()
    assert (lead.contact.name, lead.contact.email, lead.custom) == ("Ada King", "ada@kestrel.example", {"sites": 3})


def test_a_list_is_many_leads(account: Account) -> None:
    send(an_inlet(account), [ADA, ADA | {"email": "max@kestrel.example"}])
    with scope(account):
        assert Submission.objects.count() == 2


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"{", "This is not JSON."),
        (b"7", "An object is wanted"),
        (b"[]", "An object is wanted"),
        (b'{"a": 1}', "There is nobody in it"),
        (b'{"a":' * 40 + b"1" + b"}" * 40, "nested"),
        (b'{"a":' * 9000 + b"1" + b"}" * 9000, "not JSON"),
    ],
)
def test_what_cannot_be_taken_is_kept_with_the_reason(account: Account, body: bytes, why: str) -> None:
    answered = send(an_inlet(account), body)
    assert (answered.status_code, answered.json()["state"], answered.json()["submission"]) == (202, "failed", None)
    kept = payload(account)
    assert (kept.state, bytes(kept.body)) == ("failed", body)
    assert why in kept.why


def test_a_mended_mapping_and_a_replay_make_the_lead_once(account: Account) -> None:
    inlet = an_inlet(account)
    send(inlet, NESTED)
    with scope(account):
        Inlet.objects.update(mapping=MAPPING)
        assert replay(Payload.objects.get())
    drain.drain()
    drain.drain()
    assert payload(account).state == "done"
    with scope(account):
        assert not replay(Payload.objects.get())  # it is taken; again would be twice
        assert Submission.objects.count() == 1


def test_what_a_crash_left_behind_is_taken_by_the_job(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    def crash(*_: Any, **__: Any) -> Any:
        raise SystemError("the lights went out")

    inlet = an_inlet(account)
    with monkeypatch.context() as broken:
        broken.setattr(taking, "settle", crash)
        with pytest.raises(SystemError):
            send(inlet, ADA)
    assert payload(account).state == "new"
    with clock.at(clock.now() + timedelta(minutes=1)):
        drain.drain()
    assert payload(account).state == "done"
    with scope(account):
        assert Lead.objects.count() == 1


def test_a_strange_token_and_a_withdrawn_one_find_nothing(account: Account) -> None:
    inlet = an_inlet(account)
    assert Client().post("/in/nonsense/", b"{}", content_type="application/json").status_code == 404
    with scope(account):
        inlet.withdraw()
    assert send(inlet, ADA).status_code == 404


def test_too_much_is_refused(account: Account) -> None:
    assert send(an_inlet(account), b" " * 70_000).status_code == 413
    with scope(account):
        assert not Payload.objects.exists()


def test_the_same_idempotency_key_is_one_lead(account: Account) -> None:
    inlet = an_inlet(account)
    first, second = (send(inlet, ADA, **{"Idempotency-Key": "a"}) for _ in range(2))
    assert first.json() == second.json()
    assert second["Idempotent-Replayed"] == "true"
    with scope(account):
        assert Submission.objects.count() == 1


# Standard Webhooks


@pytest.fixture
def standard(account: Account) -> Inlet:
    return an_inlet(account, Protocol.STANDARD, secret=SECRET)


BODY = json.dumps(ADA).encode()


def test_a_right_signature_is_taken(standard: Inlet, account: Account) -> None:
    assert send(standard, BODY, **sealed(BODY)).status_code == 202
    assert payload(account).state == "done"


def test_one_right_signature_among_several_is_enough(standard: Inlet) -> None:
    headers = sealed(BODY)
    headers["webhook-signature"] = f"v1a,xyz v1,AAAA {headers['webhook-signature']}"
    assert send(standard, BODY, **headers).status_code == 202


def refusals() -> list[tuple[bytes, dict[str, str]]]:
    good, now = sealed(BODY), int(clock.now().timestamp())
    return [
        (BODY + b" ", good),
        (BODY, good | {"webhook-id": "msg_2"}),
        (BODY, good | {"webhook-timestamp": str(now - 1)}),
        (BODY, good | {"webhook-signature": "v1,AAAA"}),
        (BODY, good | {"webhook-signature": good["webhook-signature"].replace("v1,", "v2,")}),
        (BODY, {}),
        (BODY, sealed(BODY, at=now - 301)),
        (BODY, sealed(BODY, at=now + 302)),
        (BODY, sealed(BODY, secret="whsec_AAAA")),
        (BODY, good | {"webhook-timestamp": "yesterday"}),
    ]


@pytest.mark.parametrize("case", range(10))
def test_tampered_old_and_unsigned_are_refused_and_shown(standard: Inlet, account: Account, case: int) -> None:
    body, headers = refusals()[case]
    assert send(standard, body, **headers).status_code == 401
    assert payload(account).state == PayloadState.REFUSED
    with scope(account):
        assert not Lead.objects.exists()
        assert not replay(Payload.objects.get())  # nobody takes a forged one by mistake


def test_a_replayed_message_is_refused(standard: Inlet, account: Account) -> None:
    headers = sealed(BODY)
    assert [send(standard, BODY, **headers).status_code for _ in range(2)] == [202, 409]
    with scope(account):
        assert Submission.objects.count() == 1


def test_the_sender_may_try_again_with_a_new_time(standard: Inlet, account: Account) -> None:
    now = int(clock.now().timestamp())
    first, second = (send(standard, BODY, **sealed(BODY, at=now + shift)) for shift in (0, 5))
    assert (second.status_code, second.json()["id"]) == (202, first.json()["id"])
    with scope(account):
        assert Submission.objects.count() == 1


def test_without_a_secret_nothing_signed_is_trusted(account: Account) -> None:
    assert send(an_inlet(account, Protocol.STANDARD), BODY, **sealed(BODY)).status_code == 401


# Call log


def call(account: Account, **facts: Any) -> Any:
    with scope(account):
        found = Inlet.objects.filter(protocol=Protocol.CALLS).first()
    return send(found or an_inlet(account, Protocol.CALLS), facts)


def test_a_call_from_a_stranger_is_a_lead_with_its_activity(account: Account) -> None:
    call(account, **{"from": "+44 20 7183 8750", "direction": "inbound", "status": "answered", "duration": "1:35"})
    with scope(account):
        activity = Activity.objects.select_related("lead__contact").get()
    assert activity.lead.contact.phone_e164 == "+442071838750"
    assert (activity.kind, activity.direction, activity.outcome) == ("call", "in", "spoke")
    assert activity.body == "1:35 minutes."


def test_a_call_to_a_lead_is_its_agents_attempt(account: Account) -> None:
    with scope(account):
        lead, rita = a_lead(phone="+442071838750"), a_member("Rita")
    at = (clock.now() - timedelta(minutes=9)).replace(microsecond=0)
    facts = {"to": "020 7183 8750", "direction": "outgoing", "status": "no-answer", "agent": rita.email.upper()}
    answered = call(account, **facts, started_at=at.isoformat())
    assert answered.json()["submission"] is None
    with scope(account):
        activity = Activity.objects.select_related("member").get()
        lead.refresh_from_db()
        assert Lead.objects.count() == 1
    assert (activity.member, activity.outcome, activity.direction) == (rita, "no_answer", "out")
    assert (lead.first_attempt_at, lead.first_response_at) == (at, None)


def test_a_call_log_may_be_mapped(account: Account) -> None:
    an_inlet(account, Protocol.CALLS, mapping={"phone": "call.party.tel", "duration": "call.secs"})
    call(account, call={"party": {"tel": "+442071838750"}, "secs": 60})
    with scope(account):
        assert Activity.objects.get().outcome == "spoke"


def test_a_call_of_nobody_fails_with_the_reason(account: Account) -> None:
    assert "no telephone number" in call(account, status="answered").json()["why"]


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=8,
)
callish = st.dictionaries(
    st.sampled_from(["from", "to", "phone", "direction", "status", "duration", "start", "agent", "email", "note"]),
    json_values | st.from_regex(r"\+?[0-9: .-]{0,20}"),
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    protocol=st.sampled_from([Protocol.GENERIC, Protocol.CALLS]), body=st.binary(max_size=60) | json_values | callish
)
def test_whatever_is_sent_is_kept_and_answered(account: Account, protocol: str, body: Any) -> None:
    with scope(account):
        inlet = Inlet.objects.filter(protocol=protocol).first()
    answered = send(inlet or an_inlet(account, protocol), body)
    assert answered.status_code == 202, answered.content
    with scope(account):
        assert Payload.objects.by_public_id(answered.json()["payload"]).state in ("done", "failed")


def test_an_idempotency_key_with_another_body_is_refused_not_lost(account: Account) -> None:
    inlet, key = an_inlet(account), {"Idempotency-Key": "a"}
    assert send(inlet, ADA, **key).status_code == 202
    other = send(inlet, ADA | {"email": "max@kestrel.example"}, **key)
    assert (other.status_code, other["Content-Type"]) == (422, "application/problem+json")
    assert "another body" in other.json()["detail"]


def test_two_systems_of_one_source_may_count_alike(account: Account) -> None:
    first = an_inlet(account)
    with scope(account):
        second: Inlet = Inlet.objects.create(name="Other", source=first.source, protocol=Protocol.GENERIC)
        second.publish()
    for inlet, person in ((first, ADA), (second, ADA | {"email": "max@kestrel.example"})):
        assert send(inlet, person, **{"Idempotency-Key": "1"}).status_code == 202
    with scope(account):
        assert Lead.objects.count() == 2
