from typing import Any

import pytest

from leads.labels import fact_label, fact_words


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (None, ""),
        ("", ""),
        ([], ""),
        (True, "Yes"),
        (False, "No"),
        (0, "0"),
        (["Azure", "SAP"], "Azure, SAP"),
        ({"minor": 2_500_050, "currency": "EUR"}, "25,000.50 EUR"),
        ({"minor": 25_000, "currency": "JPY"}, "25,000 JPY"),
        ("Logistics", "Logistics"),
    ],
)
def test_a_value_in_words(value: Any, words: str) -> None:
    assert fact_words(value) == words


def test_a_custom_field_without_a_label_is_called_by_its_key() -> None:
    assert fact_label("custom.number_of_sites") == "Number of sites"
    assert fact_label("timeline_days") == "Days until the need"
