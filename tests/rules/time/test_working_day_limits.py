"""Limits that are dates, at their edges: midnights, ends of pauses, ends of known time."""

from datetime import datetime, timedelta

import pytest

from models.time.calendar import LOCAL
from models.time.clock import Roll, Target
from rules.time.localtime import midnight
from rules.time.working_day_limits import covers, end_of_working_day, rolled
from rules.zones.calendars import slice_of
from tests.rules.almanac import OFFICE, a_calendar, reckoned, utc

LONDON = "Europe/London"
WORK = a_calendar(LONDON, days="mon-fri", hours="09:00-17:00")
FRIDAY = utc("2025-11-21 10:00")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.mark.parametrize(
    ("date", "number", "due"),
    [
        ("2025-11-25 18:00", 0, "2025-11-25 17:00"),
        ("2025-11-25 17:00", 0, "2025-11-25 17:00"),
        ("2025-11-25 16:59", 0, "2025-11-24 17:00"),
        ("2025-11-25 18:00", 1, "2025-11-24 17:00"),
        ("2025-11-25 08:00", 1, "2025-11-24 17:00"),
        ("2025-11-25 18:00", 2, "2025-11-21 17:00"),
    ],
)
def test_an_end_of_a_day_before_a_date(date: str, number: int, due: str) -> None:
    """It is the last one before that instant, or before the day of that date."""
    target = Target(day_end=number, calendar=OFFICE, before="launch")
    assert reckoned(FRIDAY, target, WORK, dates={"launch": utc(date)}).limit_at == utc(due)


@pytest.mark.parametrize(
    ("pause", "due"),
    [
        (("2025-11-24 17:00", "2025-11-24 18:00"), "2025-11-24 17:00"),
        (("2025-11-24 16:00", "2025-11-24 17:00"), "2025-11-25 17:00"),
        (("2025-11-24 16:00", "2025-11-24 16:59"), "2025-11-24 17:00"),
    ],
)
def test_a_pause_covers_an_end_that_comes_while_or_when_it_ends(
    pause: tuple[str, str], due: str
) -> None:
    """A pause that begins at the end of the day does not cover it."""
    run = reckoned(FRIDAY, Target(day_end=1, calendar=OFFICE), WORK, (utc(pause[0]), utc(pause[1])))
    assert run.limit_at == utc(due)


@pytest.mark.parametrize(
    ("hours", "start", "due"),
    [
        ("09:00-17:00", "2025-11-21 16:59", "2025-11-21 17:00"),
        ("09:00-17:00", "2025-11-21 17:00", "2025-11-24 17:00"),
        ("00:00-08:00", "2025-11-21 07:00", "2025-11-21 08:00"),
        ("22:00-06:00", "2025-11-21 10:00", "2025-11-22 06:00"),
    ],
)
def test_a_day_ends_with_the_last_window_that_begins_on_it(
    hours: str, start: str, due: str
) -> None:
    """That window may last past midnight; an end that is now is not the next one."""
    calendar = a_calendar(LONDON, days="mon-fri", hours=hours)
    run = reckoned(utc(start), Target(day_end=0, calendar=OFFICE), calendar)
    assert run.limit_at == utc(due)


@pytest.mark.parametrize("hours", [62, 14])
def test_a_midnight_beside_a_working_day_belongs_to_it(hours: int) -> None:
    """The midnights before Monday and after Friday stay where they are."""
    target = Target(within=hours * HOUR, rolls=Roll(calendar=OFFICE, at="12:00"))
    assert reckoned(FRIDAY, target, WORK).limit_at == FRIDAY + hours * HOUR


def test_a_day_that_never_was_has_no_end() -> None:
    """In Samoa the day after Thursday was Saturday."""
    thursday = utc("2011-12-29 12:00-10:00")
    samoa = a_calendar("Pacific/Apia")
    run = reckoned(thursday, Target(day_end=1, calendar=LOCAL), samoa)
    assert run.limit_at == utc("2012-01-01 00:00+14:00")
    back = Target(day_end=1, calendar=LOCAL, before="launch")
    saturday = utc("2011-12-31 12:00+14:00")
    run = reckoned(thursday - DAY, back, samoa, dates={"launch": saturday})
    assert run.limit_at == utc("2011-12-30 00:00-10:00")


def test_the_first_day_of_a_slice_has_its_end() -> None:
    """No window comes before its own window."""
    known = slice_of(WORK, FRIDAY, FRIDAY, FRIDAY)
    assert end_of_working_day(known, FRIDAY, 0, ()) == utc("2025-11-21 17:00")
    assert end_of_working_day(known, FRIDAY, 1, ()) is None


def test_time_after_the_end_of_a_slice_is_unknown() -> None:
    """Its day has begun, but may still be cut short."""
    monday = utc("2025-11-24 08:00")
    known = slice_of(WORK, FRIDAY, FRIDAY + 7 * DAY, FRIDAY)
    assert end_of_working_day(known, FRIDAY, 1, ()) == utc("2025-11-24 17:00")
    assert rolled(known, utc("2025-11-22 10:00"), "12:00") == utc("2025-11-24 12:00")
    short = known.changed(valid_until=monday)
    assert end_of_working_day(short, FRIDAY, 1, ()) is None
    assert rolled(short, utc("2025-11-22 10:00"), "12:00") is None
    assert rolled(short, utc("2025-11-22 10:00"), "08:00") == monday


def test_a_slice_covers_its_first_and_its_last_instant() -> None:
    """A limit at the very end is known."""
    known = slice_of(WORK, FRIDAY, FRIDAY, FRIDAY)
    assert covers(known, known.valid_from)
    assert covers(known, known.valid_until)
    assert not covers(known, known.valid_from - timedelta(microseconds=1))


def test_days_keep_their_local_time_over_every_change_of_a_year() -> None:
    """One reckoning goes forward in March and back in October."""
    year = a_calendar(LONDON)
    start = utc("2026-01-31 01:30")
    run = reckoned(start, Target(days=300, calendar=LOCAL), year, reach=400 * DAY)
    assert run.limit_at == start + 300 * DAY
    assert run.elapsed(utc("2026-07-31 00:30")) == 181 * DAY
    assert run.elapsed(utc("2026-10-25 01:30")) == 267 * DAY + HOUR / 2
    assert run.elapsed(utc("2026-10-26 01:30")) == 268 * DAY


def test_a_day_begins_at_midnight_sharp_whatever_the_second() -> None:
    """What happened at 16:50:37.123 belongs to a day that began at 00:00:00."""
    happened = datetime(2026, 3, 27, 16, 50, 37, 123)  # noqa: DTZ001 - local
    assert midnight(happened) == datetime(2026, 3, 27)  # noqa: DTZ001 - local
