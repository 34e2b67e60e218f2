"""What the board asks of the database, whatever the number of cards."""

import re
from types import SimpleNamespace

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from pipeline.board import FIRST
from pipeline.models import Override
from pipeline.opening import open_deals_of
from tenancy import clock
from tenancy.models import Account
from tenancy.scope import scope
from tests.factories import a_lead
from tests.pipeline.deals import a_deal, a_ready_deal, stage, the_deal, the_pipeline
from tests.pipeline.test_board import drop, rita

__all__ = ["rita"]
pytestmark = pytest.mark.django_db


def test_the_first_view_stays_small_and_takes_twelve_queries_whatever_the_number_of_cards(
    account: Account, cast: SimpleNamespace, rita: Client
) -> None:
    with scope(account):
        the_pipeline()
        leads = [a_lead(owner=cast.rita, company=f"A rather long company name {n}", tier="high") for n in range(60)]
        open_deals_of([lead.pk for lead in leads])
        for lead in leads[:40]:
            override = Override("To fill the board", clock.now().date())
            the_deal(lead).move(
                stage("Discovery" if lead in leads[:20] else "Technical"), by=cast.max.by, override=override
            )
    rita.get("/acme/board/")
    with CaptureQueriesContext(connection) as asked:
        response = rita.get("/acme/board/")

    assert len(own(asked)) <= 12, own(asked)
    assert response.content.count(b"data-card=") == 3 * FIRST
    assert len(response.content) <= 80 * 1024  # two columns more would have to fit into 100 KB


def own(asked: CaptureQueriesContext) -> list[str]:
    """What a request asked; the test's own transaction makes the request's one a savepoint."""
    usual = r"SAVEPOINT|RELEASE|SET LOCAL app.account_id = ''"
    return [query["sql"] for query in asked if not re.match(usual, query["sql"])]


def test_a_changed_card_takes_eight_queries_whatever_is_on_the_board(
    account: Account, cast: SimpleNamespace, rita: Client
) -> None:
    with scope(account):
        leads = ",".join(a_deal(cast.rita, company=f"Firm {number}").lead.public_id for number in range(20))
    path, page = f"/acme/board/cards/?leads={leads}", {"HX-Request": "true", "HX-Current-URL": "https://x/acme/board/"}
    rita.get(path, headers=page)
    with CaptureQueriesContext(connection) as asked:
        response = rita.get(path, headers=page)
    assert response.content.count(b"data-card=") == 20
    assert len(own(asked)) <= 8, own(asked)


def test_a_move_takes_no_more_than_thirty_two_queries(account: Account, cast: SimpleNamespace, rita: Client) -> None:
    with scope(account):
        deals = [a_ready_deal(cast.rita, company=name) for name in ("Kestrel", "Marlowe")]
    drop(rita, deals[0], "Discovery")
    with CaptureQueriesContext(connection) as asked:
        assert drop(rita, deals[1], "Discovery").status_code == 200
    assert len(own(asked)) <= 32, own(asked)
