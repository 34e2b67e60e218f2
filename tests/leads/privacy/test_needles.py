"""A word is found where it is whole, however it is surrounded, in Python and in PostgreSQL alike."""

from __future__ import annotations

import pytest
from django.db import connection

from leads.privacy.needles import expressions, pattern

EMAIL, PHONE = "ann@x.example", "+4940361110"
WHOLE = [
    "ann@x.example",
    "<Ann@X.example>",
    "Write to ann@x.example.",
    "mailto:ann@x.example?subject=Hi",
    "to=%3Aann@x.example",
    r'{"note": "Hello\nann@x.example\n"}',
    "-ann@x.example",
    "p:+4940361110",
    "004940361110",
    "+4940361110, or later",
]
PARTS = [
    "joann@x.example",
    "jo.ann@x.example",
    "jo+ann@x.example",
    "ann@x.example.org",
    "ann@x.examples",
    "ann@x.example-shop.example",
    "+49403611105",
    "+4940361110-5",
    "1234940361110",
]
WORDS = (EMAIL, PHONE, PHONE[1:])


@pytest.mark.parametrize("text", WHOLE)
def test_a_whole_word_is_found(text: str) -> None:
    assert pattern(WORDS).search(text)


@pytest.mark.parametrize("text", PARTS)
def test_a_part_of_another_word_is_not(text: str) -> None:
    assert not pattern(WORDS).search(text)


@pytest.mark.django_db
@pytest.mark.parametrize("text", [*WHOLE, *PARTS])
def test_postgresql_finds_the_same(text: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT %s ~* ANY(%s)", [text, expressions(WORDS)])
        assert cursor.fetchone()[0] == bool(pattern(WORDS).search(text))


def test_no_word_finds_nothing() -> None:
    assert not pattern(()).search("anything")
