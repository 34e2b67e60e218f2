from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reports.worktime import worked, worktime
from routing.workingtime import NINE_TO_FIVE, Calendar, Week, calendar_for

MOMENTS = st.datetimes(datetime(2024, 1, 1), datetime(2026, 12, 31)).map(lambda moment: moment.replace(tzinfo=UTC))
LAST_DAY = date(2027, 12, 31)
SPLIT: Week = (((480, 720), (780, 1065)),) * 4 + (((480, 780),), ((600, 720),), ())
COMPANY_DAY = ((date(2025, 6, 13), "Company day"),)


def ask_postgres(start: datetime, end: datetime, calendar: Calendar) -> float:
    values: dict[str, Any] = {"start": start, "end": end, "zone": str(calendar.zone)}
    values |= worktime(calendar, LAST_DAY)
    with connection.cursor() as cursor:
        cursor.execute("SELECT " + worked("%(start)s::timestamptz", "%(end)s::timestamptz"), values)
        return float(cursor.fetchone()[0])


@pytest.mark.django_db
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    MOMENTS,
    st.timedeltas(timedelta(), timedelta(days=90)),
    st.sampled_from(["Europe/London", "Asia/Kathmandu", "America/New_York"]),
    st.sampled_from([NINE_TO_FIVE, SPLIT]),
)
def test_sql_counts_as_routing_does(start: datetime, length: timedelta, zone: str, week: Week) -> None:
    calendar = calendar_for(zone, "GB", week, COMPANY_DAY)
    counted = ask_postgres(start, start + length, calendar)

    assert counted == pytest.approx(calendar.between(start, start + length).total_seconds(), abs=0.01)


@pytest.mark.django_db
def test_christmas_is_not_worked() -> None:
    """Wednesday 24 to Monday 29 December 2025 at noon: the rest of the 24th and Monday morning."""
    start, end = datetime(2025, 12, 24, 12, tzinfo=UTC), datetime(2025, 12, 29, 12, tzinfo=UTC)

    assert ask_postgres(start, end, calendar_for("UTC", "GB")) == 8 * 3600
