"""Leads by what somebody types: what others hide takes nobody's place."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace

import pytest

from leads.searching import by_words
from tenancy import clock
from tenancy.models import Account
from tenancy.sight import Sight, seeing
from tests.factories import a_lead

pytestmark = pytest.mark.django_db


def test_the_newest_are_counted_among_what_the_reader_sees(in_scope: Account, cast: SimpleNamespace) -> None:
    ago = [clock.now() - timedelta(days=days) for days in range(4)]
    names = {"name": "Jonas Kestrel", "owner": cast.raj}
    hidden, let_in = (a_lead(**names, captured_at=at) for at in ago[:2])
    mine = a_lead(name="Mira Kestrel", owner=cast.rita, captured_at=ago[2])
    nobodys = a_lead(name="Ewa Kestrel", captured_at=ago[3])
    assert by_words("kestrel", 2) == [hidden.pk, let_in.pk]
    with seeing(Sight(frozenset({cast.raj.pk}))):
        assert by_words("kestrel", 2) == [mine.pk, nobodys.pk]
    with seeing(Sight(frozenset({cast.raj.pk}), frozenset({let_in.pk}))):
        assert by_words("KESTREL", 2) == [let_in.pk, mine.pk]


@pytest.mark.parametrize("words", ["%", "_", "\\", "o%l"])
def test_signs_of_a_pattern_mean_themselves(in_scope: Account, words: str) -> None:
    a_lead(name="Olof Nyberg")
    assert by_words(words) == []
    assert by_words("olof") != []
