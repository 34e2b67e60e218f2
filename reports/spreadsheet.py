"""Tables of reports, as they are downloaded."""

from __future__ import annotations

from collections.abc import Sequence

from leads.money import major
from tenancy.scope import current_account

Table = Sequence[Sequence[object]]  # the first row is its head


def major_text(minor: int) -> str:
    """An amount of the account's currency as the API writes it: `4666.67`."""
    return str(major(minor, current_account().currency))
