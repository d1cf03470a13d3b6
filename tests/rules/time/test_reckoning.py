"""How a run of a clock counts by its calendar, rule by rule."""

from datetime import timedelta

import pytest

from models.time.calendar import LOCAL
from models.time.clock import Roll, Target
from rules.time.reckoning import reckon
from tests.rules.almanac import OFFICE, a_calendar, reckoned, utc

HOUR, DAY, MINUTE = timedelta(hours=1), timedelta(days=1), timedelta(minutes=1)
LONDON = "Europe/London"
WORK = a_calendar(LONDON, days="mon-fri", hours="09:00-17:00", holidays="GB-ENG")
FRIDAY = utc("2025-11-21 16:00")


def test_exactly_at_the_limit_is_not_breached_and_an_instant_later_is() -> None:
    """Even if the calendar closes at the limit and nothing counts any more."""
    run = reckoned(FRIDAY, Target(within=HOUR, calendar=OFFICE), WORK)
    assert run.limit_at == utc("2025-11-21 17:00")
    assert not run.breached(utc("2025-11-21 17:00"))
    assert run.breached(utc("2025-11-21 17:00:01"))
    assert run.elapsed(utc("2025-11-23 12:00")) == run.total == HOUR


def test_a_pause_without_an_end_leaves_the_limit_open() -> None:
    """It is known if it was reached before the pause."""
    pause = (utc("2025-11-21 16:30"), None)
    assert reckoned(FRIDAY, Target(within=HOUR, calendar=OFFICE), WORK, pause).limit_at is None
    short = Target(within=30 * MINUTE, calendar=OFFICE)
    assert reckoned(FRIDAY, short, WORK, pause).limit_at == utc("2025-11-21 16:30")


def test_a_limit_beyond_the_slice_is_not_known() -> None:
    """Nothing is guessed; the elapsed time up to its end is known."""
    run = reckoned(FRIDAY, Target(within=200 * HOUR, calendar=OFFICE), WORK, reach=3 * DAY)
    assert run.limit_at is None
    assert run.reached(9 * HOUR) == utc("2025-11-24 17:00")
    assert run.elapsed(utc("2026-03-01 12:00")) == 9 * HOUR
    assert not run.breached(utc("2026-03-01 12:00"))


def test_months_beyond_the_slice_are_not_known() -> None:
    """Nobody knows whether clocks will change by then."""
    target = Target(months=3, calendar=LOCAL)
    run = reckoned(FRIDAY, target, a_calendar(LONDON), reach=30 * DAY)
    assert run.limit_at is None
    assert not run.breached(utc("2026-03-01 12:00"))


def test_a_start_on_a_day_off_counts_from_the_next_working_day() -> None:
    """A day that begins on Monday morning ends with Monday."""
    run = reckoned(utc("2025-11-22 11:00"), Target(days=1, calendar=OFFICE), WORK)
    assert run.limit_at == utc("2025-11-25 00:00")
    assert run.elapsed(utc("2025-11-24 12:00")) == 12 * HOUR


def test_days_come_before_hours() -> None:
    """A working day, and then four open hours."""
    run = reckoned(FRIDAY, Target(days=1, within=4 * HOUR, calendar=OFFICE), WORK)
    assert run.total == DAY + 4 * HOUR
    assert run.limit_at == utc("2025-11-25 12:00")
    assert run.reached(DAY + HOUR) == utc("2025-11-24 17:00")
    assert run.elapsed(utc("2025-11-25 10:00")) == DAY + 2 * HOUR


def test_days_end_by_the_local_clock_and_not_by_the_office_hours() -> None:
    """If hours follow, they begin to count at the next opening."""
    target = Target(days=1, within=HOUR, calendar=OFFICE)
    run = reckoned(utc("2025-11-21 18:00"), target, WORK)
    assert run.reached(DAY) == utc("2025-11-24 18:00")
    assert run.limit_at == utc("2025-11-25 10:00")


def test_no_limit_falls_into_the_hour_that_is_repeated() -> None:
    """A day from 02:00 in London ends at 02:00, an hour after clocks go back to 01:00."""
    run = reckoned(utc("2025-10-25 01:00"), Target(days=1, calendar=LOCAL), a_calendar(LONDON))
    assert run.limit_at == utc("2025-10-26 02:00")
    assert run.elapsed(utc("2025-10-26 01:30")) == DAY


def test_an_hour_that_never_comes_has_passed_at_once() -> None:
    """01:30 does not come in London on the last Sunday of March."""
    run = reckoned(utc("2026-03-28 01:30"), Target(days=1, calendar=LOCAL), a_calendar(LONDON))
    assert run.limit_at == utc("2026-03-29 01:00")
    assert run.elapsed(utc("2026-03-29 00:59")) == DAY - 31 * MINUTE
    assert run.elapsed(utc("2026-03-29 01:00")) == DAY + 30 * MINUTE


@pytest.mark.parametrize(
    ("start", "months", "due"),
    [
        ("2026-01-31 10:00", 1, "2026-02-28 10:00"),
        ("2025-12-15 10:00", 1, "2026-01-15 10:00"),
        ("2026-02-28 10:00", 3, "2026-05-28 09:00"),
        ("2026-02-28 01:30", 1, "2026-03-28 01:30"),
        ("2026-02-28 10:00", 13, "2027-03-28 09:00"),
    ],
)
def test_months_keep_day_and_local_time(start: str, months: int, due: str) -> None:
    """If there is no such day, they end on the last; summer time is an hour earlier in UTC."""
    target = Target(months=months, calendar=LOCAL)
    run = reckoned(utc(start), target, a_calendar(LONDON), reach=500 * DAY)
    assert run.limit_at == utc(due)
    assert run.total == utc(due) - utc(start)


def test_a_pause_makes_months_longer_by_itself() -> None:
    """They become longer by the length of the pause."""
    pause = (utc("2026-01-12 10:00"), utc("2026-01-14 10:00"))
    target = Target(months=1, calendar=LOCAL)
    run = reckoned(utc("2026-01-10 10:00"), target, a_calendar(LONDON), pause)
    assert run.limit_at == utc("2026-02-12 10:00")
    assert run.elapsed(utc("2026-01-15 10:00")) == 3 * DAY


@pytest.mark.parametrize(
    ("target", "extra", "due"),
    [
        (Target(within=HOUR), HOUR, "2025-11-21 18:00"),
        (Target(within=HOUR, calendar=OFFICE), HOUR, "2025-11-24 10:00"),
        (Target(days=1, calendar=OFFICE), 2 * DAY, "2025-11-26 16:00"),
        (Target(days=1, within=HOUR, calendar=OFFICE), DAY + HOUR, "2025-11-26 10:00"),
        (Target(months=1, calendar=LOCAL), 14 * DAY, "2026-01-04 16:00"),
        (Target(day_end=1, calendar=OFFICE), DAY, "2025-11-25 17:00"),
        (Target(within=HOUR, before="review"), HOUR, "2025-11-28 12:00"),
    ],
)
def test_extensions_add_up_in_the_measure_of_the_target(
    target: Target, extra: timedelta, due: str
) -> None:
    """They are an hour of open hours and a day of working days; the total says so."""
    dates = {"review": utc("2025-11-28 12:00")}
    run = reckoned(FRIDAY, target, WORK, extra=extra, dates=dates)
    assert run.limit_at == utc(due)
    assert run.reached(run.total) == run.limit_at


@pytest.mark.parametrize(
    ("start", "number", "due"),
    [
        ("2025-11-21 10:00", 0, "2025-11-21 17:00"),
        ("2025-11-21 17:00", 0, "2025-11-24 17:00"),
        ("2025-11-22 10:00", 0, "2025-11-24 17:00"),
        ("2025-11-21 10:00", 1, "2025-11-24 17:00"),
        ("2025-11-22 10:00", 1, "2025-11-24 17:00"),
        ("2025-12-24 10:00", 1, "2025-12-29 17:00"),
    ],
)
def test_the_end_of_a_working_day(start: str, number: int, due: str) -> None:
    """It is today's, if today is worked and not over, else that of the next day worked."""
    run = reckoned(utc(start), Target(day_end=number, calendar=OFFICE), WORK)
    assert run.limit_at == utc(due)
    assert run.total == run.elapsed(utc(due)) == utc(due) - utc(start)


def test_the_end_of_a_calendar_day_is_midnight() -> None:
    """It is local midnight, which in summer is an hour earlier in UTC."""
    run = reckoned(utc("2026-07-01 10:00"), Target(day_end=0, calendar=LOCAL), a_calendar(LONDON))
    assert run.limit_at == utc("2026-07-01 23:00")


def test_a_day_that_ends_during_a_pause_is_not_counted() -> None:
    """While the pause has no known end, the limit is unknown and not breached."""
    target = Target(day_end=1, calendar=OFFICE)
    over = (utc("2025-11-24 12:00"), utc("2025-11-25 11:00"))
    assert reckoned(FRIDAY, target, WORK, over).limit_at == utc("2025-11-25 17:00")
    open_ended = reckoned(FRIDAY, target, WORK, (over[0], None))
    assert open_ended.limit_at is None
    assert open_ended.elapsed(utc("2025-12-01 12:00")) < open_ended.total
    assert open_ended.reached(open_ended.total / 2) is None


@pytest.mark.parametrize(
    ("target", "due"),
    [
        (Target(within=24 * HOUR), "2025-12-01 10:00"),
        (Target(within=4 * HOUR, calendar=OFFICE), "2025-12-01 14:00"),
        (Target(days=3, calendar=OFFICE), "2025-11-27 10:00"),
        (Target(days=3, calendar=LOCAL), "2025-11-29 10:00"),
        (Target(months=1, calendar=LOCAL), "2025-11-02 10:00"),
        (Target(day_end=0, calendar=OFFICE), "2025-12-01 17:00"),
        (Target(day_end=2, calendar=OFFICE), "2025-11-28 17:00"),
        (Target(days=1, within=HOUR, calendar=OFFICE), "2025-12-01 09:00"),
    ],
)
def test_an_amount_counts_back_from_a_date(target: Target, due: str) -> None:
    """It counts in the same measure, and a pause does not move it."""
    back = target.changed(before="review")
    pause = (FRIDAY, utc("2025-11-24 12:00"))
    run = reckoned(FRIDAY, back, WORK, pause, dates={"review": utc("2025-12-02 10:00")})
    assert run.limit_at == utc(due)
    assert run.total == max(utc(due) - FRIDAY, timedelta())


def test_no_limit_is_known_until_its_date_is_known() -> None:
    """The limit is unknown until somebody sets the date."""
    assert reckon(FRIDAY, Target(within=HOUR, before="review"), (), {}) is None


def test_before_a_date_beyond_the_slice_no_limit_is_known() -> None:
    """So the clock is not breached."""
    target = Target(days=1, calendar=OFFICE, before="review")
    run = reckoned(FRIDAY, target, WORK, reach=DAY, dates={"review": utc("2027-01-01 10:00")})
    assert run.limit_at is None
    assert run.elapsed(utc("2025-11-22 10:00")) < run.total


@pytest.mark.parametrize(
    ("hours", "due"),
    [(24, "2025-11-24 12:00"), (8, "2025-11-22 00:00"), (72, "2025-11-24 16:00")],
)
def test_a_limit_on_a_day_off_goes_to_the_next_working_day(hours: int, due: str) -> None:
    """The midnight at the end of Friday still belongs to Friday."""
    target = Target(within=hours * HOUR, rolls=Roll(calendar=OFFICE, at="12:00"))
    run = reckoned(FRIDAY, target, WORK)
    assert run.limit_at == utc(due)
    assert run.total == utc(due) - FRIDAY
    assert run.reached(run.total) == run.limit_at


def test_thresholds_beyond_a_moved_limit_count_from_it() -> None:
    """An hour more than the target is an hour after the moved limit."""
    target = Target(within=HOUR, rolls=Roll(calendar=OFFICE, at="18:00"))
    run = reckoned(utc("2025-11-22 10:00"), target, WORK)
    assert run.limit_at == utc("2025-11-24 18:00")
    assert run.reached(run.total + HOUR) == utc("2025-11-24 19:00")


def test_a_calendar_that_is_missing_is_named() -> None:
    """It counts neither as open nor as closed."""
    with pytest.raises(KeyError, match="office"):
        reckon(FRIDAY, Target(within=HOUR, calendar=OFFICE), (), {})


@pytest.mark.parametrize(
    ("pause", "due", "passed"),
    [
        (("2025-11-25 10:00", "2025-11-26 10:00"), "2025-12-01 16:00", 3),
        (("2025-11-20 10:00", "2025-11-24 16:00"), "2025-12-01 16:00", 3),
        (("2025-11-20 10:00", "2025-11-21 15:00"), "2025-11-28 16:00", 4),
        (("2025-11-20 10:00", "2025-11-21 16:00"), "2025-11-28 16:00", 4),
        (("2025-11-26 16:00", None), None, 3),
    ],
)
def test_a_pause_stops_the_count_of_working_days(
    pause: tuple[str, str | None], due: str | None, passed: int
) -> None:
    """Only its part after the start counts; a pause that ended before does not."""
    began, ended = utc(pause[0]), utc(pause[1]) if pause[1] else None
    run = reckoned(FRIDAY, Target(days=5, calendar=OFFICE), WORK, (began, ended))
    assert run.limit_at == (utc(due) if due else None)
    assert run.elapsed(utc("2025-11-27 16:00")) == passed * DAY
