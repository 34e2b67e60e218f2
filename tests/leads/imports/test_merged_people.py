"""A file comes in while those in it were merged into others: it tells of the lead that is kept, and can go again."""

from __future__ import annotations

import pytest

from events.drain import drain
from events.record import SYSTEM
from leads.capture import capture
from leads.merging import merge
from leads.merging import undo as unmerge
from leads.models import Import, Lead, Merge
from tenancy.scope import scope
from tests.contenthash import table_hashes
from tests.leads.imports.files import imported, undone
from workspace.opening import Opened

pytestmark = pytest.mark.django_db(transaction=True)
HEADERS = ["Name", "E-mail", "Phone", "Notes", "Record ID"]
FIRST = [
    HEADERS,
    ["Ada King", "ada@example.com", "+44 20 7183 8750", "", "1"],
    ["Adah Kingsley", "adah@other.example", "", "Needs a network", "2"],
]
NEWER = [HEADERS, ["Ada King", "ada@example.com", "+44 20 7183 8751", "Needs phones, too", "1"]]


def the_lead(address: str) -> Lead:
    found: Lead = Lead.objects.with_people().get(contact__email_norm=address)
    return found


def merged(opened: Opened) -> Merge:
    with scope(opened.account):
        made = merge(the_lead("ada@example.com"), the_lead("adah@other.example"), by=opened.member.by)
    drain()
    return made


def newer(opened: Opened) -> Import:
    return imported(opened.account, NEWER, by=opened.member.by)


def test_a_newer_file_tells_of_the_lead_that_is_kept(opened: Opened) -> None:
    imported(opened.account, FIRST, by=opened.member.by)
    merged(opened)
    assert imported(opened.account, FIRST, by=opened.member.by).counts == {"unchanged": 2}
    assert newer(opened).counts["attached"] == 1
    with scope(opened.account):
        kept = the_lead("adah@other.example")
        assert (kept.message, kept.contact.name) == ("Needs phones, too", "Adah Kingsley")


@pytest.mark.parametrize("known", ["import", "api"])
def test_undoing_it_leaves_the_kept_lead_as_it_was(opened: Opened, known: str) -> None:
    if known == "import":
        imported(opened.account, FIRST, by=opened.member.by)
    else:
        with scope(opened.account):
            for name, email, phone, message, _ in FIRST[1:]:
                facts = {"name": name, "email": email, "phone": phone, "message": message}
                capture(facts, source=None, channel="api", by=SYSTEM)
        drain()
    with scope(opened.account):
        apart = table_hashes()
    made = merged(opened)
    with scope(opened.account):
        before = table_hashes()
    undone(opened.account, newer(opened))
    with scope(opened.account):
        assert table_hashes() == before
        unmerge(made, by=opened.member.by)
    drain()
    with scope(opened.account):
        assert table_hashes() == apart
