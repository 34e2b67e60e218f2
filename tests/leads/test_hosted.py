"""The hosted form: a page for people, a door for any website."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from leads.models import Form, Lead, Source, Submission
from leads.spam import HONEYPOT, stamp
from tenancy import clock
from tenancy.models import Account
from tenancy.scope import scope
from tests.factories import a_lead, a_source

ADA = {"name": "Ada King", "email": "ada@example.com", "message": "Hello"}


@pytest.fixture
def form(account: Account) -> Form:
    fields = [
        {"field": "name", "label": "Your name", "required": True},
        {"field": "email", "label": "Work e-mail", "required": True},
        {"field": "phone", "label": "Phone"},
        {"field": "product", "label": "What is it about?", "choices": ["Backup", "Desk"]},
        {"field": "message", "label": "In a sentence or two"},
    ]
    with scope(account):
        form: Form = Form.objects.create(
            name="Contact",
            title="Tell us what you need",
            source=a_source(),
            fields=fields,
            origins=["https://acme.example"],
            consent_text="You may contact me.",
            thanks="Thank you, we call.",
        )
        form.publish()
    return form


def path(form: Form) -> str:
    return f"/f/{form.public_id}/"


def stamped(form: Form, age: float = 30) -> dict[str, str]:
    return {"t": stamp(form.public_id, clock.now() - timedelta(seconds=age))}


def submission(account: Account) -> Submission:
    with scope(account):
        found: Submission = Submission.objects.select_related("lead__contact").get()
        return found


def test_the_page_shows_its_fields(form: Form) -> None:
    page = Client().get(path(form), {"utm_source": "google"}, headers={"Referer": "https://search.example/"})
    body = page.content.decode()
    assert page.status_code == 200
    assert "Tell us what you need" in body
    assert all(label in body for label in ("Your name", "Work e-mail", "What is it about?", "You may contact me."))
    assert 'name="utm_source" value="google"' in body
    assert 'name="referrer" value="https://search.example/"' in body
    assert "Set-Cookie" not in page


def test_a_person_sends_it_without_any_script(form: Form, account: Account) -> None:
    sent = Client(enforce_csrf_checks=True).post(
        path(form), ADA | stamped(form) | {"product": "Backup", "agreed": "yes", "utm_source": "google"}
    )
    assert (sent.status_code, sent["Location"]) == (303, f"{path(form)}thanks/")
    assert "Thank you, we call." in Client().get(sent["Location"]).content.decode()
    stored = submission(account)
    assert (stored.lead.status, stored.lead.product, stored.channel) == ("open", "Backup", "form")
    assert stored.campaign == {"utm_source": "google"}
    assert (stored.consent["text"], stored.consent["given"]) == ("You may contact me.", "yes")
    assert stored.ip == "127.0.0.1"
    assert not {HONEYPOT, "t", "agreed"} & set(stored.raw)


def test_what_is_missing_is_said_beside_the_field_and_in_a_summary(form: Form, account: Account) -> None:
    sent = Client().post(path(form), {"name": "", "email": "ada@kestrel", "message": "Keep me"} | stamped(form))
    body = sent.content.decode()
    assert sent.status_code == 400
    assert body.count("Please finish the address") == 2
    assert body.count("Your name: please fill this in.") == 2
    assert 'aria-invalid="true"' in body
    assert "Keep me" in body
    with scope(account):
        assert not Lead.objects.exists()


def test_another_website_posts_json(form: Form, account: Account) -> None:
    headers = {"Origin": "https://acme.example"}
    sent = Client().post(path(form), json.dumps(ADA), content_type="application/json", headers=headers)
    assert sent.status_code == 201
    assert sent["Access-Control-Allow-Origin"] == "https://acme.example"
    stored = submission(account)
    assert sent.json() == {
        "id": stored.public_id,
        "submission": stored.public_id,
        "thanks": "Thank you, we call.",
    }


def test_a_stranger_does_not_learn_whom_we_knew_before(form: Form, account: Account) -> None:
    with scope(account):
        known = a_lead(email=ADA["email"])
    sent = Client().post(path(form), json.dumps(ADA), content_type="application/json")
    assert submission(account).lead_id == known.pk
    assert known.public_id not in sent.content.decode()


@pytest.mark.parametrize("value", ["Ada \ud800", "\udc00\x00", "\ud83d Ada \ude00"])
@pytest.mark.parametrize("name", ["name", "email", "phone", "message", "referrer"])
def test_half_a_character_loses_nobody(form: Form, account: Account, name: str, value: str) -> None:
    said = {"phone": "+442071838750", "landing_page": "https://acme.example", name: value}
    sent = Client().post(path(form), json.dumps(said), content_type="application/json")
    assert sent.status_code == 201 or (name, sent.status_code) == ("phone", 400)
    if sent.status_code == 201:
        assert submission(account)


def test_another_website_posts_a_form_with_other_fields(form: Form, account: Account) -> None:
    sent = Client().post(path(form), {"email": "odd", "company": "Example Ltd"})
    assert sent.status_code == 303
    assert submission(account).problems[0]["pointer"] == "/email"


def test_a_browser_asks_first(form: Form) -> None:
    listed = Client().options(path(form), headers={"Origin": "https://acme.example"})
    assert (listed.status_code, listed["Access-Control-Allow-Origin"]) == (204, "https://acme.example")
    assert "Access-Control-Allow-Origin" not in Client().options(path(form), headers={"Origin": "https://evil.example"})


@pytest.mark.parametrize(
    "trap",
    ["honeypot", "too fast", "forged", "foreign"],
)
def test_spam_is_thanked_and_put_aside(form: Form, account: Account, trap: str) -> None:
    extra, headers = stamped(form), {}
    if trap == "honeypot":
        extra[HONEYPOT] = "https://buy.example"
    elif trap == "too fast":
        extra = stamped(form, age=0)
    elif trap == "forged":
        extra["t"] = "x" + extra["t"]
    else:
        headers = {"Origin": "https://evil.example"}
    assert Client().post(path(form), ADA | extra, headers=headers).status_code == 303
    assert submission(account).lead.status == "spam"


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        ("{", "application/json", 400),
        ("[]", "application/json", 400),
        ("[" * 50_000, "application/json", 400),
        ('{"message": "hi"}', "application/json", 400),
        ('{"name": "' + "x" * 70_000 + '"}', "application/json", 413),
        ("<a/>", "text/xml", 415),
    ],
)
def test_what_nobody_can_answer_is_refused(form: Form, body: str, kind: str, status: int) -> None:
    sent = Client().post(path(form), body, content_type=kind, headers={"Origin": "https://acme.example"})
    assert (sent.status_code, sent["Content-Type"]) == (status, "application/problem+json")
    assert sent["Access-Control-Allow-Origin"]


def test_nobody_to_reach_is_told_on_the_page(form: Form) -> None:
    sent = Client().post(path(form), {"message": "hi"})
    assert (sent.status_code, "so that we can answer" in sent.content.decode()) == (400, True)


def test_a_form_can_lead_elsewhere(form: Form, account: Account) -> None:
    with scope(account):
        Form.objects.filter(pk=form.pk).update(redirect="https://acme.example/thanks")
    assert Client().post(path(form), ADA)["Location"] == "https://acme.example/thanks"
    assert "https://acme.example" in Client().get(path(form))["Content-Security-Policy"]


def test_a_withdrawn_form_is_gone(form: Form, account: Account) -> None:
    with scope(account):
        form.withdraw()
    assert Client().get(path(form)).status_code == 404
    assert Client().get(f"{path(form)}thanks/").status_code == 404


def test_markup_stays_text(form: Form) -> None:
    evil: dict[str, Any] = {"name": "<script>alert(1)</script>", "email": "x"} | stamped(form)
    assert "<script>alert(1)" not in Client().post(path(form), evil).content.decode()


@pytest.mark.parametrize("told", [{"external_id": "7"}, {"Ref": "7"}])
@pytest.mark.parametrize("ours", [True, False])
def test_who_guesses_another_systems_id_changes_no_lead(
    account: Account, form: Form, told: dict[str, str], ours: bool
) -> None:
    with scope(account):
        Source.objects.filter(pk=form.source_id).update(mapping={"Ref": "external_id"})
        lead = a_lead(email="jonas@kestrel.example", source=form.source, external_id="7")
    mallory = {"name": "Mallory", "email": "m@evil.example"} | told | (stamped(form) if ours else {})
    assert Client().post(path(form), mallory).status_code == 303
    with scope(account):
        assert Lead.objects.with_people().get(pk=lead.pk).contact.email == "jonas@kestrel.example"
        assert Submission.objects.get().raw.items() >= told.items(), "kept as it came"
