"""Components are really compiled (with the wrong app configs cotton stops without a word), and say what they should."""

import re
from pathlib import Path
from typing import Any

import pytest
from django.template.loader import get_template

from tests.browser import samples
from tests.browser.still import render

ROOT = Path(__file__).parent.parent / "templates"
NAMES = sorted(path.relative_to(ROOT).as_posix() for path in ROOT.rglob("*.html"))


def words(html: str) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", html).split())


@pytest.mark.parametrize("name", NAMES)
def test_template_is_compiled_and_uses_only_components_there_are(name: str) -> None:
    template: Any = get_template(name)
    assert "<c-" not in template.template.source
    assert "<<<<<<<" not in template.template.source
    used = set(re.findall(r"<c-([a-z-]+)", (ROOT / name).read_text())) - {"vars", "slot"}
    missing = [tag for tag in used if not (ROOT / f"components/{tag.replace('-', '_')}.html").exists()]
    assert not missing


@pytest.mark.parametrize("name", [name for name in NAMES if name.startswith("components/")])
def test_component_says_first_what_it_takes(name: str) -> None:
    assert (ROOT / name).read_text().lstrip().startswith("{# ")


def test_deal_card_says_all_a_rep_must_know() -> None:
    html = render(
        "components/deal_card.html", card=samples.card(1, "Kestrel", sla=samples.sla("risk", "3:42 left", 222))
    )
    assert "High €84k Kestrel Jonas Weidmann, Head of IT Call now, first response due 3:42 left" in words(html)
    assert "2 of 3 exit criteria met" in html
    assert html.count("gate-bar-met") == 2
    assert "4 of 7 d" in html
    assert "Owner: Rita Lindqvist" in html
    assert "#hourglass" in html


def test_deal_card_warns_of_a_missing_step_and_of_debt() -> None:
    meter = {"met": 1, "total": 3, "owed": 1}
    html = render("components/deal_card.html", card=samples.card(1, "Kestrel", next_step=None, meter=meter))
    assert "No next step" in html
    assert html.count("gate-bar-owed") == 1
    assert "1 owed" in html


def test_receipt_shows_every_reason_the_sum_and_the_unknown() -> None:
    html = render("components/receipt.html", receipt=samples.receipt())
    assert "Asked for a quote +26" in words(html)
    assert "26 + 20 + 17 + 19 = 82" in html
    assert "Contract end unknown" in words(html)
    assert 'aria-label="Score 82, give or take 9, Urgent"' in html


def test_gate_lists_what_is_missing_as_inputs_and_what_is_met_with_evidence() -> None:
    html = render("pipeline/gate.html", **samples.gate())
    assert "8 things are missing before Northgate Biotech can move" in words(html)
    for name in ("cri_datetime.starts_at", "cri_objections.obj_1", "cri_stakeholder.role", "cri_facts.headcount"):
        assert f'name="{name}"' in html
    assert 'name="cri_text"' in html
    assert "Give an answer." in html
    assert "Leila Haddad, on 11 March" in html
    assert "Move anyway" in html
    assert "Move anyway" not in render("pipeline/gate.html", **samples.gate() | {"may_override": False})


def test_what_a_lead_wrote_is_never_markup() -> None:
    evil = '<script>alert("x")</script>'
    card = samples.card(1, evil, person=evil, next_step={"icon": "phone", "text": evil}, missing='{"a": "\'\\""}')
    html = render("components/deal_card.html", card=card)
    assert "<script>" not in html
    assert html.count("&lt;script&gt;") >= 3
