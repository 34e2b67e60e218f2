import pytest

from followups.merge import as_html, fields_in, merge, presentable


def test_a_field_takes_its_value_or_its_fallback() -> None:
    text = "Hello {{ first_name|there }}, about {{product|it}}."
    assert merge(text, {"first_name": "Ada", "product": ""}) == "Hello Ada, about it."
    assert merge(text, {}) == "Hello there, about it."


def test_an_unknown_field_without_fallback_is_empty() -> None:
    assert merge("[{{ nothing }}]", {}) == "[]"


@pytest.mark.parametrize(
    "text",
    ["{% now 'Y' %}", "{{ first_name.upper }}", "{{ first_name|upper|lower }} {# x #}", "{{ 7*7 }}", "${first_name}"],
)
def test_it_is_never_a_template_language(text: str) -> None:
    assert "ADA" not in merge(text, {"first_name": "ada"})
    assert "49" not in merge(text, {})
    assert "2026" not in merge(text, {})


def test_a_value_is_not_read_again() -> None:
    values = {"first_name": "{{ company }}", "company": "Acme"}
    assert merge("{{ first_name }}", values) == "{{ company }}"


@pytest.mark.parametrize(
    "value", ["Win at https://evil.example", "www.evil.example now", "see evil.com/offer", "x" * 81]
)
def test_a_strangers_advertising_gives_way_to_the_fallback(value: str) -> None:
    assert merge("Hello {{ first_name|there }}", {"first_name": value}) == "Hello there"


def test_a_value_is_one_line() -> None:
    assert presentable("Ada\r\nBcc: eve@example.com\x00") == "Ada Bcc: eve@example.com"


def test_html_escapes_everything_and_links_addresses() -> None:
    html = as_html("Hello <script>alert(1)</script>\nsecond line\n\nhttps://acme.example/x?a=1&b=2")
    assert "<script>" not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;<br>\nsecond line</p>" in html
    assert '<a href="https://acme.example/x?a=1&amp;b=2"' in html


def test_fields_in_names_them_in_order() -> None:
    assert fields_in("{{ a }} {{ b|c }}") == ["a", "b"]
