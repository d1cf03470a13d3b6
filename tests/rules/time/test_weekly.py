"""Weekly times in the words of people: nights, weekends, hours of a day."""

from datetime import UTC, datetime, timedelta

import pytest

from models.time.calendar import CalendarSpec, OpenHours
from rules.time.weekly import weekly
from rules.zones.calendars import clock_between, slice_of

SINCE = datetime(2026, 10, 19, 12, tzinfo=UTC)
"""Clocks go back a week later."""
WORKED = ("mon", "tue", "wed", "thu", "fri")
DAILY = (*WORKED, "sat", "sun")

CLOSED = {
    "an office": ((WORKED, "09:00", "17:00"), "at night (17:00-09:00) and on weekends"),
    "days alone": ((WORKED, "00:00", "24:00"), "on weekends"),
    "every day": ((DAILY, "07:00", "22:00"), "at night (22:00-07:00)"),
    "until midnight": ((DAILY, "07:00", "24:00"), "at night (00:00-07:00)"),
    "from midnight": ((DAILY, "00:00", "22:00"), "at night (22:00-24:00)"),
    "some days": ((("tue", "thu"), "00:00", "24:00"), "on mon, wed, fri-sun"),
    "over midnight": (
        (WORKED, "22:00", "06:00"),
        "mon 00:00-22:00, tue-fri 06:00-22:00, sat 06:00-24:00 and on sun",
    ),
}


@pytest.mark.parametrize("zone", ["Europe/London", "Asia/Kolkata", "America/New_York"])
@pytest.mark.parametrize("case", CLOSED)
def test_a_week_is_told_in_local_words_whatever_clocks_do(case: str, zone: str) -> None:
    """It is an ordinary week: a holiday or a change of clocks within it is left out."""
    (days, opens, closes), words = CLOSED[case]
    spec = CalendarSpec(
        name="x",
        zone=zone,
        opens=(OpenHours(days=days, hours=((opens, closes),)),),
        holidays=("2026-10-27",),
    )
    until = SINCE + timedelta(days=60)
    ends = [SINCE, *(at for span in slice_of(spec, SINCE, until, as_of=SINCE).opens for at in span)]
    closed = [(a, b) for a, b in zip(ends[::2], [*ends[1::2], until], strict=True) if a < b]
    assert weekly(closed, clock_between(zone, SINCE, until), SINCE) == words


def test_gaps_that_do_not_come_back_every_week_have_no_such_words() -> None:
    """That is a hole on one day, or one in every second week."""
    clock = clock_between("UTC", SINCE, SINCE + timedelta(days=60))
    day = timedelta(days=1)
    assert weekly([(SINCE, SINCE + day)], clock, SINCE) is None
    second = [(SINCE + n * 14 * day, SINCE + n * 14 * day + day) for n in range(4)]
    assert weekly(second, clock, SINCE) is None
    assert weekly([], clock, SINCE) is None
    assert weekly([(SINCE, SINCE + 60 * day)], clock, SINCE) == "at any time"
