"""Lead ads of Meta and LinkedIn: challenged, signed, fetched by id, tried again, and clear about a token that ended."""

from __future__ import annotations

import hmac
import json
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client

from events import drain
from leads.inbound.adverts import LINKEDIN_VERSION
from leads.inbound.arrival import replay_failed
from leads.inbound.taking import MOST_TRIES
from leads.models import Inlet, Lead, Payload, Protocol, Submission
from tenancy import clock
from tenancy.models import Account
from tenancy.scope import scope
from tests.leads.inbound.advertiser import META_LEAD, TOKEN, Advertiser, advertiser
from tests.leads.inbound.stage import an_inlet, linkedin_sealed, meta_sealed, send

pytestmark = pytest.mark.django_db
APP_SECRET = "app-secret"


@pytest.fixture
def api(settings: Any) -> Iterator[str]:
    with advertiser() as where:
        settings.OUTGOING_PRIVATE_HOSTS = [where]
        yield f"http://{where}"


@pytest.fixture
def meta(account: Account, api: str) -> Inlet:
    columns = {"secret": APP_SECRET, "verify_token": "verify-me", "access_token": TOKEN, "base_url": f"{api}/v23.0"}
    return an_inlet(account, Protocol.META, **columns)


@pytest.fixture
def linkedin(account: Account, api: str) -> Inlet:
    return an_inlet(account, Protocol.LINKEDIN, secret=APP_SECRET, access_token=TOKEN, base_url=api)


def notice(lead_id: str = META_LEAD["id"], field: str = "leadgen", age: int = 60) -> bytes:
    at = int(clock.now().timestamp()) - age
    value = {"leadgen_id": lead_id, "page_id": "1", "form_id": "777", "created_time": at}
    return json.dumps(
        {"object": "page", "entry": [{"id": "1", "time": at, "changes": [{"field": field, "value": value}]}]}
    ).encode()


def linkedin_notice(action: str = "CREATED") -> bytes:
    body = {
        "type": "LEAD_ACTION",
        "leadGenFormResponse": "urn:li:leadGenFormResponse:abc-1",
        "leadGenForm": "urn:li:versionedLeadGenForm:(urn:li:leadGenForm:3162,1)",
        "leadAction": action,
        "occurredAt": int(clock.now().timestamp() * 1000),
    }
    return json.dumps(body).encode()


def kept(account: Account) -> Payload:
    with scope(account):
        found: Payload = Payload.objects.select_related("inlet").latest("received_at")
        return found


def later(minutes: int) -> None:
    with clock.at(clock.now() + timedelta(minutes=minutes)):
        drain.drain()


def test_meta_is_answered_when_it_asks_who_we_are(meta: Inlet) -> None:
    asked = {"hub.mode": "subscribe", "hub.challenge": "1158201444", "hub.verify_token": "verify-me"}
    answered = Client().get(f"/in/{meta.token}/", asked)
    assert (answered.status_code, answered.content) == (200, b"1158201444")
    assert answered["Content-Type"].startswith("text/plain")
    assert Client().get(f"/in/{meta.token}/", asked | {"hub.verify_token": "guess"}).status_code == 403


def test_meta_is_not_answered_without_a_verify_token(account: Account) -> None:
    inlet = an_inlet(account, Protocol.META, secret=APP_SECRET)
    asked = {"hub.mode": "subscribe", "hub.challenge": "1", "hub.verify_token": ""}
    assert Client().get(f"/in/{inlet.token}/", asked).status_code == 403
    assert Client().get(f"/in/{an_inlet(account).token}/").status_code == 405


def test_a_meta_lead_is_fetched_in_a_job(meta: Inlet, account: Account) -> None:
    body = notice()
    answered = send(meta, body, **meta_sealed(body, APP_SECRET))
    assert (answered.status_code, answered.json()["state"], Advertiser.asked) == (202, "new", [])
    drain.drain()
    with scope(account):
        lead = Lead.objects.with_people().get()
        submission = Submission.objects.get()
    assert (lead.contact.name, lead.contact.phone_e164, lead.external_id) == (
        "Ada King",
        "+442071838750",
        "444444444444",
    )
    assert lead.campaign == {"campaign_name": "Autumn", "form_id": "777"}
    assert submission.ignored == ["how_many_sites_"]
    assert kept(account).submission_id == submission.pk


@pytest.mark.parametrize("case", ["tampered", "unsigned", "other secret", "old"])
def test_forged_and_old_notices_are_refused(meta: Inlet, account: Account, case: str) -> None:
    body = notice(age=4 * 86_400 if case == "old" else 60)
    headers = {} if case == "unsigned" else meta_sealed(body, "x" if case == "other secret" else APP_SECRET)
    assert send(meta, body + b" " if case == "tampered" else body, **headers).status_code == 401
    drain.drain()
    assert (kept(account).state, Advertiser.asked) == ("refused", [])


def test_a_replayed_notice_is_refused(meta: Inlet, account: Account) -> None:
    body = notice()
    assert [send(meta, body, **meta_sealed(body, APP_SECRET)).status_code for _ in range(2)] == [202, 409]
    drain.drain()
    with scope(account):
        assert Submission.objects.count() == 1


def test_a_busy_server_is_asked_again(meta: Inlet, account: Account) -> None:
    Advertiser.busy = 1
    body = notice()
    send(meta, body, **meta_sealed(body, APP_SECRET))
    drain.drain()
    assert (kept(account).state, kept(account).why) == ("new", "Answered 503: Service temporarily unavailable")
    later(minutes=5)
    assert kept(account).state == "done"


def test_a_server_that_never_answers_ends_as_failed(meta: Inlet, account: Account) -> None:
    Advertiser.busy = 99
    body = notice()
    send(meta, body, **meta_sealed(body, APP_SECRET))
    for attempt in range(MOST_TRIES):
        later(minutes=15 * (attempt + 1))
    assert kept(account).state == "failed"
    assert kept(account).why.startswith(f"After {MOST_TRIES} tries: Answered 503")


def test_an_ended_token_is_told_and_a_new_one_brings_the_leads(meta: Inlet, account: Account) -> None:
    Advertiser.token = "EAAB-new"
    body = notice()
    send(meta, body, **meta_sealed(body, APP_SECRET))
    drain.drain()
    assert (kept(account).state, kept(account).why) == ("failed", "The access token was refused: Session has expired")
    assert "no longer accepted" in kept(account).inlet.token_warning(clock.now().date())
    with scope(account):
        Inlet.objects.update(access_token="EAAB-new", token_refused_at=None)
        assert replay_failed(meta) == 1
    drain.drain()
    assert kept(account).state == "done"


@pytest.mark.parametrize(
    ("days", "words"), [(30, ""), (14, "expires on 16 March 2026"), (0, "expired on 2 March 2026")]
)
def test_the_end_of_a_token_is_announced(days: int, words: str) -> None:
    today = date(2026, 3, 2)
    inlet = Inlet(token_expires_on=today + timedelta(days=days))
    assert words in inlet.token_warning(today)
    assert bool(inlet.token_warning(today)) == bool(words)


def test_the_token_is_used_with_the_proof_of_its_app(meta: Inlet, account: Account) -> None:
    body = notice()
    send(meta, body, **meta_sealed(body, APP_SECRET))
    drain.drain()
    (query,) = Advertiser.queries
    assert query["appsecret_proof"] == [hmac.digest(APP_SECRET.encode(), TOKEN.encode(), "sha256").hex()]
    assert {"id", "created_time", "ad_id", "form_id", "field_data"} <= set(query["fields"][0].split(","))


@pytest.mark.parametrize(
    ("status", "code", "state"),
    [
        (400, 190, "failed"),  # the token ended or was revoked
        (400, 102, "failed"),
        (403, 200, "failed"),  # it may not read leads
        (403, 10, "failed"),
        (400, 2, "new"),  # down for a moment
        (400, 4, "new"),  # too many calls: of the app, of the page, of lead ads
        (403, 32, "new"),
        (400, 613, "new"),
        (400, 80_005, "new"),
        (400, "190", "failed"),
    ],
)
def test_metas_errors_are_told_apart(meta: Inlet, account: Account, status: int, code: int | str, state: str) -> None:
    Advertiser.refusal = (status, {"error": {"message": "No", "type": "OAuthException", "code": code}})
    body = notice()
    send(meta, body, **meta_sealed(body, APP_SECRET))
    drain.drain()
    assert kept(account).state == state
    refused = kept(account).inlet.token_refused_at is not None
    assert refused == (state == "failed" and code != "190")


def test_a_lead_that_is_not_there_fails_with_what_they_said(meta: Inlet, account: Account) -> None:
    body = notice("123")
    send(meta, body, **meta_sealed(body, APP_SECRET))
    drain.drain()
    assert kept(account).why == "The lead can't be fetched: 400 Unsupported get request"


def test_other_news_of_the_page_is_no_lead(meta: Inlet, account: Account) -> None:
    body = notice(field="feed")
    send(meta, body, **meta_sealed(body, APP_SECRET))
    drain.drain()
    assert (kept(account).state, Advertiser.asked) == ("ignored", [])


def test_a_lead_id_is_never_a_path(meta: Inlet, account: Account) -> None:
    body = notice("../me/accounts")
    send(meta, body, **meta_sealed(body, APP_SECRET))
    drain.drain()
    assert Advertiser.asked == []


def test_a_private_base_is_not_asked(meta: Inlet, account: Account, settings: Any) -> None:
    settings.OUTGOING_PRIVATE_HOSTS = []
    body = notice()
    send(meta, body, **meta_sealed(body, APP_SECRET))
    drain.drain()
    assert (kept(account).state, Advertiser.asked) == ("failed", [])
    assert "not a public address" in kept(account).why


def test_linkedin_is_answered_by_hmac(linkedin: Inlet) -> None:
    answered = Client().get(f"/in/{linkedin.token}/", {"challengeCode": "890e4665"})
    expected = hmac.digest(APP_SECRET.encode(), b"890e4665", "sha256").hex()
    assert answered.json() == {"challengeCode": "890e4665", "challengeResponse": expected}


def test_a_linkedin_lead_is_fetched_with_its_form(linkedin: Inlet, account: Account) -> None:
    body = linkedin_notice()
    assert send(linkedin, body, **linkedin_sealed(body, APP_SECRET)).status_code == 202
    drain.drain()
    with scope(account):
        lead = Lead.objects.with_people().get()
    assert (lead.contact.name, lead.contact.email, lead.external_id) == ("Ada King", "ada@kestrel.example", "abc-1")
    assert (lead.tech_stack, lead.product) == (["Azure", "AWS"], "0")  # options by their words, where the form has them
    assert set(Advertiser.versions) == {LINKEDIN_VERSION}


def test_a_linkedin_lead_that_was_deleted_there_is_none(linkedin: Inlet, account: Account) -> None:
    body = linkedin_notice("DELETED")
    send(linkedin, body, **linkedin_sealed(body, APP_SECRET))
    drain.drain()
    assert kept(account).state == "ignored"


def test_linkedin_forged_and_replayed_are_refused(linkedin: Inlet) -> None:
    body = linkedin_notice()
    assert send(linkedin, body, **linkedin_sealed(body, "x")).status_code == 401
    assert send(linkedin, body + b" ", **linkedin_sealed(body, APP_SECRET)).status_code == 401
    assert [send(linkedin, body, **linkedin_sealed(body, APP_SECRET)).status_code for _ in range(2)] == [202, 409]
