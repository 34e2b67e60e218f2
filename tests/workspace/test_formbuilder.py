"""The form builder: fields in order, what is checked, and what a saved form does."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from leads.models import CustomField, Form, Source
from pipeline.models import Pipeline
from scoring.jobs import score_leads
from tenancy.scope import scope
from tests.factories import a_lead
from workspace.formbuilder import MOST, arranged, specs_of
from workspace.opening import Opened, open_account

KNOWN = {"name": "Name", "email": "E-mail", "phone": "Phone", "custom.sites": "Sites"}
ROWS = [{"field": "name"}, {"field": "email"}, {"field": "phone"}]


@pytest.mark.parametrize(
    ("act", "more", "names"),
    [
        ("up:email", "", "email name phone"),
        ("down:email", "", "name phone email"),
        ("up:name", "", "name email phone"),
        ("down:phone", "", "name email phone"),
        ("remove:email", "", "name phone"),
        ("add", "company", "name email phone company"),
        ("add", "phone", "name email phone"),
        ("add", "", "name email phone"),
        ("remove:nothing", "", "name email phone"),
        ("", "", "name email phone"),
        ("sideways:name", "", "name email phone"),
    ],
)
def test_a_deed_arranges_the_fields(act: str, more: str, names: str) -> None:
    assert [spec["field"] for spec in arranged(ROWS, act, more)] == names.split()


def test_a_form_does_not_grow_for_ever() -> None:
    full = [{"field": str(number)} for number in range(MOST)]
    assert arranged(full, "add", "company") == full


def test_fields_are_read_as_they_were_sent_and_nothing_else() -> None:
    said = {
        "row-0-field": "email",
        "row-0-label": " Mail ",
        "row-0-required": "on",
        "row-0-help": "x" * 300,
        "row-1-field": "salary",
        "row-2-field": "email",
        "row-2-label": "again",
        "row-3-field": "custom.sites",
        "row-3-choices": "1\n\n 2 \n1",
        "row-3-hidden": "on",
        "row-3-value": "2\x00",
    }
    assert specs_of(said, KNOWN) == [
        {"field": "email", "label": "Mail", "help": "x" * 200, "required": True},
        {"field": "custom.sites", "choices": ["1", "2"], "hidden": True, "value": "2"},
    ]


@pytest.fixture
def opened(db: None) -> Opened:
    return open_account("Acme", "ada@acme.example")


@pytest.fixture
def ada(client: Client, opened: Opened) -> Client:
    client.force_login(opened.user)
    return client


def the_form(opened: Opened, name: str = "Contact us") -> Form:
    with scope(opened.account):
        form: Form = Form.objects.select_related("source").get(name=name)
        return form


def url(form: Form, more: str = "") -> str:
    return f"/acme/settings/forms/{form.public_id}/{more}"


def filled(form: Form, **changes: Any) -> dict[str, Any]:
    """What the builder's page would send of a form."""
    rows = {f"row-{n}-{key}": value for n, spec in enumerate(form.fields) for key, value in spec.items() if value}
    texts = {name: getattr(form, name) for name in ("name", "title", "intro", "consent_text", "thanks")}
    return rows | texts | {"source": str(form.source_id), "accent": "teal"} | changes


def test_a_new_form_is_not_published_until_somebody_says_so(ada: Client, opened: Opened) -> None:
    with scope(opened.account):
        source = Source.objects.get(name="Website")
    made = ada.post("/acme/settings/forms/", {"name": "Partners", "source": str(source.pk)})
    form = the_form(opened, "Partners")
    assert made["Location"] == url(form)
    assert Client().get(f"/f/{form.public_id}/").status_code == 404
    ada.post(url(form, "publication/"), {"act": "publish"})
    assert Client().get(f"/f/{form.public_id}/").status_code == 200
    assert "Published at" in ada.get(url(form)).content.decode()
    ada.post(url(form, "publication/"), {"act": "withdraw"})
    assert Client().get(f"/f/{form.public_id}/embed.js").status_code == 404
    assert "Not published" in ada.get("/acme/settings/forms/").content.decode()


def test_a_name_twice_is_an_error_beside_it(ada: Client, opened: Opened) -> None:
    form = the_form(opened)
    answer = ada.post("/acme/settings/forms/", {"name": "Contact us", "source": str(form.source_id)})
    assert "field-error" in answer.content.decode()


def test_all_of_a_form_is_saved(ada: Client, opened: Opened) -> None:
    with scope(opened.account):
        CustomField.objects.create(key="sites", label="Sites", type="number")
        pipeline = Pipeline.objects.get()
    form = the_form(opened)
    said = filled(
        form,
        title="Ask us",
        origins="https://www.acme.example/some/page\nhttp://localhost:8080",
        redirect="https://www.acme.example/thanks",
        pipeline_id=str(pipeline.pk),
        accent="violet",
        puzzle="on",
        button="Ask",
        **{"row-7-field": "custom.sites", "row-7-label": "How many sites?"},
    )
    assert ada.post(url(form), said).status_code == 302
    saved = the_form(opened)
    assert saved.origins == ["https://www.acme.example", "http://localhost:8080"]
    assert (saved.pipeline_id, saved.accent, saved.puzzle, saved.button) == (pipeline.pk, "violet", True, "Ask")
    assert saved.redirect == "https://www.acme.example/thanks"
    page = Client().get(f"/f/{form.public_id}/").content.decode()
    assert all(words in page for words in ("Ask us", "How many sites?", 'data-accent="violet"', "data-puzzle="))


def test_each_text_of_the_consent_gets_a_version(ada: Client, opened: Opened) -> None:
    form = the_form(opened)
    ada.post(url(form), filled(form))
    assert the_form(opened).consent_version == 1
    ada.post(url(form), filled(form, consent_text="You may call me."))
    ada.post(url(form), filled(form, consent_text="You may call me.", title="Else"))
    assert (the_form(opened).consent_version, the_form(opened).title) == (2, "Else")


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"origins": "acme"}, "no website’s address"),
        ({"origins": "javascript:alert(1)"}, "no website’s address"),
        ({"origins": "https://[x"}, "no website’s address"),
        ({"redirect": "javascript:alert(1)"}, "valid URL"),
        ({"redirect": "ftp://acme.example/x"}, "A page of a website is wanted"),
        ({"title": ""}, "This field is required"),
        ({"pipeline_id": "x"}, "valid choice"),
        ({"accent": "pink"}, "valid choice"),
        ({"source": ""}, "This field is required"),
        ({"row-0-hidden": "on", "row-1-hidden": "on", "row-2-hidden": "on"}, "else nobody can be answered"),
        ({"title": "x\x00"}, "Null characters"),
    ],
)
def test_what_makes_no_sense_is_said_and_not_saved(
    ada: Client, opened: Opened, wrong: dict[str, str], words: str
) -> None:
    form = the_form(opened)
    answer = ada.post(url(form), filled(form) | wrong)
    assert (answer.status_code, words in answer.content.decode()) == (422, True)
    assert the_form(opened).title == "Contact us"


def test_a_draft_shows_and_saves_nothing(ada: Client, opened: Opened) -> None:
    form = the_form(opened)
    answer = ada.post(url(form, "draft/"), filled(form, title="Not yet", act="remove:message", more="budget"))
    body = answer.content.decode()
    assert (answer.status_code, "Not yet" in body, 'id="up-message"' in body) == (200, True, False)
    assert ada.get(url(form, "draft/")).status_code == 405
    assert the_form(opened).title == "Contact us"
    assert 'id="up-message"' in ada.get(url(form)).content.decode()


def test_the_best_next_question_of_most_leads_is_offered_to_the_form_and_asked_with_one_click(
    ada: Client, opened: Opened
) -> None:
    form = the_form(opened)
    assert 'id="suggested"' not in ada.get(url(form)).content.decode()
    with scope(opened.account):
        leads = [a_lead(headcount=180, industry="Logistics", job_title="Head of IT") for _ in range(3)]
        score_leads([lead.pk for lead in leads])
    shown = " ".join(ada.get(url(form)).content.decode().split())
    assert "<strong>Days until the need</strong> is the best next question about 3 of the last 3 open leads" in shown
    asked = ada.post(url(form, "draft/"), filled(form, act="add:timeline_days")).content.decode()
    assert 'id="field-timeline_days"' in asked
    assert "<strong>Days until the need</strong> is the best" not in asked
    nonsense = ada.post(url(form, "draft/"), filled(form, act="add:salary"))
    assert (nonsense.status_code, "salary" in nonsense.content.decode()) == (200, False)


def test_another_accounts_form_is_not_found(ada: Client, opened: Opened) -> None:
    other = the_form(open_account("Globex", "eve@globex.example"))
    for more in ("", "draft/", "publication/"):
        assert ada.post(url(other, more)).status_code == 404


def test_words_of_a_form_stay_text_in_the_builder(ada: Client, opened: Opened) -> None:
    form, evil = the_form(opened), "<img src=x onerror=alert(1)>"
    said = filled(form, name=evil, title=evil, intro=evil, consent_text=evil, thanks=evil, button=evil)
    said |= {"row-0-label": evil, "row-0-help": evil, "row-0-choices": evil, "row-0-value": evil}
    assert ada.post(url(form), said).status_code == 302
    for page in (url(form), "/acme/settings/forms/"):
        assert "<img" not in ada.get(page).content.decode()
