"""Calendars are worked out from zone and holiday data once, and recorded."""

from datetime import timedelta

import pytest

from models.time.calendar import CalendarSlice
from rules.time.working_day_limits import always_open, covers
from rules.zones.calendars import (
    clock_between,
    holidays_between,
    local_spec,
    slice_of,
    unknown_region,
    zone_known,
)
from tests.rules.almanac import a_calendar, utc

HOUR = timedelta(hours=1)


def of_days(first: str, last: str, zone: str = "Europe/London", **written: object) -> CalendarSlice:
    """The slice of a calendar from noon of one day to noon of another."""
    start, end = utc(f"{first} 12:00"), utc(f"{last} 12:00")
    return slice_of(a_calendar(zone, **written), start, end, start)


def spans(known: CalendarSlice) -> list[str]:
    """Its windows in UTC."""
    return [f"{opens:%a %H:%M}-{closes:%a %H:%M}" for opens, closes in known.opens]


def test_hours_keep_their_local_time_when_clocks_change() -> None:
    """Nine in London is nine UTC in winter and eight in summer."""
    known = of_days("2026-03-27", "2026-03-30", days="mon-fri", hours="09:00-17:00")
    assert spans(known) == ["Fri 09:00-Fri 17:00", "Mon 08:00-Mon 16:00"]
    assert known.offsets == ((known.valid_from, 0), (utc("2026-03-29 01:00"), 3600))


def test_a_slice_covers_whole_local_days() -> None:
    """So it never cuts a working day or its end."""
    known = of_days("2026-03-28", "2026-03-29")
    assert known.valid_from == utc("2026-03-28 00:00")
    assert known.valid_until == utc("2026-03-29 23:00")
    assert covers(known, known.valid_until)
    assert not covers(known, known.valid_until + timedelta(microseconds=1))


def test_a_calendar_without_windows_is_always_open_and_works_every_day() -> None:
    """Nobody has to write this calendar."""
    start = utc("2026-03-28 12:00")
    known = slice_of(local_spec("Europe/London"), start, start + 48 * HOUR, start)
    assert known.calendar == "local"
    assert always_open(known)
    assert known.days == known.opens


def test_holidays_of_a_region_and_dates_are_closed() -> None:
    """Easter Monday in England is one, and so is a day that the organisation lists."""
    written = {"days": "mon-fri", "hours": "09:00-17:00"}
    england = of_days("2026-04-06", "2026-04-08", holidays=["GB-ENG", "2026-04-07"], **written)
    assert spans(england) == ["Wed 08:00-Wed 16:00"]
    nowhere = of_days("2026-04-06", "2026-04-08", **written)
    assert len(nowhere.opens) == 3


def test_regions_of_a_country_differ() -> None:
    """Epiphany is a holiday in Bavaria but not in Hesse."""
    days = ("2025-01-06", "2025-01-06", "Europe/Berlin")
    assert of_days(*days, days="mon-fri", holidays=["DE-BY"]).opens == ()
    assert len(of_days(*days, days="mon-fri", holidays=["DE-HE"]).opens) == 1


def test_a_holiday_has_the_hours_of_holidays_alone() -> None:
    """The day of the week does not matter; without such hours a holiday is closed."""
    start = utc("2025-12-25 12:00")
    windows = (
        {"days": "mon-fri", "hours": "09:00-17:00"},
        {"days": "holiday", "hours": "10:00-12:00"},
    )
    spec = a_calendar("Europe/London", *windows, holidays="GB-ENG")
    known = slice_of(spec, start, start, start)
    assert spans(known) == ["Thu 10:00-Thu 12:00"]
    assert len(known.days) == 1


def test_a_night_belongs_to_the_day_on_which_it_begins() -> None:
    """It goes on into a day off, and a slice that begins within it has the whole night."""
    known = of_days("2026-01-09", "2026-01-10", days="thu,fri", hours="22:00-06:00")
    assert spans(known) == ["Thu 22:00-Fri 06:00", "Fri 22:00-Sat 06:00"]
    assert [(begins.day, ends.day) for begins, ends in known.days] == [(9, 10)]


def test_windows_that_overlap_count_once() -> None:
    """Windows of one day merge; a night that reaches into the day ends first."""
    known = of_days(
        "2026-01-09",
        "2026-01-09",
        days="thu,fri",
        hours=["22:00-06:00", "05:00-12:00", "11:00-13:00"],
    )
    assert spans(known) == ["Thu 22:00-Fri 06:00", "Fri 06:00-Fri 13:00", "Fri 22:00-Sat 06:00"]


def test_a_slice_has_nothing_twice_or_empty() -> None:
    """Days that touch become one span; spans that a night covers, or without length, go."""
    known = of_days(
        "2026-01-06", "2026-01-09", days="mon-fri", hours=["00:00-12:00", "12:00-24:00"]
    )
    assert len(known.days) == 1
    assert len(known.opens) == 4
    covered = of_days(
        "2026-01-09", "2026-01-09", days="thu,fri", hours=["22:00-06:00", "05:00-06:00"]
    )
    assert spans(covered) == ["Thu 22:00-Fri 06:00", "Fri 22:00-Sat 06:00"]


def test_hours_that_never_come_are_none() -> None:
    """When clocks go forward in London, 01:15 does not exist that night."""
    known = of_days("2026-03-29", "2026-03-29", hours=["01:15-01:45", "01:30-03:00"])
    assert spans(known) == ["Sun 01:00-Sun 02:00"]


def test_hours_that_come_twice_begin_and_end_with_the_first() -> None:
    """So windows that meet at 01:30 never overlap; the repeated hour is in one of them."""
    known = of_days("2025-10-26", "2025-10-26", hours=["00:00-01:30"])
    assert spans(known) == ["Sat 23:00-Sun 00:30"]
    known = of_days("2025-10-26", "2025-10-26", hours=["01:30-03:00"])
    assert spans(known) == ["Sun 00:30-Sun 03:00"]


def test_a_day_that_never_was_is_no_working_day() -> None:
    """Samoa went from Thursday to Saturday."""
    known = of_days("2011-12-29", "2012-01-01", "Pacific/Apia", days="fri", hours="09:00-17:00")
    assert known.opens == known.days == ()


@pytest.mark.parametrize(
    ("zone", "offsets"),
    [
        ("Asia/Kathmandu", [19800, 20700]),
        ("Africa/Monrovia", [-2670, 0]),
    ],
)
def test_odd_offsets_are_kept_to_the_second(zone: str, offsets: list[int]) -> None:
    """Nepal has a quarter of an hour; Liberia once had 44 minutes and 30 seconds."""
    first, last = {"Asia/Kathmandu": ("1985-12-30", "1986-01-02")}.get(
        zone, ("1972-01-05", "1972-01-08")
    )
    assert [seconds for _, seconds in of_days(first, last, zone).offsets] == offsets


@pytest.mark.parametrize("code", ["GB", "GB-ENG", "DE-BY", "US", "US-CA", "BE", "2026-12-24"])
def test_known_regions_need_no_word(code: str) -> None:
    """That is countries, parts of them, and dates."""
    assert unknown_region(code) is None


@pytest.mark.parametrize(
    ("code", "instead"),
    [
        ("UK", "did you mean GB?"),
        ("GB-England", "did you mean GB-ENG?"),
        ("gb-eng", "did you mean GB-ENG?"),
        ("DE-BYY", "did you mean DE-BY?"),
        ("US-California", "did you mean US-CA?"),
        ("SE-AB", "its holidays are the same everywhere"),
        ("England", "ISO 3166"),
        ("2026-02-30", "write a day that exists"),
    ],
)
def test_an_unknown_region_is_refused_with_the_right_one(code: str, instead: str) -> None:
    """The message names a similar region or the right form."""
    said = unknown_region(code)
    assert said is not None
    assert instead in said


def test_zones_are_known_by_their_iana_names() -> None:
    """No other names are allowed."""
    assert zone_known("Europe/London")
    assert not any(zone_known(name) for name in ("Europe", "europe/london", "GMT+1", ""))


@pytest.mark.parametrize(
    ("zone", "changes_at"),
    [
        ("America/New_York", "2026-03-08 07:00:00"),
        ("Australia/Lord_Howe", "2026-04-04 15:00:00"),
        ("Pacific/Apia", "2011-12-30 10:00:00"),
        ("Africa/Monrovia", "1972-01-07 00:44:30"),
    ],
)
def test_clocks_change_at_the_very_second(zone: str, changes_at: str) -> None:
    """The zone data says when."""
    at = utc(changes_at)
    assert at in {changed for changed, _ in clock_between(zone, at, at).offsets}


def test_a_clock_change_at_the_edge_of_a_slice_is_listed_once() -> None:
    """Beirut's clocks go forward at midnight, at which one slice ends and another begins."""
    before = of_days("2026-03-28", "2026-03-28", "Asia/Beirut")
    after = of_days("2026-03-29", "2026-03-29", "Asia/Beirut")
    assert before.valid_until == after.valid_from == utc("2026-03-28 22:00")
    assert before.offsets == ((before.valid_from, 7200),)
    assert after.offsets == ((after.valid_from, 10800),)


def test_hours_that_end_when_they_began_are_a_day() -> None:
    """From nine to nine lasts until the next morning."""
    known = of_days("2026-01-09", "2026-01-09", days="fri", hours="09:00-09:00")
    assert spans(known) == ["Fri 09:00-Sat 09:00"]


def test_holidays_that_take_a_day_out_of_the_week_are_reported() -> None:
    """They are local days from first to last, without days that are closed or keep their hours."""
    weekdays = {"days": "mon-fri", "hours": "09:00-17:00"}
    feasts = ["GB-ENG", "2026-04-05", "2026-04-08", "2026-04-09"]
    spec = a_calendar("Pacific/Auckland", weekdays, holidays=feasts)
    since, until = utc("2026-04-02 12:00"), utc("2026-04-07 12:00")
    told = [day.day for day in holidays_between(spec, since, until)]
    assert told == [3, 6, 8]
    everyday = a_calendar("Pacific/Auckland", holidays=feasts)
    assert [day.day for day in holidays_between(everyday, since, until)] == [3, 5, 6, 8]
    open_then = {"days": "holiday", "hours": "10:00-12:00"}
    spec = a_calendar("Pacific/Auckland", weekdays, open_then, holidays=feasts)
    assert holidays_between(spec, since, until) == ()
