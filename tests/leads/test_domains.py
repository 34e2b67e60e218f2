"""Which domains say something about a firm."""

import pytest

from leads.domains import is_disposable, of_email


@pytest.mark.parametrize(
    ("address", "domain"),
    [
        ("jonas@kestrel.example.com", "example.com"),
        ("jonas@kestrel.co.uk", "kestrel.co.uk"),
        ("jonas@gmail.com", ""),
        ("jonas@mailinator.com", ""),
        ("jonas@x.mailinator.com", ""),
    ],
)
def test_free_and_disposable_mailboxes_name_no_firm(address: str, domain: str) -> None:
    assert of_email(address) == domain


def test_only_whole_names_are_disposable() -> None:
    assert is_disposable("MAILINATOR.com")
    assert not is_disposable("notmailinator.example")
    assert not is_disposable("com")
    assert not is_disposable("")
